"""Wi-Fi: joins the network of the settings and reconnects. If the first connection fails, the setup portal opens.

Wi-Fi needs no task. The radio retries without help, and the supervisor calls each_second(), which checks the radio's
state. The modules that connect and reconnect are loaded on demand.
"""

import network
from micropython import const

from overlay import load

# Seconds without a network between two calls of retry(), which joins the network again or opens the setup portal.
_RETRY_S = const(300)


class Wifi:
    """The radio of the board. `portal` is true while the setup portal is open."""

    def __init__(self, device):
        self.device = device
        self.sta = network.WLAN(network.WLAN.IF_STA)
        self.portal = False
        self.address = None  # IP address of this device, None without a network
        self.joined = False  # True if a network was joined since the start
        self.announced = None  # the name that mDNS uses until the next start
        self.name_taken_by = None  # IP address of another device with the same name
        self.discovery = None
        self.away_s = 0  # seconds without a network
        self.name = load("net.device_name").choose(device)

    def each_second(self):
        if self.portal:
            self.away_s = 0
        elif self.sta.isconnected():
            if not self.address:
                load("net.connected").on_connected(self)
            if self.discovery:
                self.discovery.each_second()
        else:
            self._away()

    def _away(self):
        if self.address:
            self.device.note("Wi-Fi: lost")
            self.disconnected()
            # During the first five minutes, the radio reconnects without help. With 0 in place of 1, retry() would be
            # called at once.
            self.away_s = 1
        if self.away_s % _RETRY_S == 0 or self.device.button.window:
            load("net.join_or_portal").retry(self, self.away_s > 0)
        self.away_s += 1

    def disconnected(self):
        """Forget the address and stop discovery, because the network is lost."""
        self.address = None
        if self.discovery:
            self.discovery.close()
            self.discovery = None
