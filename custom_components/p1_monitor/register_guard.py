"""Guard of a register that only rises.

The guard rejects implausible values, because statistics would count such values as use.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

# An implausible value is accepted after at least three readings over at least an hour, if the register can have risen
# from each of these readings to the next reading.
CONFIRMING_READINGS = 3
CONFIRMING_TIME = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class MaxRate:
    """The fastest rise of a register that is believed without confirmation: `per_hour` * hours + `step`.

    per_hour: the largest rise in an hour. step: the rise that is believed in addition, however short the time is.
    """

    per_hour: float
    step: float

    def max_increase(self, since: datetime, until: datetime) -> float:
        """Return the largest rise of the register between two times that is believed without confirmation."""
        hours = max(0.0, (until - since).total_seconds() / 3600)
        return self.per_hour * hours + self.step


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterReading:
    """A value of a register. read_at: the time at which the meter read the register. meter_id: None if unknown."""

    value: float
    read_at: datetime
    meter_id: str | None = None

    def counts_on_from(self, before: RegisterReading, max_rate: MaxRate) -> bool:
        """True if the register can have risen from the reading `before` to this reading."""
        max_increase = max_rate.max_increase(before.read_at, self.read_at)
        return before.value <= self.value <= before.value + max_increase


@dataclass(frozen=True, slots=True, kw_only=True)
class Leap:
    """A change of a register's value that is not use, because another meter or another count began.

    last: the last value before the leap. first: the first value after the leap.
    """

    last: float
    first: float


class RegisterGuard:
    """Guard that accepts plausible readings of one register. An implausible reading needs confirmation.

    A reading is implausible if the register has fallen, has risen faster than `max_rate`, or has 0 as its first value.
    Such a reading is accepted at once if the meter's id has changed, because the meter was replaced. If the id has not
    changed or is unknown, the guard returns the last accepted value until enough readings agree (see CONFIRMING_TIME).
    A reading with the same time as the previous reading confirms nothing. A first value of 0 also needs three readings,
    but the three readings may come within an hour.

    accepted: the newest accepted reading. leaps: list of the leaps of the accepted value. The caller clears this list.
    """

    def __init__(self, accepted: RegisterReading | None = None) -> None:
        """Create a guard. accepted: the newest reading that was accepted before a restart, None if there is none."""
        self.accepted = accepted
        self.leaps: list[Leap] = []
        # The implausible readings that agree with each other: the first reading, the newest reading, and the number of
        # readings.
        self._first: RegisterReading | None = None
        self._newest: RegisterReading | None = None
        self._confirmations = 0

    def check(self, reading: RegisterReading, max_rate: MaxRate) -> float | None:
        """Check a reading, and return the newest accepted value. None if no value has been accepted yet."""
        before = self.accepted
        if before is None:
            if reading.value > 0 or self._is_confirmed(reading, max_rate, timedelta(0)):
                self._accept(reading)
        elif None not in (before.meter_id, reading.meter_id) and before.meter_id != reading.meter_id:
            self._leap(before, reading)
        elif reading.counts_on_from(before, max_rate):
            self._accept(reading)
        elif self._is_confirmed(reading, max_rate, CONFIRMING_TIME):
            self._leap(before, reading)
        return self.accepted.value if self.accepted else None

    def _is_confirmed(self, reading: RegisterReading, max_rate: MaxRate, during: timedelta) -> bool:
        """Count an implausible reading. A reading that does not agree with the previous reading begins a new count.

        Return True if at least CONFIRMING_READINGS are counted, over at least the time `during`.
        """
        first, newest = self._first, self._newest
        if first is None or newest is None or not reading.counts_on_from(newest, max_rate):
            first, self._confirmations = reading, 1
        elif reading.read_at != newest.read_at:
            self._confirmations += 1
        self._first, self._newest = first, reading
        return self._confirmations >= CONFIRMING_READINGS and reading.read_at - first.read_at >= during

    def _leap(self, before: RegisterReading, reading: RegisterReading) -> None:
        self.leaps.append(Leap(last=before.value, first=reading.value))
        self._accept(reading)

    def _accept(self, reading: RegisterReading) -> None:
        known = self.accepted.meter_id if self.accepted else None
        self.accepted = RegisterReading(
            value=reading.value, read_at=reading.read_at, meter_id=reading.meter_id or known
        )
        self._first = self._newest = None
        self._confirmations = 0
