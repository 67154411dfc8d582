"""From the lines of a good telegram to a reading."""

from meter import values
from meter.objects import CODES, FIELDS, KIND, MBUS_ROW, ROW, STAMP
from meter.values import KINDS

_TARIFFS = ("t1_wh", "t2_wh", "t3_wh", "t4_wh", "t5_wh")


def total(reading, field):
    """Wh of "energy_import_" or "energy_export_": the meter's own total, else the sum of its tariffs, else None."""
    wh = reading[field + "wh"]
    if wh is None:
        tariffs = [wh for wh in [reading[field + tariff] for tariff in _TARIFFS] if wh is not None]
        wh = sum(tariffs) if tariffs else None
    return wh


class Parser:
    """Keeps the newest reading, and takes telegrams into it.

    `reading` is a dict from field (see `meter/objects.py`) to its value as `meter/values.py` gives it; "mbus"
    is a dict from channel to the fields of its meter. A field that the telegram lacks, or says it has no value
    for, is None; of an M-Bus meter it may also be missing.

    A meter sends the same objects each second and few of them change. So what stands on which line is looked up once,
    and a line that is the very one of the telegram before (`Framer` sees to that) is not read again.
    """

    def __init__(self):
        # With room for all from the start: growing field by field would cost as much as reading the numbers.
        self.reading = dict.fromkeys(FIELDS[:MBUS_ROW])
        self.reading["mbus"] = {}
        self.reading["meter_model"] = None
        self.lines = ()  # of the newest telegram
        self._moment = None  # the meter's clock, as last read
        self._plan = []  # per line: (function, dict, field, place of its first bracket), or None: not known

    def take(self, lines):
        """Bring the reading up to these lines. A line that cannot be read costs only its own field."""
        old = self.lines
        self.lines = lines
        if len(lines) != len(old) or not self._update(lines, old):
            self._look_up(lines)

    def _update(self, lines, old):
        """Read the lines that differ from the old ones; False when an object stands where another one stood."""
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
        """Forget the reading, read these lines, and plan how to read the next ones."""
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
            if bracket > 8:  # the shortest code we know has nine characters
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
                if place < 0:  # a telegram goes about in the order of the table, but not quite
                    place = find(code, first)
                if place >= 0 and place % ROW == 0:
                    near = place + ROW
                    kind = codes[place + KIND]
                    function = self._clock if kind == STAMP else kinds[kind]
                    field = FIELDS[place // ROW]
                    step = function, fields, field, bracket
                    try:
                        value = function(line, bracket)
                        if value is not None:  # two codes may give one field
                            fields[field] = value
                    except (ValueError, IndexError):
                        pass
            plan.append(step)

    def _clock(self, line, at):
        # A stamp without a letter: in the hour that October doubles, the moment before tells which pass it is.
        self._moment = values.clock(line, at, self._moment)
        return self._moment
