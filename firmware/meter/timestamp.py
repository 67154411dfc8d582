"""Timestamps of the meter: a moment is (local_s, summer).

local_s counts seconds since 2000-01-01 00:00:00 by the digits of the local clock, so that quarters, days and months are
plain arithmetic. summer is the letter (True for S, +02:00); it is needed only to tell the two passes of October's
doubled hour apart. Seconds since 2000 stay small integers on the board until 2034.

Source: DSMR P1 5.0.2 and e-MUCS P1, type TST: YYMMDDhhmmssX.
"""

from micropython import const

_DAY_S = const(86400)
_HOUR_S = const(3600)
# Years of real timestamps. Others mean "no time", such as 000101000000W and 700101010000W.
_FIRST_YEAR = const(10)
_LAST_YEAR = const(69)

_newest = [None, None]  # the newest date's digits and its first second: a meter repeats the same date


def parse(data, start=0, end=None, previous=None):
    """Return the moment (local_s, summer) of a timestamp, None for a filler or if it is not a timestamp.

    data[start:end] is the text between the brackets: 12 digits and S or W. Iskra meters omit the letter; then the EU's
    rule gives it. In October's doubled hour `previous`, the moment of the previous telegram, decides (winter without
    one).
    """
    if end is None:
        end = len(data)
    length = end - start
    if length != 13 and length != 12:
        return None
    # two numbers of six digits, because one of twelve would be a big integer on the board
    date = data[start : start + 6]
    digits = data[start + 6 : start + 12]
    newest = _newest
    # isdigit, because int() also accepts signs, blanks and underscores
    if date != newest[0]:
        if not date.isdigit():
            return None
        day = int(date)
        year = day // 10000
        month = day // 100 % 100
        day %= 100
        if year < _FIRST_YEAR or year > _LAST_YEAR or not 1 <= month <= 12 or not day:
            return None
        if day > 28 and day > days_in_month(year, month):
            return None
        newest[0] = date
        newest[1] = seconds(2000 + year, month, day)
    if not digits.isdigit():
        return None
    second = int(digits)
    minute = second // 100
    hour = minute // 100
    minute %= 100
    second %= 100
    if hour > 23 or minute > 59 or second > 59:
        return None
    local_s = newest[1] + hour * _HOUR_S + minute * 60 + second
    if length == 12:
        return local_s, _letter(local_s, previous)
    letter = data[start + 12]
    if letter == 83:  # S
        return local_s, True
    if letter == 87:  # W
        return local_s, False
    return None


def iso(local_s, summer):
    """Return ISO 8601 with the meter's offset: 2024-01-12T23:17:55+01:00."""
    return "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}+0{}:00".format(*civil(local_s), 2 if summer else 1)


def civil(local_s):
    """Return (year, month, day, hour, minute, second) of the local clock."""
    # Years are counted from 1 March, so that the leap day is the last of its year (2000-03-01 is day 60).
    days = local_s // _DAY_S - 60
    year = (4 * days + 3) // 1461
    day = days - 1461 * year // 4
    month = (5 * day + 2) // 153
    day -= (153 * month + 2) // 5
    rest = local_s % _DAY_S
    if month < 10:
        return 2000 + year, month + 3, day + 1, rest // _HOUR_S, rest // 60 % 60, rest % 60
    return 2001 + year, month - 9, day + 1, rest // _HOUR_S, rest // 60 % 60, rest % 60


def seconds(year, month=1, day=1, hour=0, minute=0, second=0):
    """Return the seconds since 2000-01-01 00:00:00 of a moment on the local clock; years 2000 to 2099."""
    if month <= 2:
        year -= 1
        month += 12
    days = 1461 * (year - 2000) // 4 + (153 * month - 457) // 5 + day + 59
    return ((days * 24 + hour) * 60 + minute) * 60 + second


def days_in_month(year, month):
    """Return 28 to 31; years 2000 to 2099, where every fourth is a leap year."""
    if month == 2:
        return 28 if year % 4 else 29
    return 30 + (month + month // 8) % 2


def shift(local_s, summer, by):
    """Return the moment `by` seconds later (earlier if negative), with the letter that is valid then.

    The letter stays for a meter that sends one letter all year (its timestamps contradict the EU's rule).
    """
    standard = local_s - _HOUR_S if summer else local_s
    if _is_summer(standard) != summer:
        return local_s + by, summer
    standard += by
    summer = _is_summer(standard)
    return (standard + _HOUR_S if summer else standard), summer


def elapsed(local_s, summer, from_s, from_summer):
    """Return the real seconds from the second moment to the first, clock changes included."""
    return local_s - from_s - (summer - from_summer) * _HOUR_S


def _is_summer(standard_s):
    """True if summer time is valid; standard_s counts on a clock that keeps winter time all year.

    On that clock both changes are at 02:00 of the last Sunday, of March and of October (EU directive 2000/84/EC).
    """
    year, month, day, hour, _, _ = civil(standard_s)
    if month < 3 or month > 10:
        return False
    if 3 < month < 10:
        return True
    # 2000-01-02 was a Sunday, so Sundays are the day numbers with remainder 1 after division by 7
    last = seconds(year, month, 31) // _DAY_S
    sunday = 31 - (last - 1) % 7
    return (day > sunday or (day == sunday and hour >= 2)) == (month == 3)


def _letter(local_s, previous):
    """Return True for summer, from the digits and the previous moment."""
    winter = not _is_summer(local_s)
    if not _is_summer(local_s - _HOUR_S):
        return False
    if not winter or previous is None:
        return not winter
    # The doubled hour: its first pass ends if the digits fall back by over half an hour. Less is a corrected clock.
    return previous[1] and local_s > previous[0] - 1800
