"""Parser: turns the lines of a valid telegram into a reading."""

from micropython import const

from meter import values
from overlay import load

# The field `volume` of an M-Bus meter is a tuple (values.volume()). These are indexes in the tuple.
_AMOUNT = const(0)
_UNIT = const(1)

_TARIFFS = ("t1_wh", "t2_wh", "t3_wh", "t4_wh", "t5_wh")


def total(reading, field):
    """Return the total energy in Wh. `field` is "energy_import_" or "energy_export_".

    If the meter sends no total, the total is the sum of the registers of all tariffs. None if the meter sends no
    register.
    """
    wh = reading[field + "wh"]
    if wh is None:
        tariffs = [wh for wh in [reading[field + tariff] for tariff in _TARIFFS] if wh is not None]
        wh = sum(tariffs) if tariffs else None
    return wh


def volume_dm3(reading, kind):
    """Return the total volume in dm3 of the M-Bus meters of type `kind` that count in m3, -1 without such a meter."""
    amount = -1
    for meter in reading["mbus"].values():
        volume = meter.get("volume")
        if volume and meter.get("type") == kind and volume[_UNIT] == b"m3":
            amount = max(amount, 0) + volume[_AMOUNT]
    return amount


class Parser:
    """The newest reading, updated by each telegram.

    `reading` is a dict from the fields of meter/objects.py to their values (meter/values.py). `reading["mbus"]` is a
    dict from each M-Bus channel to a dict of that meter's fields. A field without a value in the telegram is None. In
    the dict of an M-Bus meter, such a field can also be missing.

    A meter sends the same objects each second, and few values change. Therefore meter/plan.py looks up the OBIS code of
    each line only once. The parser skips an unchanged line. For an unchanged line, Framer returns the Python object of
    the previous telegram, so that a comparison with `is` is enough.
    """

    def __init__(self):
        # The reading contains all fields from the start, because a growing dict would cost as much time as the parsing.
        self.fields = load("meter.objects").OWN_FIELDS  # in the order of the API's documents
        self.reading = dict.fromkeys(self.fields)
        self.reading["mbus"] = {}
        self.reading["meter_model"] = None
        self.lines = ()  # lines of the newest telegram
        self.plan = []  # how to read each line of the next telegram (meter/plan.py)
        self._moment = None  # newest moment of the meter's clock

    def take(self, lines):
        """Update the reading from the lines of a telegram. If a line cannot be read, only its own field is None."""
        old = self.lines
        self.lines = lines
        if len(lines) != len(old) or not self._update(lines, old):
            load("meter.plan").make(self, lines)

    def _update(self, lines, old):
        """Read the changed lines. Return False if a line has another OBIS code than in the previous telegram."""
        plan = self.plan
        at = -1
        for line in lines:
            at += 1
            before = old[at]
            if line is before:
                continue
            if at == len(plan):
                break
            step = plan[at]
            bracket = line.find(b"(")
            if (bracket < 0 or not before.startswith(line[: bracket + 1])) and (step or line != before):
                return False
            if not step:
                continue
            if len(step) == 2:
                function, field = step
                fields = self.reading
            else:
                function, field, fields = step
            try:
                fields[field] = function(line, bracket)
            except (ValueError, IndexError):
                fields[field] = None
        return True

    def clock(self, line, at):
        """Return the moment of the meter's clock. The arguments and exceptions are those of values.clock()."""
        # In October's doubled hour, a timestamp without a letter is ambiguous. The previous moment decides its meaning.
        self._moment = values.clock(line, at, self._moment)
        return self._moment
