"""Timestamps of the meter, and arithmetic with their moments (local_s, summer).

`local_s` is the number of seconds from 2000-01-01 00:00:00 to the local date and time, without regard to summer time.
Therefore quarters, days and months are plain arithmetic. `summer` is True for the letter S (UTC+02:00) and False for W
(UTC+01:00). In October's doubled hour, `summer` tells the first hour from the second. Until 2034, seconds since 2000
fit into a small integer of the board.

Source: DSMR P1 5.0.2 and e-MUCS P1, type TST: YYMMDDhhmmssX.
"""

from micropython import const

_DAY_S = const(86400)
_HOUR_S = const(3600)
# First and last year of real timestamps (20xx). A timestamp of another year, such as 000101000000W or 700101010000W,
# means "no time".
_FIRST_YEAR = const(10)
_LAST_YEAR = const(69)

# Cache: the six digits of the newest date, and its midnight as local_s. Nearly all timestamps have this date.
_newest = [None, None]


def parse(data, start=0, end=None, previous=None):
    """Return the moment (local_s, summer) of a timestamp, None for a filler or an invalid timestamp.

    `data[start:end]` is the text between the brackets: 12 digits, then S or W. Iskra meters omit the letter. Without a
    letter, `summer` follows from the EU's rule for summer time. In October's doubled hour, `summer` follows from
    `previous`, the moment of the previous telegram. If `previous` is None, the doubled hour is read as winter time.
    """
    if end is None:
        end = len(data)
    length = end - start
    if length != 13 and length != 12:
        return None
    # Date and time are two numbers of six digits, because twelve digits would be a big integer on the board.
    date = data[start : start + 6]
    digits = data[start + 6 : start + 12]
    newest = _newest
    # isdigit() comes before int(), because int() also accepts signs, blanks and underscores.
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
    """Return a moment in ISO 8601 with its UTC offset: 2024-01-12T23:17:55+01:00."""
    return "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}+0{}:00".format(*civil(local_s), 2 if summer else 1)


def civil(local_s):
    """Return the local date and time of `local_s` as (year, month, day, hour, minute, second)."""
    # A year begins on 1 March here, so that the leap day is the last day of its year. 2000-03-01 is day 60 since
    # 2000-01-01.
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
    """Return the seconds from 2000-01-01 00:00:00 to a local date and time of the years 2000 to 2099."""
    if month <= 2:
        year -= 1
        month += 12
    days = 1461 * (year - 2000) // 4 + (153 * month - 457) // 5 + day + 59
    return ((days * 24 + hour) * 60 + minute) * 60 + second


def days_in_month(year, month):
    """Return the number of days of a month, for the years 2000 to 2099. Every fourth year is a leap year."""
    if month == 2:
        return 28 if year % 4 else 29
    return 30 + (month + month // 8) % 2


def shift(local_s, summer, by):
    """Return the moment (local_s, summer) that is `by` seconds later, or earlier if `by` is negative.

    The new `summer` follows from the EU's rule for summer time. But if the old moment contradicts this rule, the meter
    sends the same letter all year, and `summer` does not change.
    """
    standard = local_s - _HOUR_S if summer else local_s
    if _is_summer(standard) != summer:
        return local_s + by, summer
    standard += by
    summer = _is_summer(standard)
    return (standard + _HOUR_S if summer else standard), summer


def elapsed(local_s, summer, from_s, from_summer):
    """Return the real seconds from (from_s, from_summer) to (local_s, summer), also across a clock change."""
    return local_s - from_s - (summer - from_summer) * _HOUR_S


def _is_summer(standard_s):
    """True if summer time is in effect at `standard_s`, a time of a clock that has winter time all year.

    On such a clock, both changes are at 02:00, on the last Sunday of March and October (EU directive 2000/84/EC).
    """
    year, month, day, hour, _, _ = civil(standard_s)
    if month < 3 or month > 10:
        return False
    if 3 < month < 10:
        return True
    # 2000-01-02 is day number 1 and was a Sunday. Therefore the day number of each Sunday modulo 7 is 1.
    last = seconds(year, month, 31) // _DAY_S
    sunday = 31 - (last - 1) % 7
    return (day > sunday or (day == sunday and hour >= 2)) == (month == 3)


def _letter(local_s, previous):
    """Return True if summer time is in effect at `local_s`, for a timestamp without a letter."""
    winter = not _is_summer(local_s)
    if not _is_summer(local_s - _HOUR_S):
        return False
    if not winter or previous is None:
        return not winter
    # In October's doubled hour, a step back of over half an hour is the change to winter time. A smaller step back is a
    # correction of the meter's clock.
    return previous[1] and local_s > previous[0] - 1800
