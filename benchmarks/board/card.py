"""The work of a card, counted in sectors; runs under MicroPython.

card.py writes IMAGE HOURS | fill IMAGE YEARS | reads IMAGE

IMAGE is a card that mkfs.fat formatted. Prints one JSON object.
"""

import asyncio
import json
import os
import sys
import vfs

from recording import Board, Device, Meter

from api import history_query, totals_query
from board.mount_point import CARD
from demand.quarter import file_path
from meter.timestamp import civil, iso, seconds, shift
from storage import day_csv_writer, day_totals

SECTOR = 512
LAST_YEAR = 2025


class Disk:
    """A card in a file; counts the sectors that are read and written."""

    def __init__(self, path):
        self._file = open(path, "r+b")
        self._sectors = self._file.seek(0, 2) // SECTOR
        self.reads = self.writes = 0

    def readblocks(self, sector, buffer):
        self.reads += len(buffer) // SECTOR
        self._file.seek(sector * SECTOR)
        self._file.readinto(buffer)

    def writeblocks(self, sector, buffer):
        self.writes += len(buffer) // SECTOR
        self._file.seek(sector * SECTOR)
        self._file.write(buffer)

    def ioctl(self, request, _):
        if request == 4:
            return self._sectors
        return SECTOR if request == 5 else 0


class Slot:
    """A board of which only the card is used."""

    def __init__(self, path):
        self.disk = Disk(path)

    def mount_card(self, path):
        filesystem = vfs.VfsFat(self.disk)
        vfs.mount(filesystem, path)
        return filesystem

    def end_life(self):
        pass


def writes(image, hours):
    """Return the sectors written for a quarter, the mean of all hours but the first, and the original firmware's."""
    slot = Slot(image)
    found = Device(Board(slot), Meter("260115035955W", power_w=1234))
    found.run(3600)
    before, ended = slot.disk.writes, len(found.closed)
    found.run((hours - 1) * 3600)
    ours = (slot.disk.writes - before) / (len(found.closed) - ended)
    before = slot.disk.writes
    for number in range(80):
        # As the original firmware does: open the file under its final name, write it in pieces, close it.
        path = "%s/meter/2026/01/15/old%d.json" % (CARD, number)
        with open(path, "wb") as file:
            found.coach.quarter.write_json(file.write)
            file.write(b"1234," * 300)
    return {"ours": ours, "old": (slot.disk.writes - before) / 80}


def fill(image, years):
    """Write `years` years of day.csv and days.csv, up to the end of 2025, and a day with all of its quarter files."""
    vfs.mount(vfs.VfsFat(Disk(image)), CARD)
    os.mkdir(CARD + "/meter")
    wh = 1000000
    for year in range(LAST_YEAR - years + 1, LAST_YEAR + 1):
        now = (seconds(year), False)
        os.mkdir("%s/meter/%d" % (CARD, year))
        of_year = [day_csv_writer.DAYS]
        while civil(now[0])[0] == year:
            day = now[0] // 86400
            if civil(now[0])[2] == 1:
                os.mkdir(day_totals.folder(day)[:-3])
            os.mkdir(day_totals.folder(day))
            of_day = [day_csv_writer.QUARTERS]
            while now[0] // 86400 == day:
                wh += 300
                of_day.append(
                    day_csv_writer.with_check(
                        b"%s,1200,0,%s,12.345,123.456,,180,registers"
                        % (iso(*now).encode(), day_csv_writer.decimal(wh))
                    )
                )
                now = shift(now[0], now[1], 900)
            with open(day_totals.folder(day) + "/day.csv", "wb") as file:
                file.write(b"".join(of_day))
            date = b"%04d-%02d-%02d" % civil(day * 86400)[:3]
            of_year.append(
                day_csv_writer.with_check(b"%s,28.800,0.000,1.234,,1200,%sT18:00:00+01:00,96" % (date, date))
            )
        with open("%s/meter/%d/days.csv" % (CARD, year), "wb") as file:
            file.write(b"".join(of_year))
    for quarter in range(96):
        path = file_path((LAST_YEAR - 2000) << 24 | 6 << 16 | 15 << 8 | 128 | quarter)
        with open("%s/meter/%s" % (CARD, path), "wb") as file:
            file.write(b"1234," * 300)
    with open(CARD + "/meter/rebuilt.txt", "wb") as file:
        file.write(b"all")
    vfs.umount(CARD)
    return {}


class Request:
    """The parts of a request that the handlers use."""

    def __init__(self, path):
        self.path = path
        self.stream = self
        self.queue = self.waiting = ()
        self.written = 0

    def begin(self, status, kind):
        assert status == 200

    def write(self, piece):
        self.written += len(piece)

    put = write

    def write_to(self, pieces):
        pass

    async def drain(self):
        pass


class Monitor:
    """A device of which only the card is used."""

    def __init__(self):
        self.card = self.access = self
        self.mounted = True
        self.day = None

    def admit(self, request):
        """Let each request in."""


async def _answer(part):
    while part:
        part = await part  # a handler may return another awaitable


def reads(image):
    """Return the sectors read for a day and for the days of a year, each on a card that was just mounted."""
    found = {}
    for name, handler, path in (
        ("day", history_query.day, b"/api/days/2025-06-15"),
        ("year", totals_query.year, b"/api/years/2025"),
    ):
        disk = Disk(image)
        vfs.mount(vfs.VfsFat(disk), CARD)
        before = disk.reads
        request = Request(path)
        asyncio.run(_answer(handler(Monitor(), request)))
        assert request.written > 2000
        found[name] = disk.reads - before
        vfs.umount(CARD)
    return found


if __name__ == "__main__":
    command = {"writes": writes, "fill": fill, "reads": reads}[sys.argv[1]]
    print(json.dumps(command(sys.argv[2], *map(int, sys.argv[3:]))))
