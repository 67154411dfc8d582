"""From the lines of a good telegram to a reading."""

from meter import values
from meter.objects import FIELDS, find, kind

_TARIFFS = ("t1_wh", "t2_wh", "t3_wh", "t4_wh", "t5_wh")


def total(reading, field):
    """Wh of "energy_import_" or "energy_export_": the meter's own total, else the sum of its tariffs, else None."""
    wh = reading.get(field + "wh")
    if wh is None:
        tariffs = [reading[field + tariff] for tariff in _TARIFFS if field + tariff in reading]
        wh = sum(tariffs) if tariffs else None
    return wh


class Parser:
    """Keeps the newest reading, and takes telegrams into it.

    `reading` is a dict from field (see `meter/objects.py`) to its value as `meter/values.py` gives it; "mbus"
    is a dict from channel to the fields of its meter. A field that the telegram lacks, or says it has no value
    for, is not in it.

    A meter sends the same objects each second and few of them change, so a line that equals the one at its
    place in the telegram before is not parsed again: that is most of them.
    """

    def __init__(self):
        self.reading = {}
        self.lines = ()  # of the newest telegram
        self._moment = None  # the meter's clock, as last read
        self._plan = []  # per line: (function, dict, field, place of its first bracket), or None: not known

    def take(self, lines):
        """Bring the reading up to these lines. A line that cannot be read costs only its own field."""
        old = self.lines
        self.lines = lines
        if len(lines) != len(old) or not self._take_changed(lines, old):
            self._take_all(lines)

    def _take_changed(self, lines, old):
        """Take the lines that differ; False when another object stands where one was: then all are to be taken."""
        at = 0
        for step in self._plan:
            line = lines[at]
            before = old[at]
            at += 1
            if line == before:
                continue
            if step is None:
                bracket = line.find(b"(") + 1
                if not bracket or not before.startswith(line[:bracket]):
                    return False
            elif not line.startswith(before[: step[3] + 1]):
                return False
            else:
                self._take_line(line, step, before)
        return True

    def _take_all(self, lines):
        mbus = {}
        self.reading.clear()
        self.reading["mbus"] = mbus
        self.reading["meter_model"] = values.plain(lines[0][1:-1])
        self._plan = plan = []
        row = 0
        for line in lines[:-1]:
            at = line.find(b"(")
            step = None
            if at > 8:  # the shortest code we know has nine characters
                fields = self.reading
                code = line[:at]
                if line[2] != 48 and line[0] == 48:  # 0-1 to 0-4: an M-Bus meter
                    fields = mbus.setdefault(line[2] - 48, {})
                    code = b"n" + line[3:at]
                found = find(code, row)
                if found >= 0:
                    row = found
                    field = FIELDS[row]
                    step = (self._clock if field == "time" else values.KINDS[kind(row)], fields, field, at)
                    self._take_line(line, step)
            plan.append(step)

    def _clock(self, line, at):
        # A stamp without a letter: in the hour that October doubles, the moment before tells which pass it is.
        self._moment = values.clock(line, at, self._moment)
        return self._moment

    def _take_line(self, line, step, before=None):
        function, fields, field, at = step
        try:
            value = function(line, at)
        except (ValueError, IndexError):
            value = None
        if value is not None:
            fields[field] = value
        elif before and field in fields:
            del fields[field]
