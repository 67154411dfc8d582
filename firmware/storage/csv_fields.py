"""Check of a line of day.csv or days.csv (format: day_csv_writer.py). Loaded on demand.

The check at the end of a line finds damage, but anyone can compute it for another text. Therefore the fields are
checked too, so that no reader of a line fails.
"""

from binascii import crc32
from micropython import const

from meter.timestamp import iso, seconds

# One letter for each field: M moment, D day, N whole number, S source. If the field may be empty: m moment, n whole
# number, d number with 3 decimals.
QUARTER = const("MnnddddNS")
DAY = const("DddddnmN")
_EMPTY = const("mnd")
_CHECK = const(9)  # bytes of a line's check: a comma and eight digits
_LONGEST = const(12)  # bytes of a number
_SOURCES = const(b"registers samples partial")


def fields_of(line, kinds):
    """Return the fields of a line without its check. None if the line is damaged or a field is wrong.

    The line is given without its newline. `kinds` is QUARTER or DAY.
    """
    text = line[:-_CHECK]
    fields = text.split(b",")
    if len(fields) != len(kinds) or line[-_CHECK:] != b",%08x" % crc32(text):
        return None
    try:
        for kind, field in zip(kinds, fields):
            if not (_is(kind, field) if field else kind in _EMPTY):
                return None
    except ValueError:
        return None
    return fields


def _is(kind, field):
    """True if a field that is not empty is right. ValueError if it has other characters in the place of digits."""
    if kind == "S":
        return field in _SOURCES.split()
    if kind == "D":
        return _is_moment(field + b"T00:00:00+01:00")
    if kind in "Mm":
        return _is_moment(field)
    whole = field
    if kind == "d":
        whole = field[:-4]
        if field[-4:-3] != b"." or not field[-3:].isdigit():
            return False
    return len(field) <= _LONGEST and b"%d" % int(whole) == whole


def _is_moment(text):
    """True if a text is a moment of the years 2000 to 2099, as iso() writes it."""
    date = (
        int(text[:4]),
        int(text[5:7]),
        int(text[8:10]),
        int(text[11:13]),
        int(text[14:16]),
        int(text[17:19]),
    )
    return text[:2] == b"20" and iso(seconds(*date), text[20:22] == b"02").encode() == text
