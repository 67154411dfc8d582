"""The rebuilding of a card of the original firmware, step by step; runs under MicroPython.

rebuild.py IMAGE DAYS RUNS STEPS

IMAGE is a card that mkfs.fat formatted. DAYS days of December are rebuilt RUNS times, in a year whose other days have
their lines. A rebuild ends after STEPS steps. Prints one JSON object: the number of steps, the microseconds of all
steps and of the longest one, and the most sectors that a step reads. The fastest run of each step counts.
"""

import gc
import json
import os
import sys
import time
import vfs

from card import Disk

from board.mount_point import CARD
from overlay import load
from storage import day_csv_writer
from storage.card import Card

YEAR = CARD + "/meter/2025"
OTHER_DAYS = 334
QUARTER = (
    b'{"quarter_id":1,"consumed_power_avg":1189,"interval_secs":5,"consumed_power_interval_avgs":[%s],'
    b'"produced_power_interval_avgs":[%s]}'
)


class Slot:
    """A board of which only the card is used."""

    def __init__(self, disk):
        self.disk = disk

    def mount_card(self, path):
        filesystem = vfs.VfsFat(self.disk)
        vfs.mount(filesystem, path)
        return filesystem


class Recorder:
    """A recorder of which only the card is used. It is also its own device and server."""

    def __init__(self, card):
        self.card = card
        self.reading = {"time": None}
        self.device = self.server = self
        self.peaks = None

    @staticmethod
    def is_answering():
        """True while the server answers a request; here is no server."""
        return False


def fill(days):
    """Write the quarters' files of the last `days` days of December, and a line for each other day of the year."""
    text = QUARTER % (
        b",".join([b"%d" % (1100 + sample) for sample in range(180)]),
        b",".join([b"-%d" % sample for sample in range(180)]),
    )
    os.mkdir(CARD + "/meter")
    os.mkdir(YEAR)
    os.mkdir(YEAR + "/12")
    for day in range(32 - days, 32):
        os.mkdir("%s/12/%02d" % (YEAR, day))
        for quarter in range(96):
            with open(
                "%s/12/%02d/%02d%02dW.json" % (YEAR, day, quarter // 4, quarter % 4 * 15), "wb"
            ) as file:
                file.write(text)


def clear(days):
    """Remove what a rebuild has written."""
    with open(YEAR + "/days.csv", "wb") as file:
        file.write(day_csv_writer.DAYS)
        for day in range(OTHER_DAYS):
            date = b"2025-%02d-%02d" % (1 + day // 31, 1 + day % 31)
            text = b"%s,28.800,0.000,,,1200,%sT18:00:00+01:00,96" % (date, date)
            file.write(day_csv_writer.with_check(text))
    for path in ["%s/meter/rebuilt.txt" % CARD] + [
        "%s/12/%02d/day.csv" % (YEAR, day) for day in range(32 - days, 32)
    ]:
        try:
            os.remove(path)
        except OSError:
            pass


def rebuild(card, disk, steps):
    """Rebuild the card in at most `steps` steps. Return the microseconds and the sectors read of each step."""
    found = []
    job = load("storage.rebuild").rebuild(Recorder(card))
    gc.collect()
    while len(found) < steps:
        reads, begin = disk.reads, time.ticks_us()
        try:
            next(job)
        except StopIteration:
            break
        found.append((time.ticks_diff(time.ticks_us(), begin), disk.reads - reads))
    return found


def main(image, days, runs, most):
    """Rebuild the card, and print the figures."""
    disk = Disk(image)
    card = Card(Slot(disk))
    fill(days)
    steps = []
    for _ in range(runs):
        clear(days)
        run = rebuild(card, disk, most)
        steps = [min(pair) for pair in zip(steps, run)] if steps else run
    times = [step[0] for step in steps] or [0]
    reads = [step[1] for step in steps] or [0]
    print(json.dumps({"steps": len(steps), "us": sum(times), "longest_us": max(times), "reads": max(reads)}))


main(sys.argv[1], *map(int, sys.argv[2:]))
