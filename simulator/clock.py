"""The Belgian clock: moments, local time, and the timestamps that a meter prints.

A moment is an integer: seconds since 2000-01-01 00:00:00 UTC. Belgian local time is UTC+1 in winter (W) and UTC+2 in
summer (S). The offset changes at 01:00 UTC on the last Sundays of March and October (Directive 2000/84/EC). A UTC
quarter is also a local quarter, because both offsets are whole hours.
"""

import re
import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache

QUARTER_S = 900
DAY_S = 86_400
UNIX_2000 = 946_684_800
"""Unix time of 2000-01-01 00:00:00 UTC."""

_EPOCH = datetime(2000, 1, 1)
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?)?\s*([SW]|Z|\+0[12]:00)?\Z")
_OFFSETS = {"S": 7200, "+02:00": 7200, "W": 3600, "+01:00": 3600, "Z": 0}


def now() -> int:
    """Return the current time of this computer as a moment."""
    return int(time.time()) - UNIX_2000


def moment(*digits: int, summer: bool | None = None) -> int:
    """Return the moment of a local time, given as year, month, day, hour, minute and second.

    `summer` selects the UTC offset: True is UTC+2, False is UTC+1, None follows the calendar. In October one hour
    occurs twice, and None means the first of these two hours. In March one hour is skipped. For this hour, None means
    UTC+1, as on a clock that was not yet set forward.
    """
    local = datetime(*digits)  # type: ignore[arg-type]
    seconds = int((local - _EPOCH).total_seconds())
    if summer is None:
        summer = is_summer(seconds - 7200)
    return seconds - (7200 if summer else 3600)


@lru_cache(maxsize=64)
def _summer_of(year: int) -> tuple[int, int]:
    """Return the moments at which the summer time of a year begins and ends."""
    changes = []
    for month in (3, 10):
        last_day = datetime(year, month, 31, 1)
        sunday = last_day - timedelta(days=(last_day.weekday() + 1) % 7)
        changes.append(int((sunday - _EPOCH).total_seconds()))
    return changes[0], changes[1]


def is_summer(at: int) -> bool:
    """True if Belgian summer time is in effect at a moment."""
    # The year in UTC is exact enough. It differs from the local year only in the first hour of the local year, and this
    # hour is in winter time.
    begin, end = _summer_of((_EPOCH + timedelta(seconds=at)).year)
    return begin <= at < end


def local(at: int) -> datetime:
    """Return the Belgian local time at a moment, as a naive datetime."""
    return _EPOCH + timedelta(seconds=at + (7200 if is_summer(at) else 3600))


def stamp(at: int) -> str:
    """Return a timestamp (TST) of the P1 standard: YYMMDDhhmmss and S or W, e.g. 240112231755W."""
    return local(at).strftime("%y%m%d%H%M%S") + ("S" if is_summer(at) else "W")


def iso(at: int) -> str:
    """Return Belgian local time with its offset, e.g. 2024-01-12T23:17:55+01:00."""
    return local(at).isoformat() + ("+02:00" if is_summer(at) else "+01:00")


def utc(at: int) -> datetime:
    """Return a moment as an aware datetime in UTC."""
    return (_EPOCH + timedelta(seconds=at)).replace(tzinfo=UTC)


def parse(text: str) -> int:
    """Return the moment in a text: `2026-11-12`, `2026-11-12 18:29`, `2026-10-25T02:30:00W`, `...+01:00`, `...Z`.

    Digits without a letter or offset are local Belgian time. ValueError if the text has another form. The error's
    message shows the expected form.
    """
    found = _ISO.match(text.strip())
    if not found:
        raise ValueError(f"{text!r} is not a time; write it as 2026-11-12T18:29:30 (Belgian local time)")
    digits = [int(part or 0) for part in found.groups()[:6]]
    try:
        if found[7]:
            seconds = (datetime(*digits) - _EPOCH).total_seconds()  # type: ignore[arg-type]
            return int(seconds) - _OFFSETS[found[7]]
        return moment(*digits)
    except ValueError as error:
        raise ValueError(f"{text!r} is not a time: {error}") from None


def quarter_start(at: int) -> int:
    """Return the start of the quarter that contains `at`."""
    return at - at % QUARTER_S


def month_start(at: int) -> int:
    """Return the moment 00:00:00 on the 1st of the local month that contains `at`."""
    day = local(at)
    return moment(day.year, day.month, 1)


def next_month(at: int) -> int:
    """Return the moment 00:00:00 on the 1st of the next local month after `at`."""
    day = local(at)
    return moment(day.year + day.month // 12, day.month % 12 + 1, 1)


def previous_month(at: int) -> int:
    """Return the moment 00:00:00 on the 1st of the local month before the month of `at`."""
    return month_start(month_start(at) - 1)


def quarters_of_day(at: int) -> int:
    """Return the number of quarters in the local day that contains `at`: 96, or 92 or 100 if the clock changes."""
    day = local(at)
    tomorrow = day + timedelta(days=1)
    begin = moment(day.year, day.month, day.day)
    end = moment(tomorrow.year, tomorrow.month, tomorrow.day)
    return (end - begin) // QUARTER_S


def is_day_tariff(at: int) -> bool:
    """True if the day tariff (T1) applies: on weekdays from 07:00 until 22:00, the usual Flemish hours."""
    here = local(at)
    return here.weekday() < 5 and 7 <= here.hour < 22


def quarter_id(at: int) -> int:
    """Return the quarter id of the quarter that begins at `at`, as the original firmware computes it.

    Bits 31-24 are year - 2000, bits 23-16 the month, bits 15-8 the day. Bit 7 is 1 in summer time. Bits 6-0 are the
    quarter of the day by the local clock, 0 to 95.
    """
    here = local(at)
    return (
        (here.year - 2000) << 24
        | here.month << 16
        | here.day << 8
        | (0x80 if is_summer(at) else 0)
        | here.hour * 4 + here.minute // 15
    )
