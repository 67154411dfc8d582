"""Wi-Fi: joins the network of the settings and stays joined for ever; a start that cannot opens the setup portal.

It is no task, and nothing waits for it: once a second it looks how things are. The radio itself tries again and
again; what there is to do at each turn is loaded when it is done.
"""

import network
from micropython import const

from overlay import load

_TURN_S = const(300)  # how long a start tries before it may open the portal, and how often it begins anew


class Wifi:
    """The radio of the board. `portal` is true while the setup portal is open; `monitor` knows the parts."""

    def __init__(self, device):
        self.device = device
        self.sta = network.WLAN(network.WLAN.IF_STA)
        self.portal = False
        self.address = None  # while it is joined
        self.joined = False  # once in this start
        self.announced = None  # the name that mDNS keeps until the next start
        self.discovery = None
        self.away_s = 0  # seconds for which it has been without
        self.name = load("net.wifi_state").name(device)

    def each_second(self):
        if self.portal:
            self.away_s = 0
        elif self.sta.isconnected():
            if not self.address:
                load("net.connected").arrive(self)
            if self.discovery:
                self.discovery.each_second()
        else:
            self._away()

    def _away(self):
        if self.address:
            self.device.note("Wi-Fi: lost")
            self.leave()
            self.away_s = 1  # the radio tries by itself for a turn
        if self.away_s % _TURN_S == 0 or self.device.button.window:
            load("net.reconnect").turn(self, self.away_s > 0)
        self.away_s += 1

    def leave(self):
        """It is joined no more."""
        self.address = None
        if self.discovery:
            self.discovery.close()
            self.discovery = None
