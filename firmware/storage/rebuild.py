"""Rebuilding of day.csv and days.csv, which a card of the original firmware lacks. Loaded on demand.

Both files are made from the quarters' files in small steps, from the newest month to the oldest. After a restart the
job continues with the newest month that is older than the month in /meter/rebuilt.txt (rebuild_mark.py).
"""

from micropython import const

from meter.timestamp import days_in_month, seconds
from overlay import load
from storage.rebuild_mark import ALL

_DAY_S = const(86400)
_LINES_IN_STEP = const(32)  # lines of days.csv that the job reads between two yields
_ATTEMPTS = const(8)  # maximum number of times that requests stop the rebuild of a day
_WAITS = const(50)  # maximum number of steps for which the rebuild of a day waits for the end of requests


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
    # Read days.csv only once for all days of the month, because days.csv has a line for each day of the year.
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
    """Rebuild a day. If a request comes meanwhile, stop, and begin the day again later.

    A stop frees memory for the request. Lines that are already written stay. After eight stops, the rebuild of the day
    also continues during requests.
    """
    is_answering = recorder.device.server.is_answering
    for patience in range(_ATTEMPTS, -1, -1):
        for _ in range(_WAITS):
            if not is_answering():
                break
            yield
        for must_go_on in load("storage.rebuild_day").rebuild(recorder.card, day, is_known):
            if patience and not must_go_on and is_answering():
                break
            yield
        else:
            return
