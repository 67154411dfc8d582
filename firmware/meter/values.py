"""Values of objects: from the bytes between the brackets to integers in base units.

W, Wh, dV (0.1 V), mA, dm3, MJ: no value of a meter is a float, because the board's floats have 24 bits. Each kind of
meter/objects.py has a function `(line, at)`; `at` is the position of the line's first bracket. It raises ValueError or
IndexError for a value that cannot be read, and returns None if the meter has no value.

Source of the formats: DSMR P1 5.0.2, 6.4; e-MUCS P1 1.7.1; IEC 62056-21.
"""

from binascii import unhexlify
from micropython import const

from meter.objects import (
    COUNT,
    CURRENT,
    ENERGY,
    FUSE,
    LIMITER,
    LONG_TEXT,
    MONTHS,
    PEAK,
    POWER,
    STAMP,
    TEXT,
    VOLTAGE,
    VOLUME,
)
from meter.timestamp import parse

_POINT = const(46)  # b"."[0]
_KILO = const(107)  # b"k"[0]
_CUBIC = const(109)  # b"m"[0]
_PREFIXES = {77: 6, 71: 9, 109: -3}  # M, G, m


def number(line, at, places):
    """Return the integer in base units of b"(000301.548*kWh)"; `places`: digits kept if the unit has no prefix.

    The unit is always read, because foreign meters send W, mA or kV.
    """
    star = line.find(b"*", at)
    if star < 0:
        line, star = _with_star(line, at)
    prefix = line[star + 1]
    if prefix == _KILO:
        places += 3
    elif prefix != _CUBIC or line[star + 2] != 51:  # the m of "m3" is not milli
        places += _PREFIXES.get(prefix, 0)
    point = line.find(b".", at, star)
    if point < 0:
        point = star
    if point == at + 1:
        raise ValueError("no number")
    digits = line[point + 1 : star]
    if len(digits) != places:
        if places < 0:
            return int(line[at + 1 : point + places])
        digits = (digits + b"000000000")[:places]
    return int(line[at + 1 : point] + digits)


def _with_star(line, at):
    """Return (line with a star before the unit, position of the star) for b"(000123.456kWh)" of edited telegrams."""
    value = line[at : line.find(b")", at)]
    end = len(value) - (2 if value.endswith(b"m3") else 0)
    while value[end - 1] > 57:  # after "9" in ASCII: a letter of the unit
        end -= 1
    if end == len(value):
        raise ValueError("no unit")
    return line[: at + end] + b"*" + line[at + end :], at + end


# Nearly every number has one of these four forms. Reading them without a search halves the time.


def power(line, at):
    """Return W, or Wh for a register."""
    if line[-9] == _POINT and line.endswith(b"*kW)\r"):
        return int(line[at + 1 : -9] + line[-8:-5])
    if line[-10] == _POINT and line.endswith(b"*kWh)\r"):
        return int(line[at + 1 : -10] + line[-9:-6])
    return number(line, at, 0)


def voltage(line, at):
    """Return dV (0.1 V)."""
    if line[-6] == _POINT and line.endswith(b"*V)\r"):
        return int(line[at + 1 : -6] + line[-5:-4])
    return number(line, at, 1)


def current(line, at):
    """Return mA."""
    if line[-7] == _POINT and line.endswith(b"*A)\r"):
        return int(line[at + 1 : -7] + line[-6:-4]) * 10
    return number(line, at, 3)


def limiter(line, at):
    """Return W; kVA counts as kW. None if the limiter is off, which a meter sends as nines."""
    return None if _is_off(line, at) else power(line, at)


def fuse(line, at):
    """Return mA, None if the fuse is off (nines)."""
    return None if _is_off(line, at) else current(line, at)


def _is_off(line, at):
    behind = line[at + 1 :].lstrip(b"9.")
    return not behind or not 48 <= behind[0] <= 57  # a unit or nothing follows the nines


def count(line, at):
    """Return a count."""
    return int(line[at + 1 : line.find(b")", at)])


def text(line, at):
    """Return text from hex octets ("31534147" is "1SAG") or from plain characters, as the meter sends it.

    None for empty text, blanks, zeros and dashes, which mean "unknown".
    """
    value = octets = line[at + 1 : line.find(b")", at)]
    # Old Iskra meters send their name as eight digits, which could be octets: 20304050 is not " 0@P".
    length = len(value)
    if length % 2 == 0 and (length != 8 or line[:at] != b"0-0:96.1.0"):
        try:
            octets = unhexlify(value)
        except ValueError:
            pass
    if not octets or octets[0] <= 48 or octets[0] == 255:  # text begins with a letter, a filler does not
        octets = octets.strip(b"\xff\x00 ")
        if not octets.strip(b"-0 "):
            return None
    if (  # digits that are not hex octets
        octets is not value
        and min(octets) < 32
        and min(octets.replace(b"\r", b" ").replace(b"\n", b" ")) < 32
    ):
        octets = value
    return plain(octets)


def long_text(line, at):
    """Return the line itself: text() reads it when it is shown, so that 1024 characters are not in memory twice."""
    return line if line[at + 1] != 41 else None  # b")"[0]


def plain(octets):
    """Return bytes as text: UTF-8, or ISO 8859-1 if they are not UTF-8."""
    try:
        return octets.decode()
    except UnicodeError:
        return "".join([chr(octet) for octet in octets])


def clock(line, at, previous=None):
    """Return (local_s, summer); `previous` is the moment of the previous telegram."""
    moment = parse(line, at + 1, line.find(b")", at), previous)
    if moment is None:
        raise ValueError("no moment")
    return moment


def peak(line, at):
    """Return (power in W, end of its quarter as local_s, summer). Iskra meters send the value first."""
    second = line.find(b"(", at + 1)
    if line.find(b"*", at, second) < 0:
        local_s, summer = clock(line, at)
        return power(line, second), local_s, summer
    local_s, summer = clock(line, second)
    return number(line, at, 0), local_s, summer


def months(line, at):
    """Return the peaks of the closed months, newest first: (month, power in W, end, summer).

    The month is year * 12 + month - 1, `end` the end of the peak's quarter as local_s. The line names its columns:
    (count)(code)(code)..., then for each record the closing timestamp and a value for each column. Of two columns
    1-0:1.6.0 the first is the timestamp, the second the value. Months that were never measured are left out.
    """
    parts = line[at + 1 : line.rfind(b")")].split(b")(")
    columns = line.count(b":")  # one in each code; the one in the line's code is for the count
    column = parts.index(b"1-0:1.6.0")
    found = []
    for record in range(columns, len(parts) - columns + 1, columns):
        ended = parts[record + column]
        value = parts[record + column + 1]
        try:
            # A month ends where the next one begins: the closing timestamp 2601 is for December 2025.
            closed = int(parts[record][:4])
            later = closed - int(ended[:4])
            # For months before its installation a meter sends the timestamp of their beginning, which is no
            # peak's, because the quarter that ends then belongs to the previous month.
            if later == 0 if ended.startswith(b"01000000", 4) else later == 1 or later == 89:
                moment = parse(ended)
                if moment:
                    if value[-7] == _POINT and value.endswith(b"*kW"):
                        watt = int(value[:-7] + value[-6:-3])
                    else:
                        watt = number(b"(%s)" % value, 0, 0)
                    end, summer = moment
                    found.append((closed // 100 * 12 + closed % 100 + 23998, watt, end, summer))
        except (ValueError, IndexError):
            continue
    found.sort(reverse=True)
    return found[:13]


def volume(line, at):
    """Return (dm3 or MJ, unit as bytes, local_s, summer) of an M-Bus meter; one never linked has no timestamp."""
    value = line.find(b"(", at + 1)
    if line[-9] == _POINT and line.endswith(b"*m3)\r"):
        unit = b"m3"
        amount = int(line[value + 1 : -9] + line[-8:-5])
    else:
        end = line.find(b")", value)
        unit = line[end - 2 : end]
        amount = number(line, value, -6 if unit == b"GJ" else 3)
    local_s, summer = clock(line, at)
    return amount, unit, local_s, summer


KINDS = {
    TEXT: text,
    LONG_TEXT: long_text,
    STAMP: clock,
    COUNT: count,
    POWER: power,
    ENERGY: power,
    VOLTAGE: voltage,
    CURRENT: current,
    LIMITER: limiter,
    FUSE: fuse,
    PEAK: peak,
    MONTHS: months,
    VOLUME: volume,
}
"""By the kinds of `meter/objects.py`, the functions that read them."""
