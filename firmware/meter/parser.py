"""Parser: turns the lines of a good telegram into a reading."""

from meter import values
from meter.objects import CODES, FIELDS, KIND, MBUS_ROW, ROW, STAMP
from meter.values import KINDS

_TARIFFS = ("t1_wh", "t2_wh", "t3_wh", "t4_wh", "t5_wh")


def total(reading, field):
    """Return Wh for "energy_import_" or "energy_export_": the meter's total, else the sum of its tariffs, else None."""
    wh = reading[field + "wh"]
    if wh is None:
        tariffs = [wh for wh in [reading[field + tariff] for tariff in _TARIFFS] if wh is not None]
        wh = sum(tariffs) if tariffs else None
    return wh


class Parser:
    """The newest reading, updated by each telegram.

    `reading` is a dict from field (meter/objects.py) to its value (meter/values.py); "mbus" is a dict from channel to
    the fields of its meter. A field is None if the telegram lacks it or gives no value; a field of an M-Bus meter can
    also be missing.

    A meter sends the same objects each second, and few of them change. So the parser looks up the object of each line
    once, and skips a line that is the same object in memory as in the previous telegram (Framer shares equal lines).
    """

    def __init__(self):
        # All fields from the start, because a dict that grows costs as much time as reading the numbers.
        self.reading = dict.fromkeys(FIELDS[:MBUS_ROW])
        self.reading["mbus"] = {}
        self.reading["meter_model"] = None
        self.lines = ()  # lines of the newest telegram
        self._moment = None  # the newest moment of the meter's clock
        self._plan = []  # per line: (function, dict, field, position of its first bracket), None for an unknown object

    def take(self, lines):
        """Update the reading from the lines of a telegram. A line that cannot be read costs only its own field."""
        old = self.lines
        self.lines = lines
        if len(lines) != len(old) or not self._update(lines, old):
            self._look_up(lines)

    def _update(self, lines, old):
        """Read the lines that changed. False if a line has another object than in the previous telegram."""
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
        """Read all lines into an empty reading, and store how to read the next ones."""
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
            if bracket > 8:  # the shortest known code has nine characters
                fields = reading
                code = line[: bracket + 1]
                first = 0
                if line[2] != 48 and line[0] == 48:  # 0-1 to 0-4: an M-Bus meter
                    channel = line[2] - 48
                    if channel not in mbus:
                        mbus[channel] = {}
                    fields = mbus[channel]
                    code = b"n" + code[3:]
                    first = MBUS_ROW * ROW
                    if near < first:
                        near = first
                place = find(code, near)
                if place < 0:  # telegrams follow the order of the table, with exceptions
                    place = find(code, first)
                if place >= 0 and place % ROW == 0:
                    near = place + ROW
                    kind = codes[place + KIND]
                    function = self._clock if kind == STAMP else kinds[kind]
                    field = FIELDS[place // ROW]
                    step = function, fields, field, bracket
                    try:
                        value = function(line, bracket)
                        if value is not None:  # two codes can give one field
                            fields[field] = value
                    except (ValueError, IndexError):
                        pass
            plan.append(step)

    def _clock(self, line, at):
        # In the doubled hour of October a timestamp without a letter needs the previous moment.
        self._moment = values.clock(line, at, self._moment)
        return self._moment
