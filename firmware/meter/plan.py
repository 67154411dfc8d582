"""Plan of a telegram: how to read each line. Loaded on demand, when a telegram has other OBIS codes than before."""

from meter import values
from meter.objects import (
    COUNT,
    CURRENT,
    ENERGY,
    FUSE,
    KIND,
    LIMITER,
    LONG_TEXT,
    MBUS_ROW,
    MONTHS,
    PEAK,
    POWER,
    ROW,
    STAMP,
    TEXT,
    VOLTAGE,
    VOLUME,
)
from overlay import load

# For each kind of meter/objects.py, the function that reads a value of this kind. The parser's plan stores these
# functions. A stored function keeps its whole module in memory. Therefore the functions are not in this module.
_KINDS = {
    TEXT: values.text,
    LONG_TEXT: values.long_text,
    COUNT: values.count,
    POWER: values.power,
    ENERGY: values.power,
    VOLTAGE: values.voltage,
    CURRENT: values.current,
    LIMITER: values.limiter,
    FUSE: values.fuse,
    PEAK: values.peak,
    MONTHS: values.months,
    VOLUME: values.volume,
}


def make(parser, lines):
    """Read all lines into an empty reading, and make the plan by which the parser reads later telegrams.

    The plan has for each line (function, field), for a line of an M-Bus meter (function, field, dict of the meter), and
    None for an unknown object. The tuples are as short as possible, because a tuple of two takes 16 bytes on a board,
    and one of three or four takes 32.
    """
    reading = parser.reading
    if parser.plan:
        for field in reading:
            reading[field] = None
    reading["mbus"] = mbus = {}
    reading["meter_model"] = values.plain(lines[0][1:-1])
    parser.plan = plan = []
    objects = load("meter.objects")
    codes = objects.CODES
    near = 0
    for line in lines[:-1]:
        step = None
        bracket = line.find(b"(")
        if bracket > 8:  # each known OBIS code has at least nine characters
            fields = reading
            code = line[: bracket + 1]
            first = 0
            if line[2] != 48 and line[0] == 48:  # codes of an M-Bus meter begin with 0-1 to 0-4
                channel = line[2] - 48
                if channel not in mbus:
                    mbus[channel] = {}
                fields = mbus[channel]
                code = b"n" + code[3:]
                first = MBUS_ROW * ROW
                if near < first:
                    near = first
            place = codes.find(code, near)
            if place < 0:
                # Search again from the first row, because a telegram may have another order than the table.
                place = codes.find(code, first)
            if place >= 0 and place % ROW == 0:
                near = place + ROW
                kind = codes[place + KIND]
                function = parser.clock if kind == STAMP else _KINDS[kind]
                field = objects.FIELDS[place // ROW]
                step = (function, field) if fields is reading else (function, field, fields)
                try:
                    value = function(line, bracket)
                    # Two codes can share a field. If this code has no value, keep the value of the other code.
                    if value is not None:
                        fields[field] = value
                except (ValueError, IndexError):
                    pass
        plan.append(step)
