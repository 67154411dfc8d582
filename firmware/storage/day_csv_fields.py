"""Check of a line of day.csv or days.csv (format: day_csv_writer.py). Loaded on demand.

The CRC-32 at the end of a line reveals damage. But anyone can write a line with invalid fields and a correct CRC-32.
Therefore the fields are checked too, so that code that reads a line never fails.
"""

from binascii import crc32
from micropython import const

from meter.timestamp import days_in_month

# Number of fields in a line of day.csv and in a line of days.csv, each without the check.
QUARTER = const(9)
DAY = const(8)
_CHECK = const(9)  # bytes of a line's check: a comma and eight digits
_LONGEST = const(9)  # maximum number of digits of a whole number
_SOURCES = (b"registers", b"samples", b"partial")


def fields_of(line, count):
    """Return the fields of a line without its check. None if the line is damaged or a field is wrong.

    The line is given without its newline. `count` is the expected number of fields: QUARTER or DAY.
    """
    text = line[:-_CHECK]
    fields = text.split(b",")
    if len(fields) != count or line[-_CHECK:] != b",%08x" % crc32(text):
        return None
    try:
        if count == QUARTER:
            start, import_w, export_w, *decimals, samples, source = fields
            is_right = source in _SOURCES and samples and _is_moment(start)
            whole = [import_w, export_w, samples]
        else:
            day, *decimals, peak_w, peak_start, quarters = fields
            is_right = quarters and _is_moment(day + b"T00:00:00+01:00")
            is_right = is_right and (not peak_start or _is_moment(peak_start))
            whole = [peak_w, quarters]
        for field in whole:
            is_right = is_right and (not field or _is_whole_number(field))
        for field in decimals:
            is_right = is_right and (
                not field or (field[-4:-3] == b"." and field[-3:].isdigit() and _is_whole_number(field[:-4]))
            )
    except ValueError:
        return None
    return fields if is_right else None


def _is_whole_number(field):
    return len(field) <= _LONGEST and b"%d" % int(field) == field


def _is_moment(text):
    """True if a text is a moment of the years 2000 to 2099, such as b"2026-01-15T09:45:00+01:00"."""
    digits = text[2:4] + text[5:7] + text[8:10] + text[11:13] + text[14:16] + text[17:19]
    marks = (
        text[:2] + text[4:5] + text[7:8] + text[10:11] + text[13:14] + text[16:17] + text[19:21] + text[22:]
    )
    if marks != b"20--T::+0:00" or len(digits) != 12 or not digits.isdigit() or text[21] not in b"12":
        return False
    month, clock = int(digits[2:4]), int(digits[6:])
    return (
        1 <= month <= 12
        and 1 <= int(digits[4:6]) <= days_in_month(int(digits[:2]), month)
        and clock < 240000
        and clock % 10000 < 6000
        and clock % 100 < 60
    )
