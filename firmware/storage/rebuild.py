"""Rebuilding of day.csv and days.csv, which a card of the original firmware lacks. Loaded on demand.

Both files are made from the quarters' files in small steps, from the newest month to the oldest. /meter/rebuilt.txt
contains the month that was finished last, or "all" at the end. After a restart the job continues with the next older
month. It does nothing if /meter/rebuilt.txt contains "all".
"""

import os
from micropython import const

from board.mount_point import CARD
from meter.timestamp import seconds
from overlay import load

_MARK = CARD + "/meter/rebuilt.txt"
_ALL = b"all"
_DAY_S = const(86400)
_SIZE = const(6)  # index of the size in os.stat()


def rebuild(recorder):
    """Write all missing lines of day.csv and days.csv. This is a job of the recorder. OSError if the card fails."""
    done = _read_mark()
    if done == _ALL:
        return
    card = recorder.card
    for year in reversed(_numbers(card, "")):
        for month in reversed(_numbers(card, "%04d" % year)):
            name = b"%04d-%02d" % (year, month)
            if done and name >= done:
                continue
            for day in _numbers(card, "%04d/%02d" % (year, month)):
                yield from _rebuild_day(card, year, month, day)
            _write_mark(name)
            yield
    if _numbers(card, ""):
        _write_mark(_ALL)
    load("storage.card_peaks").queue_search(recorder)


def _read_mark():
    try:
        with open(_MARK, "rb") as file:
            return file.read(8)
    except OSError:
        return b""


def _write_mark(name):
    with open(_MARK, "wb") as file:
        file.write(name)


def _numbers(card, folder):
    return [int(name) for name in card.names(folder) if name.isdigit()]


def _rebuild_day(card, year, month, day):
    """Append the missing lines of a day's quarters, then write the day's line if the day is over.

    The recorder writes to day.csv too. If day.csv has grown by a line of the recorder, the search for missing lines
    begins again.
    """
    folder = "%s/meter/%04d/%02d/%02d/" % (CARD, year, month, day)
    path = folder + "day.csv"
    names = size = None
    while names is None or names:
        if _size(path) != size:
            size = _size(path)
            names = yield from _quarters_without_line(folder, path)
            if names is None:
                return
        else:
            text = load("storage.quarter_reader").line(folder, year, month, day, names.pop(0))
            if text:
                lines = load("storage.day_csv_writer")
                for _ in lines.append(path, lines.with_check(text), lines.QUARTERS):
                    pass
                size = _size(path)
            yield
    number = seconds(year, month, day) // _DAY_S
    if number != card.day:
        yield from load("storage.day_totals").close(number)


def _quarters_without_line(folder, path):
    """Return the quarters with a file but without a line, in the order of time. None if the day has no files."""
    there = _quarters_with_file(folder)
    yield
    if not there:
        return None
    rows = load("storage.day_csv_reader")
    for _, line in rows.places(path):
        if line[10:11] == b"T" and rows.is_whole(line):
            there.discard((int(line[11:13]) * 100 + int(line[14:16])) * 2 + (line[19:22] == b"+01"))
        yield
    return sorted(there, key=_time_order)


def _size(path):
    try:
        return os.stat(path)[_SIZE]
    except OSError:
        return 0


def _quarters_with_file(folder):
    """Return the set of the quarters that have a file.

    A quarter is the number HHMM * 2, plus 1 in winter time: 1891 for 09:45 in winter time.
    """
    found = set()
    for entry in os.ilistdir(folder[:-1]):
        name = entry[0]
        if name[:4].isdigit() and name[4:] in ("S.json", "W.json"):
            found.add(int(name[:4]) * 2 + (name[4] == "W"))
    return found


def _time_order(name):
    # In October's doubled hour, summer time comes first.
    return (name & 1, name) if 400 <= name < 600 else (name >= 600, name)
