"""A board that reads a meter and stores its quarters, without the rest of the firmware. Its power can be cut."""

import os

from board.mount_point import CARD
from demand.coach import Coach
from demand.peaks import Peaks
from meter import timestamp
from meter.objects import OWN_FIELDS
from meter.parser import total
from storage.card import Card
from storage.recorder import Recorder

FLASH = "build/flash/" + os.urandom(4).hex()  # several run side by side


def make_folder(path):
    """Make a folder and those above it, unless they exist."""
    end = 0
    while end >= 0:
        end = path.find("/", end + 1)
        try:
            os.mkdir(path[:end] if end >= 0 else path)
        except OSError:
            pass


def moment(text):
    """Return (local_s, summer) of a timestamp, for example 261112183000W."""
    return timestamp.parse(text.encode())


class Parser:
    """The newest reading."""

    def __init__(self):
        self.reading = dict.fromkeys(OWN_FIELDS)


class Reader:
    """The owner of the parser."""

    def __init__(self):
        self.parser = Parser()


class Meter:
    """A meter with a constant power: its import register and its clock advance with `run`."""

    def __init__(self, start, import_wh=6312401, power_w=2000, serial="1SAG1", gas=338711):
        self.now = moment(start)
        self.import_ws = import_wh * 3600
        self.power_w, self.serial, self.gas = power_w, serial, gas
        self.export_wh = 1000

    def run(self, seconds):
        """Advance the clock and the import register."""
        self.now = timestamp.shift(self.now[0], self.now[1], seconds)
        self.import_ws += self.power_w * seconds

    def reading(self):
        found = dict.fromkeys(OWN_FIELDS)
        found.update(
            {
                "time": self.now,
                "power_import_w": self.power_w,
                "power_export_w": 0,
                "energy_import_wh": self.import_ws // 3600,
                "energy_export_wh": self.export_wh,
                "mbus": {1: {"type": 3, "volume": (self.gas, b"m3", self.now[0], self.now[1])}},
            }
        )
        if self.serial:
            found["meter_id"] = self.serial
        return found


class Device:
    """A device from power-on until its board ends. `board` stays, with the memory that survives a reset."""

    def __init__(self, board, meter):
        board.slot.end_life()
        board.report = None
        self.board, self.meter = board, meter
        self.notes = []
        self.note = self.notes.append
        self.reader = Reader()
        self.coach = Coach()
        self.peaks = Peaks()
        self.card = Card(board, self.note)
        self.config = {"remove_oldest": False}
        self.closed = []  # ids of the quarters that have ended
        self.recorder = Recorder(self)
        self.server = self

    @staticmethod
    def is_answering():
        """True while the server answers a request; here is no server."""
        return False

    def telegram(self):
        """Handle a telegram as device.py does, then let a second pass."""
        self.reader.parser.reading = fields = self.meter.reading()
        local_s, summer = fields["time"]
        coach = self.coach
        if coach.start is None:
            self.recorder.resume(local_s, summer)
        if coach.closes(local_s, summer):
            self.closed.append(coach.quarter_id)
            self.recorder.close(local_s, summer)
        self.peaks.update(local_s, None, None)
        power_w = fields["power_import_w"]
        coach.update(local_s, summer, power_w, 0, None, total(fields, "energy_import_"), None)
        self.second()

    def second(self):
        self.card.each_second()
        self.recorder.each_second()
        for _ in range(10):
            self.recorder.each_step()

    def run(self, seconds, every=5):
        """Handle the telegrams of `seconds`, one every `every` seconds."""
        for _ in range(seconds // every):
            self.meter.run(every)
            self.telegram()

    def run_until(self, text, every=5):
        end = moment(text)
        while timestamp.elapsed(end[0], end[1], *self.meter.now) > 0:
            self.meter.run(every)
            self.telegram()


class Board:
    """A board with this card slot. Its memory survives a reset, and is lost with `power_off()`."""

    report = None

    def __init__(self, slot, flash=FLASH):
        self.slot, self.flash = slot, flash
        self.held = b""
        make_folder(flash)
        for name in os.listdir(flash):
            os.remove(flash + "/" + name)

    def memory(self, data=None):
        if data is not None:
            self.held = bytes(data)
        return self.held

    def power_off(self):
        self.held = b""

    def mount_card(self, path):
        return self.slot.mount_card(path)

    def read_sector(self, sector, buffer):
        self.slot.read_sector(sector, buffer)


def lines(path):
    """Yield the lines of a file below /meter without their checks, also the header, but no empty lines."""
    with open("%s/meter/%s" % (CARD, path)) as file:
        for line in file:
            if line.strip():
                yield line.strip().rsplit(",", 1)[0]
