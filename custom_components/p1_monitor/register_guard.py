"""Guard of a register that only rises. It rejects values that would show as a fall or a spike in the statistics."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# An implausible value is accepted if three telegrams agree on it, or if two telegrams at least 10 s apart agree on it.
CONFIRMING_TELEGRAMS = 3
CONFIRMING_TIME = timedelta(seconds=10)
# Factor by which a connection can exceed its limit before a fuse trips.
OVERLOAD = 1.25


@dataclass(frozen=True, kw_only=True)
class MaxRate:
    """The fastest possible rise of a register: the hourly rise at its connection's limit, and the largest step."""

    per_hour: float
    step: float

    def max_increase(self, since: datetime | None, until: datetime | None) -> float | None:
        """Return the largest possible increase of the register between two times, None if a time is not known."""
        if since is None or until is None:
            return None
        hours = max(0.0, (until - since).total_seconds() / 3600)
        return OVERLOAD * self.per_hour * hours + self.step


class RegisterGuard:
    """Guard that accepts plausible values of one register. An implausible value needs confirmation.

    Implausible values are a fall, a rise that is faster than the register can rise, and a first value of 0. Home
    Assistant interprets a fall as a new meter, and counts the next rise as new energy. It counts a spike as energy of
    that hour. Therefore an implausible value is accepted only if the meter's id has changed, or if telegrams agree on
    the value.
    """

    def __init__(self, max_rate: MaxRate) -> None:
        self._max_rate = max_rate
        self._accepted: float | None = None
        self._meter_id: str | None = None
        self._measured_at: datetime | None = None
        self._telegram_at: datetime | None = None
        self._candidate: float | None = None
        self._candidate_since: datetime | None = None
        self._confirmations = 0

    def check(
        self,
        value: float | None,
        meter_id: str | None,
        telegram_at: datetime | None,
        measured_at: datetime | None = None,
    ) -> float | None:
        """Check the value of a telegram, and return the newest accepted value of the register.

        Return None if the telegram has no value, or if no value has been accepted yet. measured_at: the time at which
        the register was read, if it is not the time of the telegram.
        """
        if value is None:
            return None
        read_at = measured_at or telegram_at
        replaced = None not in (self._meter_id, meter_id) and meter_id != self._meter_id
        if replaced or self._is_plausible(value, read_at):
            self._accept(value, meter_id, read_at)
        elif telegram_at is None or telegram_at != self._telegram_at:  # a repeated telegram confirms nothing
            self._note_candidate(value, telegram_at)
            if self._is_confirmed(telegram_at):
                self._accept(value, meter_id, read_at)
        self._telegram_at = telegram_at
        return self._accepted

    def _is_plausible(self, value: float, read_at: datetime | None) -> bool:
        if self._accepted is None:
            return value > 0
        max_increase = self._max_rate.max_increase(self._measured_at, read_at)
        return self._accepted <= value and (max_increase is None or value <= self._accepted + max_increase)

    def _note_candidate(self, value: float, telegram_at: datetime | None) -> None:
        before = self._candidate
        max_increase = self._max_rate.max_increase(self._telegram_at, telegram_at)
        agrees = before is not None and before <= value <= before + (max_increase or self._max_rate.step)
        if not agrees:
            self._confirmations, self._candidate_since = 0, telegram_at
        self._confirmations += 1
        self._candidate = value

    def _is_confirmed(self, telegram_at: datetime | None) -> bool:
        if self._confirmations >= CONFIRMING_TELEGRAMS:
            return True
        since = self._candidate_since
        return (
            self._confirmations > 1
            and None not in (since, telegram_at)
            and telegram_at - since >= CONFIRMING_TIME  # type: ignore[operator]
        )

    def _accept(self, value: float, meter_id: str | None, read_at: datetime | None) -> None:
        self._accepted = value
        self._meter_id = meter_id or self._meter_id
        self._measured_at = read_at
        self._candidate, self._confirmations = None, 0
