"""Rebuilding of day.csv and days.csv, which a card of the original firmware lacks. Loaded on demand.

Both files are made from the quarters' files in small steps, from the newest month to the oldest. After a restart the
job continues with the newest month that is older than the month in /meter/rebuilt.txt (rebuild_mark.py).
"""

import os
from micropython import const

from meter.timestamp import civil, days_in_month, iso, seconds
from overlay import load
from storage.card import Card
from storage.day_csv_fields import QUARTER
from storage.rebuild_mark import ALL

_DAY_S = const(86400)
_ENTRIES_IN_STEP = const(36)  # directory entries that the job reads between two yields
_LINES_IN_STEP = const(32)  # lines of days.csv that the job reads between two yields
_QUARTERS_IN_STEP = const(8)  # lines of day.csv that the job reads between two yields
_QUARTERS_IN_WRITE = const(32)  # lines that are appended to day.csv in one write
_ATTEMPTS = const(8)  # most times that requests stop the rebuild of a day
_WAITS = const(50)  # most steps for which the rebuild of a day waits for the end of requests


def rebuild(recorder):
    """Write all missing lines of day.csv and days.csv. This is a job of the recorder. OSError if the card fails."""
    card = recorder.card
    done, word = load("storage.rebuild_mark").read()
    if done == ALL:
        return
    for year in reversed(_numbers(card, "")):
        for month in reversed(_numbers(card, "%04d" % year)):
            name = b"%04d-%02d" % (year, month)
            if done and name >= done:
                continue
            yield from _rebuild_month(recorder, year, month)
            yield
            load("storage.rebuild_mark").write(name, word)
            yield
    if _numbers(card, ""):
        load("storage.rebuild_mark").write(ALL, word)
    load("storage.card_peaks").queue_search(recorder)


def rebuild_again(recorder):
    """Rebuild a card that firmware 0.1.0 has already rebuilt. This is a job of the recorder."""
    load("storage.rebuild_mark").clear()
    return rebuild(recorder)


def _numbers(card, folder):
    return [int(name) for name in card.names(folder) if name.isdigit()]


def _rebuild_month(recorder, year, month):
    """Complete the day.csv of each day of a month, and write the line of each day that is over to days.csv."""
    card = recorder.card
    # Read days.csv only once for all days of the month, because it has a line for each day of the year.
    known = yield from _known_days(year, month)
    for day in _numbers(card, "%04d/%02d" % (year, month)):
        yield
        if not (2000 <= year <= 2099 and 1 <= month <= 12 and 1 <= day <= days_in_month(year, month)):
            continue
        number = seconds(year, month, day) // _DAY_S
        yield from _between_requests(recorder, number, b"%02d" % day in known)


def _known_days(year, month):
    """Return the set of the days of a month that are in days.csv, such as b"15"."""
    rows = load("storage.day_csv_reader")
    name = b"%04d-%02d" % (year, month)
    known = set()
    for count, (_, line) in enumerate(rows.places(rows.days_csv(year)), 1):
        if line.startswith(name):
            known.add(line[8:10])
        if not count % _LINES_IN_STEP:
            yield
    return known


def _between_requests(recorder, day, is_known):
    """Rebuild a day. If a request comes meanwhile, stop, so that memory is free for the request, and begin again later.

    The lines that are already written stay. After eight stops, the rebuild of the day also continues during requests.
    """
    is_answering = recorder.device.server.is_answering
    for patience in range(_ATTEMPTS, -1, -1):
        for _ in range(_WAITS):
            if not is_answering():
                break
            yield
        for must_go_on in _rebuild_day(recorder.card, day, is_known):
            if patience and not must_go_on and is_answering():
                break
            yield
        else:
            return


def _rebuild_day(card, day, is_known):
    """Append the lines that the day.csv of a day lacks, and write the day's line to days.csv if the day is over.

    `day` is in days since 2000-01-01. `is_known` is True if days.csv may already have a line of the day. The generator
    yields after each step. Once it yields True, the caller must run it to its end. If the recorder adds a line to
    day.csv between two steps, the search for missing lines begins again.
    """
    # Keep the modules in memory during the rebuild of the day. To load them again for each quarter would take longer
    # than to read the quarter's file.
    rows, lines = load("storage.day_csv_reader"), load("storage.day_csv_writer")
    yield
    days, quarters = load("storage.day_totals"), load("storage.quarter_reader")
    fields_of = load("storage.day_csv_fields").fields_of
    folder = days.folder(day)
    is_done = False
    while not is_done:
        total = days.Total(day, rows)
        yield
        missing, size = yield from _search(rows, fields_of, folder, total)
        is_done = yield from _append((lines, days, quarters), day, missing, size, total)
    if day != card.day:
        for _ in days.write(total, rows.days_csv(civil(day * _DAY_S)[0]), is_known):
            yield True


def _search(rows, fields_of, folder, total):
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
    """Return an iterable of the names in a folder. It is empty if the folder does not exist."""
    try:
        return (entry[0] for entry in os.ilistdir(folder))
    except OSError:
        return ()


def _append(modules, day, missing, size, total):
    """Append the lines of the `missing` quarters to day.csv. The lines are added to `total` as well.

    Return False, and stop, if day.csv no longer has `size` bytes, because the recorder has added a line.
    """
    lines, days, quarters = modules
    folder = days.folder(day)
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
