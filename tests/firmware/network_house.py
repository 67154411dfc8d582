"""A board with a radio in a test's own time: what lan/ needs of the rest of the firmware."""

import asyncio
import os
import sys

import radio

sys.modules["network"] = radio

from board.clock import Clock  # noqa: E402
from board.flash_json import write_json  # noqa: E402
from net.wifi import Wifi  # noqa: E402
from overlay import load  # noqa: E402

FLASH = "build/tests/flash_of_" + sys.argv[1]  # the module that runs: others may run at the same time


class Button:
    window = 0

    def close(self):
        self.window = 0


class Seconds(Clock):
    """A clock whose seconds pass when they are waited for."""

    def __init__(self):
        self.passed_s = 0
        super().__init__()

    def ticks(self):
        return self.passed_s * 1000 % (1 << 30)


class House:
    """Board and monitor in one, with an empty flash and nothing in the air. `second()` lets one pass."""

    name = "test"
    id = "0200c300ab12"
    http = ("127.0.0.1", 8080)
    flash = FLASH

    def __init__(self, speed=100, **files):
        """`files` are JSON files of the flash, without their ending."""
        if asyncio.core.cur_task is None:
            asyncio.new_event_loop()  # the tasks of a test before, which nobody ran
        radio.air.forget()
        radio.air.now = lambda: self.now_s
        self.now_s = 0
        self.board = self
        self.clock = Clock(speed)
        self.log = self
        self.notes = []
        self.faults = []
        self.button = Button()
        self.server = self
        self.portal = None  # of the server
        self.access = None
        self.coach = self
        self.start = None
        self.restarts = 0
        self.unsaved = self.saved_s = None
        self.recorder = self
        self.jobs = []
        _empty(FLASH)
        for name, value in files.items():
            write_json(self, name + ".json", value)
        self.config = load("settings.store").read(self)
        self.wifi = Wifi(self)

    def change(self, changes, at_once=False):
        faults, jobs = load("settings.store").change(self, changes, at_once)
        self.jobs[:0] = jobs
        return faults

    def note(self, line):
        self.notes.append(line)

    def fault(self, name, error):
        self.faults.append((name, error))
        sys.print_exception(error)

    def settle(self):
        """Nothing here follows the settings."""

    def restart(self):
        self.restarts += 1

    def second(self, count=1):
        for _ in range(count):
            self.now_s += 1
            self.wifi.each_second()

    def joined(self, seconds=10):
        """Whether it joins within that time."""
        for _ in range(seconds):
            self.second()
            if self.wifi.address:
                return True
        return False

    def calls(self, name):
        """The calls of the radio with this name, in their order."""
        return [call for call in radio.air.calls if name in call[:2]]


def _empty(folder):
    try:
        os.mkdir(folder)
    except OSError:
        pass
    for entry in os.ilistdir(folder):
        os.remove(folder + "/" + entry[0])


HOME = {"wifi": {"ssid": "home", "password": "correct horse"}}


def router(ip="192.168.0.17", key="correct horse"):
    return {"home": {"key": key, "rssi": -60, "ip": ip}}
