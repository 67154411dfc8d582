"""Many days of a household in one life of the firmware's recorder, with all that goes wrong: soak.py IMAGE DAYS

A telegram every 10 s. The card is pulled and put back, refuses writes, and is swapped for an empty slot; the board is
reset, and loses its power; the meter's clock is set. Each quarter that the meter had is accounted for: stored on the
card, waiting in the flash, counted as lost, or cut short by one of the faults, which is known. Prints JSON.
"""

import gc
import json
import sys
import vfs

from ramcard import Contact
from recording import Board, Device, Meter, moment

from board.mount_point import CARD
from demand.quarter import file_path, quarter_id
from meter import timestamp
from storage import day_csv_reader

SECTOR = 512
EVERY_S = 10
START = "260101000000W"


class Disk:
    """A card in a file; `pulled`: nothing answers."""

    def __init__(self, path):
        self._file = open(path, "r+b")
        self._sectors = self._file.seek(0, 2) // SECTOR
        self.pulled = self.read_only = False

    def readblocks(self, sector, buffer):
        if self.pulled:
            return 5
        self._file.seek(sector * SECTOR)
        self._file.readinto(buffer)
        return 0

    def writeblocks(self, sector, buffer):
        if self.pulled or self.read_only:
            return 5
        self._file.seek(sector * SECTOR)
        self._file.write(buffer)
        return 0

    def ioctl(self, request, _):
        if request == 4:
            return self._sectors
        return SECTOR if request == 5 else 0


class Slot:
    def __init__(self, disk):
        self.disk = disk
        self.contact = None

    def mount_card(self, path):
        self.end_life()  # as the boards do, so that a file of before that was left open reaches this card no more
        if self.disk.pulled:
            return None
        self.contact = Contact(self.disk)
        filesystem = vfs.VfsFat(self.contact)
        vfs.mount(filesystem, path)
        return filesystem

    def end_life(self):
        if self.contact:
            self.contact.ended = True


class House:
    """The device and what befalls it. `seen`: quarters that the meter had while it was read from start to end."""

    def __init__(self, image):
        self.disk = Disk(image)
        self.board = Board(Slot(self.disk))
        self.device = Device(self.board, Meter(START, power_w=700))
        self.seen = []
        self.running, self.whole = None, False
        self.faults = 0

    def run(self, seconds):
        for _ in range(seconds // EVERY_S):
            meter = self.device.meter
            meter.run(EVERY_S)
            meter.power_w = 300 + meter.now[0] // 900 * 37 % 2000
            number = quarter_id(*meter.now)
            if number != self.running:
                if self.running is not None and self.whole:
                    self.seen.append(self.running)
                self.running, self.whole = number, meter.now[0] % 900 < EVERY_S
            self.device.telegram()
            for _ in range(EVERY_S - 1):
                self.device.second()

    def away(self, seconds):
        """The board sees nothing for a while: the quarters that begin or end in it are not whole."""
        self.device.meter.run(seconds)
        if quarter_id(*self.device.meter.now) != self.running:
            self.running = None
        self.faults += 1

    def again(self):
        self.device = Device(self.board, self.device.meter)

    def fault(self, kind):
        """One of the things that go wrong."""
        device = self.device
        if kind == 0:  # a card that is pulled, and put back hours later
            self.disk.pulled = True
            self.run(3600 * 5)
            self.disk.pulled = False
        elif kind == 1:  # a card that refuses writes for a while
            self.disk.read_only = True
            self.run(3600)
            self.disk.read_only = False
        elif kind == 2:  # a reset
            self.away(20)
            self.again()
        elif kind == 3:  # a power cut
            self.board.power_off()
            self.away(40)
            self.again()
        elif kind == 4:  # a power cut of an hour and a half
            self.board.power_off()
            self.away(5400)
            self.again()
        elif kind == 5:  # no card over three days: more than the flash holds
            self.disk.pulled = True
            self.run(3 * 86400)
            self.disk.pulled = False
        elif kind == 6:  # the meter's clock is set back by half an hour, and then is right again
            device.meter.now = timestamp.shift(device.meter.now[0], device.meter.now[1], -1800)
            self.running, self.whole = quarter_id(*device.meter.now), False


def stored(number):
    """Whether a quarter has its file and its one line."""
    path = "%s/meter/%s" % (CARD, file_path(number))
    try:
        with open(path, "rb") as file:
            body = json.load(file)
    except (OSError, ValueError):
        return False
    return body["quarter_id"] == number


def lines_of(day):
    return [fields[0] for fields in day_csv_reader.read("%s/meter/%s/day.csv" % (CARD, day))]


def main(image, days):
    house = House(image)
    heap = []
    kinds = [0, 3, 1, 2, 6, 4, 0, 2, 3, 5]
    day = 0
    while day < days:
        before = house.device.meter.now[0] // 86400
        house.run(3600 * 11 + 470 + day % 7 * 130)
        house.fault(kinds[day % len(kinds)])
        house.run(3600 * 9)
        gc.collect()
        heap.append(gc.mem_alloc() - 8 * len(house.seen))
        house.device.notes.clear()
        house.device.closed.clear()
        day += max(1, house.device.meter.now[0] // 86400 - before)
    house.run(7200)
    recorder = house.device.recorder
    missing = [number for number in house.seen if not stored(number)]
    twice = 0
    for day in {file_path(number)[:10] for number in house.seen}:
        starts = lines_of(day)
        twice += len(starts) - len(set(starts))
    without_line = []
    for number in house.seen:
        start = timestamp.iso(*START_OF(number)).encode()
        if number not in missing and start not in lines_of(file_path(number)[:10]):
            without_line.append(number)
    print(
        json.dumps(
            {
                "days": (house.device.meter.now[0] - moment(START)[0]) // 86400,
                "quarters": len(house.seen),
                "faults": house.faults,
                "missing": len(missing),
                "first_missing": [file_path(number) for number in missing[:5]],
                "waiting": recorder.waiting,
                "lost": recorder.lost,
                "twice": twice,
                "without_line": [file_path(number) for number in without_line[:5]],
                "heap_early": max(heap[: max(2, len(heap) // 4)]),
                "heap_late": max(heap[-2:]),
                "card": house.device.card.state,
            }
        )
    )


def START_OF(number):  # noqa: N802 - what demand/quarter.py calls start_of
    from demand.quarter import start_of

    return start_of(number)


main(sys.argv[1], int(sys.argv[2]))
