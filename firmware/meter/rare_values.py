"""Values of a telegram that rarely change. Loaded on demand by meter/values.py."""

from micropython import const

from meter import values
from meter.timestamp import parse

_POINT = const(46)  # b"."[0]


def limiter(line, at):
    """Return the limiter's power in W. A value in kVA counts as kW. None if all digits are nines: there is no limit."""
    return None if _is_off(line, at) else values.power(line, at)


def fuse(line, at):
    """Return the fuse's current in mA. None if all digits are nines: there is no limit."""
    return None if _is_off(line, at) else values.current(line, at)


def _is_off(line, at):
    behind = line[at + 1 :].lstrip(b"9.")
    # All digits are nines if no digit comes after the nines.
    return not behind or not 48 <= behind[0] <= 57


def months(line, at):
    """Return a list of (month, power in W, end, summer): the peaks of at most 13 closed months, newest first.

    `month` is year * 12 + month - 1. (`end`, `summer`) is the moment at which the peak's quarter ended. Months that
    were never measured are left out.

    The line begins with (count)(code)(code)..., and the records of the months follow. A record is the closing
    timestamp of a month, then a value for each code. The code 1-0:1.6.0 occurs twice: first for the timestamp of the
    peak, then for the power of the peak.
    """
    parts = line[at + 1 : line.rfind(b")")].split(b")(")
    # If the line lists n codes, each record has n + 1 values: the closing timestamp, and a value for each code. The
    # line also has n + 1 colons: one colon in the line's OBIS code, and one in each listed code.
    columns = line.count(b":")
    column = parts.index(b"1-0:1.6.0")
    found = []
    for record in range(columns, len(parts) - columns + 1, columns):
        ended = parts[record + column]
        value = parts[record + column + 1]
        try:
            # The closing timestamp is the beginning of the next month: 2601 closes December 2025.
            closed = int(parts[record][:4])
            later = closed - int(ended[:4])
            # For a month before the meter was installed, the peak's timestamp is the beginning of that month. Skip such
            # a record: a quarter that ends at the beginning of a month belongs to the previous month.
            if later == 0 if ended.startswith(b"01000000", 4) else later == 1 or later == 89:
                moment = parse(ended)
                if moment:
                    if value[-7] == _POINT and value.endswith(b"*kW"):
                        watt = int(value[:-7] + value[-6:-3])
                    else:
                        watt = values.number(b"(%s)" % value, 0, 0)
                    end, summer = moment
                    found.append((closed // 100 * 12 + closed % 100 + 23998, watt, end, summer))
        except (ValueError, IndexError):
            continue
    found.sort(reverse=True)
    return found[:13]
