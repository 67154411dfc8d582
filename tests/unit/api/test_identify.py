"""POST /api/identify of api/device_actions.py: who may flash the light, and when."""

from api import device_actions
from board.light import Light
from server.http import Refused

TOKEN = bytes(32)  # a party that is not an address is the hash of a valid token


class Led:
    def led(self, duty):
        pass


class Device:
    """A device whose clock, warning and quiet hours a test chooses."""

    def __init__(self):
        self.up_s = 0
        self.pattern = "dim"
        self.party = "10.0.0.1"
        self.clock = self
        self.light = Light(Led(), {}, self.light_pattern)
        self.light._asked.clear()

    def uptime_s(self):
        return self.up_s

    def light_pattern(self):
        return self.pattern

    def reply(self, status, kind, body):
        return status

    def ask(self):
        """The status of a request, and the patterns that it adds."""
        self.light._asked.clear()
        try:
            status = device_actions.identify(self, self)
        except Refused as refused:
            status = refused.status, refused.more
        return status, self.light._asked


def test_light_flashes_for_a_stranger_once_a_minute():
    device = Device()
    assert device.ask() == (200, ["start", "hi"])
    for up_s in (0, 1, 59):
        device.up_s = up_s
        assert device.ask() == ((429, "Retry-After: %d\r\n" % (60 - up_s)), [])
    device.up_s = 60
    assert device.ask()[0] == 200


def test_light_flashes_for_a_token_each_time():
    device = Device()
    device.ask()
    device.party = TOKEN
    for _ in range(3):
        assert device.ask()[0] == 200
    device.party = "10.0.0.1"
    assert device.ask()[0][0] == 429


def test_light_that_warns_or_is_dark_flashes_for_nobody():
    for party in ("10.0.0.1", TOKEN):
        device = Device()
        device.party = party
        device.pattern = "risk"
        assert device.ask() == ((409, ""), [])
        device.pattern = "dim"
        device.light.is_quiet = True
        assert device.ask() == ((409, ""), [])
        device.light.is_quiet = False
        assert device.ask() == (200, ["start", "hi"])
