"""Rebuilding of one day's day.csv from the quarters' files, and of the day's line of days.csv. Loaded on demand."""

import os
from micropython import const

from meter.timestamp import civil, iso
from overlay import load
from storage.card import Card
from storage.day_csv_fields import QUARTER

_DAY_S = const(86400)
_ENTRIES_IN_STEP = const(36)  # directory entries that the job reads between two yields
_QUARTERS_IN_STEP = const(8)  # lines of day.csv that the job reads between two yields
_QUARTERS_IN_WRITE = const(32)  # lines that are appended to day.csv in one write


def rebuild(card, day, is_known):
    """Append the lines that the day.csv of a day lacks, and write the day's line to days.csv if the day is over.

    `day` is in days since 2000-01-01. `is_known` is True if days.csv may already have a line of the day. The generator
    yields after each step. After the first True, the caller must run the generator to its end. If the recorder adds a
    line to day.csv between two steps, the search for missing lines begins again.
    """
    yield  # loading this module was enough for a step
    days = load("storage.day_totals")
    folder = days.folder(day)
    is_done = False
    while not is_done:
        total = days.Total(day, load("storage.day_csv_reader"))
        yield
        missing, size = yield from _search(folder, total)
        is_done = yield from _append(folder, day, missing, size, total)
    if day != card.day:
        path = load("storage.day_csv_reader").days_csv(civil(day * _DAY_S)[0])
        yield
        for _ in load("storage.day_close").write(total, path, is_known):
            yield True


def _search(folder, total):
    """Add the lines of day.csv to the Total. Return the quarters without a line, and the size of day.csv.

    The list of quarters is in the order of time. A quarter is the number HHMM * 2, plus 1 in winter time: 1891 is 09:45
    in winter.
    """
    found = set()
    size = 0
    # This reference keeps the file system in memory while the folder is read (see Card).
    _filesystem = Card.filesystem
    for count, name in enumerate(_names(folder), 1):
        if name == "day.csv":
            size = None
        elif name[:4].isdigit() and name[4:] in ("S.json", "W.json"):
            found.add(int(name[:4]) * 2 + (name[4] == "W"))
        if not count % _ENTRIES_IN_STEP:
            yield
    if size is None:
        path = folder + "/day.csv"
        size = os.stat(path)[6]
        yield
        rows, fields_of = load("storage.day_csv_reader"), load("storage.day_csv_fields").fields_of
        for count, (_, line) in enumerate(rows.places(path), 1):
            if fields := fields_of(line, QUARTER):
                total.add(fields)
                found.discard((int(line[11:13]) * 100 + int(line[14:16])) * 2 + (line[19:22] == b"+01"))
            if not count % _QUARTERS_IN_STEP:
                yield
        yield
    missing = sorted(found, key=_time_order)
    yield
    return missing, size


def _names(folder):
    """Return an iterable of the names in a folder, an empty one if the folder does not exist."""
    try:
        return (entry[0] for entry in os.ilistdir(folder))
    except OSError:
        return ()


def _append(folder, day, missing, size, total):
    """Append the lines of the `missing` quarters to day.csv. The lines are added to `total` as well.

    If the recorder has added a line, so that day.csv no longer has `size` bytes, stop and return False.
    """
    # Keep the modules in memory. To load them again for each quarter would take longer than to read the quarter's file.
    lines, quarters = load("storage.day_csv_writer"), load("storage.quarter_reader")
    while missing:
        text = b""
        for name in missing[:_QUARTERS_IN_WRITE]:
            clock = name >> 1
            is_summer = not name & 1
            start = iso(day * _DAY_S + clock // 100 * 3600 + clock % 100 * 60, is_summer).encode()
            line = quarters.line("%s/%04d%s.json" % (folder, clock, "S" if is_summer else "W"), start)
            if line:
                total.add(line.split(b","))
                text += lines.with_check(line)
            yield
        missing = missing[_QUARTERS_IN_WRITE:]
        if text:
            with open(folder + "/day.csv", "ab") as file:
                if file.seek(0, 2) != size:
                    return False
                size += file.write(text if size else lines.QUARTERS + text)
            yield
    return True


def _time_order(name):
    # Return a number by which quarters are sorted in the order of time. In October the hour from 2:00 to 3:00 occurs
    # twice, first in summer time. The result is not a tuple, because tuples take longer to sort.
    if name < 400:
        return name
    return name + 1000 * (name & 1) if name < 600 else name + 2000
