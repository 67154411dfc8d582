"""Power cuts at the sector writes of two hours, and the start after each of them; runs under MicroPython.

power_cuts.py IMAGE FSCK START STEP FIRST HOW...

IMAGE is a card that mkfs.fat formatted. FSCK is the program that checks the card after a cut. START is the timestamp of
the beginning of the two hours. Every STEP-th write is cut, from write FIRST on. HOW is "clean" (the write is left out)
or "torn" (only the first half of the sector is new). Prints as JSON the number of cuts and the faults after them.
"""

import gc
import json
import os
import sys
import vfs

from recording import Board, Device, Meter

from board.mount_point import CARD
from demand.quarter import file_path, quarter_id
from meter import timestamp
from storage import day_csv_reader

SECTOR = 512
EVERY_S = 10
HOURS_S = 7200
POWER_W = 1800
# Seconds until the power is back: within the quarter, in the next one or a later one.
AWAY_S = (20, 400, 2000)
# All that a cut may leave, in the words of fsck.fat.
HARMLESS = (
    "Reclaimed",
    "Free cluster summary wrong",
    "  Auto-correcting",
    "FATs differ",
    "  Using first FAT",
    "Leaving filesystem unchanged",
    "fsck.fat ",
    "There are differences between boot sector and its backup",
)


class Disk:
    """A card in memory, without its empty sectors. `log` is a list of all sectors written, or None."""

    def __init__(self, data, sectors):
        self.data, self.sectors = data, sectors
        self.log = None
        self.ended = False

    def readblocks(self, sector, buffer):
        if self.ended:
            return 5
        for at in range(0, len(buffer), SECTOR):
            found = self.data.get(sector)
            if found:
                buffer[at : at + SECTOR] = found
            else:
                buffer[at : at + SECTOR] = ZEROS
            sector += 1
        return 0

    def writeblocks(self, sector, buffer):
        if self.ended:
            return 5
        for at in range(0, len(buffer), SECTOR):
            content = bytes(buffer[at : at + SECTOR])
            self.data[sector] = content
            if self.log is not None:
                self.log.append((sector, content))
            sector += 1
        return 0

    def ioctl(self, request, _):
        if request == 4:
            return self.sectors
        return SECTOR if request == 5 else 0


ZEROS = bytes(SECTOR)


class Slot:
    """The slot of a board, with this card in it."""

    def __init__(self, disk):
        self.disk = disk

    def mount_card(self, path):
        filesystem = vfs.VfsFat(self.disk)
        vfs.mount(filesystem, path)
        return filesystem

    def end_life(self):
        pass


def formatted(image):
    """Return ({sector: its content} without empty sectors, number of sectors) of a formatted card."""
    data = {}
    with open(image, "rb") as file:
        sectors = file.seek(0, 2) // SECTOR
        file.seek(0)
        for sector in range(min(sectors, 20000)):
            content = file.read(SECTOR)
            if content != ZEROS:
                data[sector] = content
    return data, sectors


def meter(start, at_s):
    """Return the meter `at_s` seconds after the start. Its registers depend on the time alone."""
    found = Meter(start, power_w=POWER_W)
    found.run(at_s)
    return found


def record(data, sectors, start):
    """Record the two hours without a cut.

    Return (writes, [(writes so far, seconds since the start, quarters closed)], ids of the closed quarters,
    {id: (its file, its line)}).
    """
    disk = Disk(dict(data), sectors)
    disk.log = []
    device = Device(Board(Slot(disk)), meter(start, 0))
    marks = []
    for at_s in range(EVERY_S, HOURS_S + 1, EVERY_S):
        device.run(EVERY_S, EVERY_S)
        marks.append((len(disk.log), at_s, len(device.closed)))
    assert device.card.state == "ok", device.notes
    expected = {}
    for number in device.closed:
        path = "%s/meter/%s" % (CARD, file_path(number))
        expected[number] = content(path), line_of(number)
    log = disk.log
    end(disk)
    return log, marks, device.closed, expected


def end(disk):
    """Cut the power: an open file no longer reaches the card."""
    disk.ended = True
    disk.log = None
    vfs.umount(CARD)
    gc.collect()


def content(path):
    """Return the content of a file, None if it cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def line_of(number):
    """Return the fields of a quarter's line, None without a line, or a list of all lines if there are several."""
    path = file_path(number)
    start = timestamp.iso(*START_OF(number)).encode()
    found = [
        fields
        for fields in day_csv_reader.read("%s/meter/%s/day.csv" % (CARD, path[:10]))
        if fields[0] == start
    ]
    return found[0] if len(found) == 1 else found or None


def START_OF(number):  # noqa: N802 - what demand/quarter.py calls start_of
    """Return (local_s, summer) of the quarter's start."""
    from demand.quarter import start_of

    return start_of(number)


def is_partial(number, last_s):
    """Return the fault of a quarter that a cut ended, None if it has all but its last minute and is marked partial."""
    path = "%s/meter/%s" % (CARD, file_path(number))
    text = content(path)
    fields = line_of(number)
    if not text or not fields or len(fields) != 9:
        return "running quarter has %s and %s" % (text and text[-40:], fields)
    file = json.loads(text)
    samples = file["consumed_power_interval_avgs"]
    seen = len([sample for sample in samples if sample is not None])
    if seen < (last_s - 60 - 10) // 10:  # a telegram every 10 s fills every second slot
        return "of %d s there are %d samples" % (last_s, seen)
    if set(samples) - {POWER_W, None}:
        return "samples %s" % samples
    if int(fields[7]) != seen:
        return "line says %s samples, file has %d" % (fields, seen)
    return None


def after_cut(data, sectors, start, at_s, away_s, before, closed, expected, judge):
    """Return the fault after a start with this card, None without one."""
    disk = Disk(data, sectors)
    board = Board(Slot(disk))
    device = Device(board, meter(start, at_s + away_s))
    if device.card.state != "ok":
        return "card: %s" % device.card.error
    running = quarter_id(*meter(start, at_s).now)
    device.run(2700 + EVERY_S, EVERY_S)
    if device.card.state != "ok":
        return "card later: %s %s" % (device.card.error, device.notes)
    for number in closed[:before]:
        path = "%s/meter/%s" % (CARD, file_path(number))
        text, line = expected[number]
        if content(path) != text:
            return "%s is %s" % (path, content(path))
        if line_of(number) != line:
            return "line of %s is %s, was %s" % (path, line_of(number), line)
    wrong = None
    seen_s = meter(start, at_s).now[0] % 900
    if running not in closed[:before] and seen_s > 60 + EVERY_S:
        wrong = is_partial(running, seen_s)
    if not wrong and before < len(closed) and closed[before] != running:
        wrong = is_partial(closed[before], 900)  # it ended in the very second of the cut
    for number in device.closed[:-1]:
        fields = line_of(number)
        if not fields or len(fields) != 9 or not content("%s/meter/%s" % (CARD, file_path(number))):
            wrong = "later quarter %s: %s" % (file_path(number), fields)
    wrong = wrong or days_wrong(device)
    end(disk)
    return wrong or judge.worse(disk.data)


def days_wrong(device):
    """Return the fault of days.csv, None if each day that is over has one line."""
    today = START_OF(device.closed[-2])[0] // 86400  # one of its quarters is stored, and has turned the day
    first = START_OF(device.closed[0])[0] // 86400
    for day in range(first - 1, today):
        year, month, of_month = timestamp.civil(day * 86400)[:3]
        if content("%s/meter/%04d/%02d/%02d/day.csv" % (CARD, year, month, of_month)) is None:
            continue
        date = b"%04d-%02d-%02d" % (year, month, of_month)
        found = [
            fields
            for fields in day_csv_reader.read("%s/meter/%04d/days.csv" % (CARD, year))
            if fields[0] == date
        ]
        if len(found) != 1:
            return "%s has %s" % (date, found)
        quarters = len(
            list(day_csv_reader.read("%s/meter/%04d/%02d/%02d/day.csv" % (CARD, year, month, of_month)))
        )
        if int(found[0][7]) != quarters:
            return "%s counts %s of %d" % (date, found[0][7], quarters)
    return None


class Judge:
    """A check of the card by fsck.fat, on a copy. Lost clusters, a wrong count and differing FATs are no faults."""

    def __init__(self, image, fsck):
        self._path = image + ".cut"
        self._said = image + ".txt"
        self._command = "%s -n %s > %s 2>&1" % (fsck, self._path, self._said)
        self._before = set()

    def worse(self, data):
        """Return the faults in one line, None without any."""
        with open(self._path, "r+b") as file:
            for sector in self._before | set(data):
                file.seek(sector * SECTOR)
                file.write(data.get(sector, ZEROS))
        self._before = set(data)
        os.system(self._command)
        with open(self._said) as file:
            said = file.read().split("\n")
        worse = []
        for line in said:
            known = [words for words in HARMLESS if line.startswith(words)]
            if line and not known and not line.startswith(self._path):
                worse.append(line)
        return "fsck: %s" % worse if worse else None


def main(image, fsck, start, step, first, hows):
    """Print the result of all cuts."""
    data, sectors = formatted(image)
    log, marks, closed, expected = record(data, sectors, start)
    judge = Judge(image, fsck)
    tried = 0
    wrong = []
    state = dict(data)
    mark = 0
    for at in range(len(log)):
        while mark + 1 < len(marks) and marks[mark][0] <= at:
            mark += 1
        # What was closed when the telegram before this write had been dealt with.
        before = marks[mark - 1][2] if mark else 0
        sector, content = log[at]
        if at % step == first:
            for number, how in enumerate(hows):
                cut = dict(state)
                if how == "torn":
                    cut[sector] = content[:256] + cut.get(sector, ZEROS)[256:]
                away_s = AWAY_S[(at // step + number) % len(AWAY_S)]
                what = after_cut(cut, sectors, start, marks[mark][1], away_s, before, closed, expected, judge)
                gc.collect()
                tried += 1
                if what:
                    wrong.append([at, how, away_s, what[:300]])
        state[sector] = content
    print(json.dumps({"writes": len(log), "quarters": len(closed), "tried": tried, "wrong": wrong}))


main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]), sys.argv[6:])
