"""Stand-in for MicroPython's `network` on an ESP32: the networks in reach stand in the world's networks.json."""

import json

import world

STAT_IDLE, STAT_CONNECTING, STAT_GOT_IP = 1000, 1001, 1010
STAT_BEACON_TIMEOUT, STAT_NO_AP_FOUND, STAT_WRONG_PASSWORD = 200, 201, 202
STAT_ASSOC_FAIL, STAT_HANDSHAKE_TIMEOUT = 203, 204
STAT_NO_AP_FOUND_W_COMPATIBLE_SECURITY = 210
STAT_NO_AP_FOUND_IN_AUTHMODE_THRESHOLD = 211
STAT_NO_AP_FOUND_IN_RSSI_THRESHOLD = 212
_names = ["mpy-esp32"]
_interfaces = {}


def hostname(name=None):
    if name is None:
        return _names[0]
    if len(name) > 32:
        raise ValueError
    _names[0] = name
    return None


def ipconfig(**_):
    pass


class WLAN:
    IF_STA, IF_AP = 0, 1
    SEC_OPEN, SEC_WPA2 = 0, 3
    PM_NONE, PM_PERFORMANCE, PM_POWERSAVE = 0, 1, 2

    def __new__(cls, interface=0):
        if interface not in _interfaces:
            one = _interfaces[interface] = object.__new__(cls)
            one._number = interface
            one._active = False
            one._wanted = None  # (name, password)
            one._config = {"ssid": "", "channel": 6, "txpower": 20}
            one._address = ("127.0.0.1", "255.0.0.0", "127.0.0.1", "127.0.0.1")
        return _interfaces[interface]

    def active(self, on=None):
        if on is None:
            return self._active
        if on != self._active:
            world.did("%s %s" % (("station", "access point")[self._number], "on" if on else "off"))
        self._active = bool(on)
        return None

    def config(self, name=None, **given):
        if name == "mac":
            return b"\x02\x00\xc3\x00\x00\x01"
        if name is not None:
            return self._config[name]
        if "txpower" in given and not self._active:
            raise OSError("Wifi Not Started")
        if len(given.get("key") or "12345678") < 8:
            raise ValueError("the key is too short")
        self._config.update(given)
        return None

    def _reach(self):
        return json.loads(world.text("networks.json", "{}"))

    def connect(self, name, password=None):
        if not self._active:
            raise OSError("Wifi Not Started")
        world.did("join %s" % name)
        self._wanted = (name, password)
        self._config["ssid"] = name

    def disconnect(self):
        self._wanted = None

    def isconnected(self):
        if not self._active:
            return False
        if self._number == self.IF_AP:
            return True
        reach = self._reach()
        return bool(self._wanted) and self._wanted[0] in reach and reach[self._wanted[0]] == self._wanted[1]

    def status(self, what=None):
        if what == "rssi":
            if not self.isconnected():
                raise OSError(-1)
            return -60
        if what == "stations":
            return []
        if self.isconnected():
            return STAT_GOT_IP
        if not self._wanted:
            return STAT_IDLE
        return STAT_WRONG_PASSWORD if self._wanted[0] in self._reach() else STAT_NO_AP_FOUND

    def scan(self):
        reach = self._reach()
        return [
            (name.encode(), b"\2\0\0\0\0\1", 6, -60, 3 if reach[name] else 0, False) for name in sorted(reach)
        ]

    def ifconfig(self, address=None):
        if address is None:
            return self._address if self.isconnected() else ("0.0.0.0",) * 4
        self._config["fixed"] = address
        return None

    def ipconfig(self, name=None, **given):
        if name == "addr4":
            return self.ifconfig()[:2]
        return None
