"""Stamps of the meter: a moment is (local_s, summer).

local_s counts seconds since 2000-01-01 00:00:00 on the digits of the local clock, so that quarters, days and months
are plain arithmetic on it; summer is the letter (True for S, +02:00). The letter tells the two passes of the hour
that October doubles apart, and nothing else. Seconds since 2000 stay small integers on the board until 2034.

Source: DSMR P1 5.0.2 and e-MUCS P1, type TST: YYMMDDhhmmssX.
"""

from micropython import const

_DAY_S = const(86400)
_HOUR_S = const(3600)
# Years that a meter can mean. Outside them are its ways to say "no time": 000101000000W, 700101010000W.
_FIRST_YEAR = const(10)
_LAST_YEAR = const(69)

_newest = [None, None]  # a date's digits, and its beginning: a meter names the same day from second to second


def parse(data, start=0, end=None, previous=None):
    """The moment (local_s, summer) that a stamp names, or None for a filler or what is no stamp.

    data[start:end] is all between the brackets: 12 digits and S or W. Iskra meters leave the letter out: then the
    EU's rule gives it. In the hour that October doubles, digits alone do not tell; there `previous`, the moment
    of the telegram before, does (winter without it).
    """
    if end is None:
        end = len(data)
    length = end - start
    if length != 13 and length != 12:
        return None
    # two numbers of six digits: one of twelve would be a big integer on the board
    date = data[start : start + 6]
    digits = data[start + 6 : start + 12]
    newest = _newest
    # isdigit, since int() would take signs, blanks and underscores too
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
    """ISO 8601 with the meter's own offset: 2024-01-12T23:17:55+01:00."""
    return "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}+0{}:00".format(*civil(local_s), 2 if summer else 1)


def civil(local_s):
    """(year, month, day, hour, minute, second) on the local clock."""
    # Years begin on 1 March here, so that the leap day is the last of its year (2000-03-01 is day 60).
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
    """Seconds since 2000-01-01 00:00:00 of a moment on the local clock; years 2000 to 2099."""
    if month <= 2:
        year -= 1
        month += 12
    days = 1461 * (year - 2000) // 4 + (153 * month - 457) // 5 + day + 59
    return ((days * 24 + hour) * 60 + minute) * 60 + second


def days_in_month(year, month):
    """28 to 31; years 2000 to 2099, where every fourth is a leap year."""
    if month == 2:
        return 28 if year % 4 else 29
    return 30 + (month + month // 8) % 2


def shift(local_s, summer, by):
    """The moment `by` seconds later (earlier when negative), on the other side of a clock change with its letter.

    A meter that keeps one letter all year (its stamps contradict the EU's rule) keeps it here too.
    """
    standard = local_s - _HOUR_S if summer else local_s
    if _is_summer(standard) != summer:
        return local_s + by, summer
    standard += by
    summer = _is_summer(standard)
    return (standard + _HOUR_S if summer else standard), summer


def elapsed(local_s, summer, from_s, from_summer):
    """Seconds that truly passed from the second moment to the first."""
    return local_s - from_s - (summer - from_summer) * _HOUR_S


def _is_summer(standard_s):
    """Whether summer time holds; standard_s is counted on a clock that stays at winter time.

    On that clock both changes fall on 02:00 of the last Sunday, of March and of October (EU directive 2000/84/EC).
    """
    year, month, day, hour, _, _ = civil(standard_s)
    if month < 3 or month > 10:
        return False
    if 3 < month < 10:
        return True
    # 2000-01-02 was a Sunday: day numbers that leave 1 after division by 7 are
    last = seconds(year, month, 31) // _DAY_S
    sunday = 31 - (last - 1) % 7
    return (day > sunday or (day == sunday and hour >= 2)) == (month == 3)


def _letter(local_s, previous):
    """Summer or winter from the digits alone."""
    winter = not _is_summer(local_s)
    if not _is_summer(local_s - _HOUR_S):
        return False
    if not winter or previous is None:
        return not winter
    # The doubled hour: the first pass until the digits fall back. Half an hour tells that from a corrected clock.
    return previous[1] and local_s > previous[0] - 1800
