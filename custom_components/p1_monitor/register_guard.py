"""Guard of a register that only rises. It rejects values that would count as use that never was."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# An implausible value is accepted if at least three readings, over at least an hour, count on from it.
CONFIRMING_READINGS = 3
CONFIRMING_TIME = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class MaxRate:
    """The fastest rise of a register that is believed: the rise in an hour, and the rise in no time at all."""

    per_hour: float
    step: float

    def max_increase(self, since: datetime, until: datetime) -> float:
        """Return the largest believed increase of the register between two times."""
        hours = max(0.0, (until - since).total_seconds() / 3600)
        return self.per_hour * hours + self.step


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterReading:
    """A value of a register. read_at: the time at which the meter read the register. meter_id: None if unknown."""

    value: float
    read_at: datetime
    meter_id: str | None = None

    def counts_on_from(self, before: RegisterReading, max_rate: MaxRate) -> bool:
        """True if the register can have counted from the value `before` to this value."""
        max_increase = max_rate.max_increase(before.read_at, self.read_at)
        return before.value <= self.value <= before.value + max_increase


@dataclass(frozen=True, slots=True, kw_only=True)
class Leap:
    """A change of a register's value that is no use, because another meter or another count began.

    last: the last value before the leap. first: the first value after the leap.
    """

    last: float
    first: float


class RegisterGuard:
    """Guard that accepts plausible readings of one register. An implausible reading needs confirmation.

    A reading is implausible if the register falls, if it rises faster than it can, or if its first value is 0. Such a
    reading is accepted at once from a meter with another id, because the meter was replaced. Otherwise the register
    keeps its last value until enough readings agree (see CONFIRMING_TIME). A repeated reading has the same time and
    confirms nothing. A first value of 0 needs three readings, but no hour.

    accepted: the newest accepted reading. leaps: the leaps of the accepted value since the caller cleared the list.
    """

    def __init__(self, accepted: RegisterReading | None = None) -> None:
        """Continue after `accepted`, the reading that was accepted before a restart."""
        self.accepted = accepted
        self.leaps: list[Leap] = []
        # Readings that disagree with `accepted` and agree with each other: the first, the newest and their number.
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
        """Add an implausible reading. Return True if it and its predecessors are enough."""
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
