"""Values of a telegram's objects, parsed from the bytes between the brackets.

Numbers are integers in W, Wh, dV (0.1 V), mA, dm3 or MJ, never floats: floats of the board have only 24 bits of
precision. Each kind of meter/objects.py has a function with the arguments `line` and `at`, the index of the line's
first bracket. The function returns None if the meter has no value, and raises ValueError or IndexError if the value
cannot be read.

Source of the formats: DSMR P1 5.0.2, 6.4; e-MUCS P1 1.7.1; IEC 62056-21.
"""

from binascii import unhexlify
from micropython import const

from meter.timestamp import parse
from overlay import load

# ASCII codes of ".", "k" and "m".
_POINT = const(46)
_KILO = const(107)
_CUBIC = const(109)
# dict from the ASCII codes of the prefixes M, G and m to their powers of ten
_PREFIXES = {77: 6, 71: 9, 109: -3}


def number(line, at, places):
    """Return a number as an integer.

    If `places` is 0, the integer is in the unit without its prefix: b"(000301.548*kWh)" is 301548 Wh. If `places` is 3,
    the integer is in thousandths of this unit: b"(001.5*A)" is 1500 mA. The prefix is always read, because foreign
    meters send W, mA or kV.
    """
    star = line.find(b"*", at)
    if star < 0:
        line, star = _with_star(line, at)
    prefix = line[star + 1]
    if prefix == _KILO:
        places += 3
    elif prefix != _CUBIC or line[star + 2] != 51:  # the "m" of "m3" is metre, not the prefix milli
        places += _PREFIXES.get(prefix, 0)
    return _integer(line, at, star, places)


def _integer(line, at, star, places):
    """Return the number between the indexes `at` and `star`, multiplied by 10 ** places, as an integer.

    For example, "1.5" is 1500 if `places` is 3.
    """
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
    """Return (line with a star before the unit, index of the star). ValueError without a unit.

    Edited telegrams may have values without a star, such as b"(000123.456kWh)".
    """
    value = line[at : line.find(b")", at)]
    end = len(value) - (2 if value.endswith(b"m3") else 0)
    while value[end - 1] > 57:  # a character above "9" in ASCII is a letter of the unit
        end -= 1
    if end == len(value):
        raise ValueError("no unit")
    return line[: at + end] + b"*" + line[at + end :], at + end


# Nearly every number ends with 3 decimals and *kW or *kWh, with 1 decimal and *V, or with 2 decimals and *A. The
# following functions parse these four forms without a search for the point and the unit, in half the time of number().
# number() parses all other forms.


def power(line, at):
    """Return a power in W, or a register in Wh."""
    if line[-9] == _POINT and line.endswith(b"*kW)\r"):
        return int(line[at + 1 : -9] + line[-8:-5])
    if line[-10] == _POINT and line.endswith(b"*kWh)\r"):
        return int(line[at + 1 : -10] + line[-9:-6])
    return number(line, at, 0)


def voltage(line, at):
    """Return a voltage in dV (0.1 V)."""
    if line[-6] == _POINT and line.endswith(b"*V)\r"):
        return int(line[at + 1 : -6] + line[-5:-4])
    return number(line, at, 1)


def current(line, at):
    """Return a current in mA."""
    if line[-7] == _POINT and line.endswith(b"*A)\r"):
        return int(line[at + 1 : -7] + line[-6:-4]) * 10
    return number(line, at, 3)


def count(line, at):
    """Return a count."""
    return int(line[at + 1 : line.find(b")", at)])


def text(line, at):
    """Return a text, which the meter sends as hex octets ("31534147" is "1SAG") or as plain characters.

    None if the text is empty or has only blanks, zeros and dashes, because these mean "unknown".
    """
    value = octets = line[at + 1 : line.find(b")", at)]
    # Old Iskra meters send their id as eight plain digits in 0-0:96.1.0. These digits are not decoded as hex octets,
    # because 20304050 would become " 0@P".
    length = len(value)
    if length % 2 == 0 and (length != 8 or line[:at] != b"0-0:96.1.0"):
        try:
            octets = unhexlify(value)
        except ValueError:
            pass
    # A filler begins with a blank, a dash, a zero, or the octet 00 or FF.
    if not octets or octets[0] <= 48 or octets[0] == 255:
        octets = octets.strip(b"\xff\x00 ")
        if not octets.strip(b"-0 "):
            return None
    # If the decoded text has control characters, the value was plain digits, not hex octets.
    if (
        octets is not value
        and min(octets) < 32
        and min(octets.replace(b"\r", b" ").replace(b"\n", b" ")) < 32
    ):
        octets = value
    return plain(octets)


def long_text(line, at):
    """Return the whole line of a text message, None if the message is empty.

    The message has up to 1024 characters. To save memory, text() decodes the message only when the message is shown.
    """
    return line if line[at + 1] != 41 else None  # b")"[0]


def plain(octets):
    """Return bytes as text. Bytes that are not UTF-8 are decoded as ISO 8859-1."""
    try:
        text = octets.decode()
        if len(text) != len(octets):
            load("board.utf8").check(octets)
        return text
    except UnicodeError:
        return "".join([chr(octet) for octet in octets])


def clock(line, at, previous=None):
    """Return the moment (local_s, summer) of a timestamp. `previous` is the moment of the previous telegram or None."""
    moment = parse(line, at + 1, line.find(b")", at), previous)
    if moment is None:
        raise ValueError("no moment")
    return moment


def peak(line, at):
    """Return a peak as (power in W, local_s, summer). (local_s, summer) is the end of the peak's quarter.

    Most meters send the moment first, but Iskra meters send the power first.
    """
    second = line.find(b"(", at + 1)
    if line.find(b"*", at, second) < 0:
        local_s, summer = clock(line, at)
        return power(line, second), local_s, summer
    local_s, summer = clock(line, second)
    return number(line, at, 0), local_s, summer


def volume(line, at):
    """Return (amount, unit as bytes, local_s, summer) of an M-Bus meter.

    The amount is in thousandths of the unit that the meter sends: dm3 for m3, Wh for kWh, MJ for GJ.

    ValueError if the meter was never linked: the value of such a meter has no timestamp.
    """
    value = line.find(b"(", at + 1)
    if line[-9] == _POINT and line.endswith(b"*m3)\r"):
        unit = b"m3"
        amount = int(line[value + 1 : -9] + line[-8:-5])
    else:
        star = line.find(b"*", value)
        if star < 0:
            line, star = _with_star(line, value)
        unit = line[star + 1 : line.find(b")", star)]
        amount = _integer(line, value, star, 3)
    local_s, summer = clock(line, at)
    return amount, unit, local_s, summer


# Lines with these values hardly ever change. Therefore the code that reads such lines is loaded on demand.


def limiter(line, at):
    """Return the limiter's power in W, None if there is no limit."""
    return load("meter.rare_values").limiter(line, at)


def fuse(line, at):
    """Return the fuse's current in mA, None if there is no limit."""
    return load("meter.rare_values").fuse(line, at)


def months(line, at):
    """Return a list of (month, power in W, end, summer): the peaks of the closed months."""
    return load("meter.rare_values").months(line, at)
