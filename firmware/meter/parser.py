"""Parser: turns the lines of a valid telegram into a reading."""

from meter import values
from meter.objects import CODES, FIELDS, KIND, MBUS_ROW, ROW, STAMP
from meter.values import KINDS

_TARIFFS = ("t1_wh", "t2_wh", "t3_wh", "t4_wh", "t5_wh")


def total(reading, field):
    """Return the total energy in Wh, None if it is absent. `field` is "energy_import_" or "energy_export_".

    If the meter sends no total, the total is the sum of the registers of all tariffs.
    """
    wh = reading[field + "wh"]
    if wh is None:
        tariffs = [wh for wh in [reading[field + tariff] for tariff in _TARIFFS] if wh is not None]
        wh = sum(tariffs) if tariffs else None
    return wh


class Parser:
    """The newest reading, updated by each telegram.

    `reading` is a dict from the fields of meter/objects.py to their values (meter/values.py). `reading["mbus"]` is a
    dict from each M-Bus channel to a dict of that meter's fields. A field is None if the telegram has no value for it.
    A field of an M-Bus meter can also be missing from its dict.

    A meter sends the same objects each second, and few values change. Therefore the parser looks up the OBIS code of
    each line only once. It skips an unchanged line. Framer returns such a line as the same Python object as in the
    previous telegram, so that a comparison with `is` finds it.
    """

    def __init__(self):
        # The reading contains all fields from the start, because a growing dict would cost as much time as the parsing.
        self.reading = dict.fromkeys(FIELDS[:MBUS_ROW])
        self.reading["mbus"] = {}
        self.reading["meter_model"] = None
        self.lines = ()  # lines of the newest telegram
        self._moment = None  # newest moment of the meter's clock
        # For each line: (function, dict, field, index of the first bracket), or None for an unknown object.
        self._plan = []

    def take(self, lines):
        """Update the reading from the lines of a telegram. If a line cannot be read, only its own field is None."""
        old = self.lines
        self.lines = lines
        if len(lines) != len(old) or not self._update(lines, old):
            self._look_up(lines)

    def _update(self, lines, old):
        """Read the changed lines. Return False if a line has another OBIS code than in the previous telegram."""
        at = -1
        for step in self._plan:
            at += 1
            line = lines[at]
            before = old[at]
            if line is before:
                continue
            if not step:
                if line != before:
                    bracket = line.find(b"(") + 1
                    if not bracket or not before.startswith(line[:bracket]):
                        return False
                continue
            function, fields, field, bracket = step
            if not line.startswith(before[: bracket + 1]):
                return False
            try:
                fields[field] = function(line, bracket)
            except (ValueError, IndexError):
                fields[field] = None
        return True

    def _look_up(self, lines):
        """Read all lines into an empty reading, and build the plan by which later telegrams are read."""
        reading = self.reading
        if self._plan:
            for field in reading:
                reading[field] = None
        reading["mbus"] = mbus = {}
        reading["meter_model"] = values.plain(lines[0][1:-1])
        self._plan = plan = []
        near = 0
        find = CODES.find
        codes = CODES
        kinds = KINDS
        for line in lines[:-1]:
            step = None
            bracket = line.find(b"(")
            if bracket > 8:  # the shortest known OBIS code has nine characters
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
                place = find(code, near)
                if place < 0:  # some objects of a telegram are not in the order of the table
                    place = find(code, first)
                if place >= 0 and place % ROW == 0:
                    near = place + ROW
                    kind = codes[place + KIND]
                    function = self._clock if kind == STAMP else kinds[kind]
                    field = FIELDS[place // ROW]
                    step = function, fields, field, bracket
                    try:
                        value = function(line, bracket)
                        # Two codes can share a field. A code without a value must not replace the other code's value.
                        if value is not None:
                            fields[field] = value
                    except (ValueError, IndexError):
                        pass
            plan.append(step)

    def _clock(self, line, at):
        # In October's doubled hour, a timestamp without a letter is ambiguous unless the previous moment is known.
        self._moment = values.clock(line, at, self._moment)
        return self._moment
