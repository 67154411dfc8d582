"""Today's closed quarters: the newest closed quarter, and the closed quarter with the highest average.

The module does not depend on Home Assistant. Averages are in W.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from .api import Quarter, StoredQuarter

# If a quarter's last telegram arrived 840 s or more after the quarter began, the last projection counts as the average
# of the quarter. If the power changes by 1 kW after this telegram, the average changes by 1000 W * 60 / 900 = 67 W at
# most.
NEARLY_ENDED_S = 840


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedQuarter:
    """A quarter that has ended."""

    start: datetime
    average_w: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """The day of the running quarter, the newest closed quarter (`last`), and the day's highest (`peak`).

    `last` and `peak` are None until a closed quarter is known.
    """

    today: date | None = None
    last: ClosedQuarter | None = None
    peak: ClosedQuarter | None = None
    # The running quarter as the device last sent it.
    running: Quarter | None = None

    def with_running(self, quarter: Quarter) -> Today:
        """Return the day with this running quarter.

        If a new quarter has begun, the previous quarter is added as closed.
        """
        if quarter.start is None:
            return self
        ended = self.running
        now = self
        if ended is not None and ended.start != quarter.start and (closed := _closed(ended)):
            now = now.with_closed(closed)
        today = quarter.start.date()
        # A new day has no `peak` yet. The new day's `last` is the last quarter of the previous day.
        if now.today is not None and now.today != today:
            now = Today(today=today, last=now.last)
        return Today(today=today, last=now.last, peak=now.peak, running=quarter)

    def with_stored(self, stored: Iterable[StoredQuarter]) -> Today:
        """Return a day that also includes the stored quarters of the same date."""
        day = self
        for quarter in stored:
            if quarter.import_w is not None and quarter.start.date() == self.today:
                day = day.with_closed(ClosedQuarter(start=quarter.start, average_w=quarter.import_w))
        return day

    def with_closed(self, closed: ClosedQuarter) -> Today:
        """Return the day with `last` and `peak` updated for one more closed quarter."""
        last = closed if self.last is None or closed.start >= self.last.start else self.last
        higher = self.peak is None or closed.average_w > self.peak.average_w
        peak = closed if higher and closed.start.date() == self.today else self.peak
        return Today(today=self.today, last=last, peak=peak, running=self.running)


def _closed(quarter: Quarter) -> ClosedQuarter | None:
    """Return the ClosedQuarter for a quarter that has ended.

    None if no telegram of the quarter's last minute was received. Without such a telegram, the average is not known.
    """
    if quarter.start is None or quarter.projected_w is None or (quarter.elapsed_s or 0) < NEARLY_ENDED_S:
        return None
    return ClosedQuarter(start=quarter.start, average_w=quarter.projected_w)
