"""Totals of a day: the amounts and the peak of its quarters, for a line of days.csv. Loaded on demand.

    day,import_kwh,export_kwh,gas_m3,water_m3,peak_w,peak_start,quarters,check
    2026-01-15,12.345,0.000,1.234,,4321,2026-01-15T18:00:00+01:00,96,0b3e7712

An amount is the rise of a register from the end of the previous day to the end of the day. In three cases the rise of a
quarter is not used: the quarter's average power gives the energy, and the quarter's gas and water are not counted:

- The quarter is the first of its day, and the previous day is not on the card.
- The register has fallen, or has risen more than a connection allows, because the meter was replaced.
- The quarter has no registers, as on a card of the original firmware.

Energy is added up in units of 0.25 Wh, so that a day loses less than 1 Wh to rounding.
"""

from micropython import const

from board.mount_point import CARD
from meter.timestamp import civil, elapsed, seconds

_DAY_S = const(86400)
# Indexes of the fields in a line of day.csv. Powers and registers are in the order import, export, gas, water.
_START = const(0)
_IMPORT_W = const(1)
_IMPORT_KWH = const(3)
_SAMPLES = const(7)
_SOURCE = const(8)
_POWERS = const(2)  # number of amounts for which a line also has the average power: import and export
_PER_WH = const(4)  # energy is counted in units of 0.25 Wh, which is the energy of 1 W during a quarter-hour
_AMOUNTS = const(4)  # number of amounts: import, export, gas and water
_MAX_W = const(200000)  # highest power that is believed, in W: twice that of the strongest connection
_MIN_SAMPLES = const(150)  # minimum number of samples, of 180, for a quarter that can be the day's peak
# Highest flow of gas or water that is believed, in dm3 per hour: ten times the maximum that a home's meter measures.
_MAX_DM3_H = const(100000)


def folder(day):
    """Return the path of the card's folder for a day (in days since 2000-01-01)."""
    return "%s/meter/%04d/%02d/%02d" % ((CARD,) + civil(day * _DAY_S)[:3])


def number(field):
    """Return a field in thousandths: 1234567 for b"1234.567". None if the field is empty."""
    return int(field.replace(b".", b"")) if field else None


def moment(start):
    """Return (local_s, summer) of a timestamp in bytes, such as b"2026-01-15T09:45:00+01:00"."""
    local_s = seconds(
        int(start[:4]),
        int(start[5:7]),
        int(start[8:10]),
        int(start[11:13]),
        int(start[14:16]),
        int(start[17:19]),
    )
    return local_s, start[20:22] == b"02"


def _decimal(amount):
    return b"" if amount is None else b"%d.%03d" % (amount // 1000, amount % 1000)


class Total:
    """The totals of a day's quarters. `rows` is the module day_csv_reader."""

    def __init__(self, day, rows):
        self.quarters = 0
        self._day = day
        newest = list(rows.read(folder(day - 1) + "/day.csv", 256))
        self._before = newest[-1] if newest else None
        self._amounts: list = [None, None, None, None]
        self._peak_w, self._peak = -1, b""

    def fields(self):
        """Return the fields of the day's line of days.csv, without the field `check`."""
        date = b"%04d-%02d-%02d" % civil(self._day * _DAY_S)[:3]
        energies = [amount and amount // _PER_WH for amount in self._amounts[:_POWERS]]
        shown = [_decimal(amount) for amount in energies + self._amounts[_POWERS:]]
        peak_w = b"%d" % self._peak_w if self._peak else b""
        return [date] + shown + [peak_w, self._peak, b"%d" % self.quarters]

    def add(self, fields):
        """Add the fields of the next line of day.csv."""
        self.quarters += 1
        # A quarter with few samples cannot be a peak, because its average is not reliable.
        if (
            fields[_IMPORT_W]
            and int(fields[_IMPORT_W]) > self._peak_w
            and (fields[_SOURCE] == b"registers" or int(fields[_SAMPLES]) >= _MIN_SAMPLES)
        ):
            self._peak_w, self._peak = int(fields[_IMPORT_W]), fields[_START]
        before, self._before = self._before, fields
        passed_s = elapsed(*moment(fields[_START]), *moment(before[_START])) if before else 0
        for at in range(_AMOUNTS):
            used = self._used(fields, before, at, passed_s)
            if used is not None:
                self._amounts[at] = (self._amounts[at] or 0) + used

    def _used(self, fields, before, at, passed_s):
        """Return an amount of a quarter: energy in units of 0.25 Wh, gas and water in dm3. None if unknown."""
        register = fields[_IMPORT_KWH + at]
        if passed_s > 0 and register and before[_IMPORT_KWH + at]:
            used = number(register) - number(before[_IMPORT_KWH + at])
            if 0 <= used <= (_MAX_W if at < _POWERS else _MAX_DM3_H) * passed_s // 3600:
                return used * _PER_WH if at < _POWERS else used
        if at < _POWERS and fields[_IMPORT_W + at]:
            return int(fields[_IMPORT_W + at])
        return 0 if register else None
