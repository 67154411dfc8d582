"""Stands for MicroPython's `network` on an ESP32, with an air that a test fills: sys.modules["network"] = radio.

`air.networks` is {ssid: {"key": text or "", "rssi": dBm, "ip": address that its router gives, or None}}; a change of it
is noticed at the next look, as a radio notices. `air.now` is the clock in seconds, a test may take its own. What was
asked of the radio is in `air.calls`, in its order. States and reasons follow ports/esp32/network_wlan.c of 1.29.
"""

import time

STAT_IDLE = 1000
STAT_CONNECTING = 1001
STAT_GOT_IP = 1010
STAT_WRONG_PASSWORD = 202
STAT_NO_AP_FOUND = 201
STAT_HANDSHAKE_TIMEOUT = 204
STAT_NO_AP_FOUND_W_COMPATIBLE_SECURITY = 210
STAT_NO_AP_FOUND_IN_AUTHMODE_THRESHOLD = 211
STAT_NO_AP_FOUND_IN_RSSI_THRESHOLD = 212
_LEFT = 8  # reason after disconnect()
_ATTEMPT_S = 4  # how long an attempt to join takes


class Air:
    """What is around the board, and what the board did."""

    def __init__(self):
        self.now = time.time
        self.forget()

    def forget(self):
        """As after power-on, with no network around."""
        self.networks = {}
        self.calls = []
        self.phones = 0  # in the board's own access point
        self.channel_moves = 0
        self.hostname = "mpy-esp32"
        for wlan in _wlans.values():
            wlan.power_on()


_wlans = {}
air = Air()


def hostname(name=None):
    if name is None:
        return air.hostname
    if len(name) > 32:
        raise ValueError("name too long")
    air.hostname = name
    air.calls.append(("hostname", name))
    return None


class WLAN:
    IF_STA = 0
    IF_AP = 1
    SEC_OPEN = 0
    SEC_WPA2 = 3

    def __new__(cls, interface=IF_STA):
        if interface not in _wlans:
            _wlans[interface] = wlan = super().__new__(cls)
            wlan.is_station = interface == cls.IF_STA
            wlan.power_on()
        return _wlans[interface]

    def __init__(self, interface=IF_STA):
        pass

    def power_on(self):
        self.is_active = self.requested = self.in_network = False
        self.settings = {"reconnects": -1}
        self.fixed = None
        self.address = None
        self.wanted = (None, None)
        self.reason = 0
        self.next_s = 0
        self.attempts = 0

    def _note(self, *call):
        air.calls.append(("sta" if self.is_station else "ap",) + call)

    def active(self, on=None):
        if on is not None:
            self._note("active", on)
            self.is_active = bool(on)
            if not on:
                self.in_network = False
                self.address = None
        return self.is_active

    def config(self, name=None, **settings):
        if name:
            return self.wanted[0] if name == "ssid" and self.is_station else self.settings[name]
        if "txpower" in settings and not self.is_active:
            raise OSError("Wifi Not Started")
        if len(settings.get("key") or "long enough") < 8:
            raise OSError("Wifi Invalid Password")
        self._note("config", settings)
        self.settings.update(settings)
        return None

    def ipconfig(self, name=None, dhcp4=None):
        assert self.is_station
        assert dhcp4
        self.fixed = None

    def ifconfig(self, fixed=None):
        if fixed is not None:
            self._note("ifconfig", fixed)
            self.fixed = fixed
            return None
        if not self.is_station:
            return ("192.168.4.1", "255.255.255.0", "192.168.4.1", "192.168.4.1")
        if self.fixed:
            return self.fixed
        self._look()
        # The tests' name server is this computer.
        return (self.address or "0.0.0.0", "255.255.255.0", "0.0.0.0", "127.0.0.1")

    def connect(self, ssid=None, key=None):
        if not self.is_active:
            raise OSError("Wifi Not Started")
        if ssid is not None:
            self.wanted = (ssid, key or "")
        self._note("connect", ssid)
        self.requested = True
        self.attempts = 0
        self.next_s = air.now() + _ATTEMPT_S

    def disconnect(self):
        if not self.is_active:
            raise OSError("Wifi Not Started")
        self._note("disconnect")
        self.requested = False
        if self.in_network:
            self.reason = _LEFT
        self.in_network = False
        self.address = None

    def _look(self):
        """Bring the radio up to now."""
        network = air.networks.get(self.wanted[0])
        if self.in_network:
            if network is None:
                self.in_network = False
                self.address = None
                self.reason = 200  # no beacon any more
                self.next_s = air.now() + _ATTEMPT_S
            return
        while self.requested and not self.in_network and air.now() >= self.next_s:
            self.next_s += _ATTEMPT_S
            if 1 in _wlans and _wlans[1].is_active:
                air.channel_moves += 1
                air.phones = 0
            if network is None:
                self.reason = STAT_NO_AP_FOUND
            elif network["key"] != self.wanted[1]:
                self.reason = 15  # the four-way handshake ended without an answer
            else:
                self.in_network = True
                self.address = self.fixed[0] if self.fixed else network["ip"]
                self.reason = 0
            self.attempts += 1
            if not self.in_network and 0 <= self.settings["reconnects"] < self.attempts:
                self.next_s = 1 << 60

    def isconnected(self):
        if not self.is_station:
            return air.phones > 0
        self._look()
        return self.address is not None

    def status(self, what=None):
        self._look()
        if what == "stations":
            return [(b"phone", "192.168.4.2")] * air.phones
        if what == "rssi":
            if not self.in_network:
                raise OSError("Wifi Not Connected")
            return air.networks[self.wanted[0]]["rssi"]
        if self.address:
            return STAT_GOT_IP
        if self.reason in (201, 210, 211, 212, 202):
            return self.reason
        if self.reason == _LEFT:
            return STAT_IDLE
        if self.requested and self.next_s < 1 << 60:
            return STAT_CONNECTING
        return self.reason or STAT_IDLE

    def scan(self):
        if not self.is_station or not self.is_active:
            raise OSError("STA must be active")
        self._note("scan")
        return [
            (ssid.encode(), b"\2\0\0\0\0\1", 6, found["rssi"], 3 if found["key"] else 0, False)
            for ssid, found in air.networks.items()
        ]
