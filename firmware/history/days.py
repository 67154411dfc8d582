"""A day from its quarters: what was used, its peak, and its line of days.csv. Loaded while used.

    day,import_kwh,export_kwh,gas_m3,water_m3,peak_w,peak_start,quarters,check
    2026-01-15,12.345,0.000,1.234,,4321,2026-01-15T18:00:00+01:00,96,0b3e7712

An amount is what a register ran from the end of the day before to the end of this one; where the day before is not on
the card, from the day's first quarter on, with what that quarter used itself. A register that ran back, or further than
a connection lets it, is one of another meter: then the quarters' own averages count, and of gas and water nothing.
Quarters without registers (cards of the original firmware) count by their averages.
"""

from history.card import ROOT
from loading import borrow
from meter.stamp import civil, elapsed, seconds

_DAY_S = 86400
_MOST_W = 65534
_MOST_DM3_H = 100000  # of gas or water; a household's meter lets pass a tenth of that


def folder(day):
    """The folder of a day (local_s // 86400)."""
    return "%s/meter/%04d/%02d/%02d" % ((ROOT,) + civil(day * _DAY_S)[:3])


def days_csv(day):
    return "%s/meter/%04d/days.csv" % (ROOT, civil(day * _DAY_S)[0])


def number(field):
    """1234.567 is 1234567, as whole numbers go; None for nothing."""
    return int(field.replace(b".", b"")) if field else None


def moment(start):
    """The moment of a line's first field, 2026-01-15T09:45:00+01:00."""
    local_s = seconds(
        int(start[:4]),
        int(start[5:7]),
        int(start[8:10]),
        int(start[11:13]),
        int(start[14:16]),
        int(start[17:19]),
    )
    return local_s, start[20:22] == b"02"


def close(day):
    """Write the line of a day whose quarters are stored; nothing when there are none."""
    lines = borrow("history.lines")
    text = total(day, lines)
    if text:
        lines.put(days_csv(day), lines.sealed(text), lines.DAYS, text[:10])


def total(day, lines):
    """The text (bytes) of a day's line, without its check; None when it has no quarters. `lines` is the module."""
    read = lines.read
    newest = list(read(folder(day - 1) + "/day.csv", 256))
    before = newest[-1] if newest else None
    amounts = [None, None, None, None]
    quarters, peak_w, peak = 0, -1, b""
    for fields in read(folder(day) + "/day.csv"):
        quarters += 1
        if fields[1] and int(fields[1]) > peak_w:
            peak_w, peak = int(fields[1]), fields[0]
        _add(amounts, before, fields)
        before = fields
    if not quarters:
        return None
    shown = [lines.decimal(-1 if amount is None else amount) for amount in amounts]
    date = b"%04d-%02d-%02d" % civil(day * _DAY_S)[:3]
    values = [date] + shown + [b"%d" % peak_w if peak else b"", peak, b"%d" % quarters]
    return b",".join(values)


def _add(amounts, before, fields):
    """Add what a quarter used, and what ran since the one before it."""
    passed_s = elapsed(*moment(fields[0]), *moment(before[0])) if before else 0
    for at in range(4):
        own = fields[1 + at] if at < 2 else b""
        own = int(own) // 4 if own else None
        used = None
        if passed_s > 0 and before[3 + at] and fields[3 + at]:
            used = number(fields[3 + at]) - number(before[3 + at])
            most = _MOST_W if at < 2 else _MOST_DM3_H
            if not 0 <= used <= most * passed_s // 3600:
                used = None
        if used is None:
            used = own
        if used is None and fields[3 + at]:
            used = 0
        if used is not None:
            amounts[at] = (amounts[at] or 0) + used
