"""The quarters of today that have ended: the last one's average, and the day's highest.

Pure: knows nothing of Home Assistant. Averages in W.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from .api import Quarter, StoredQuarter

# So near its end, a quarter's projection is its average but for a few W.
NEARLY_ENDED_S = 840


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedQuarter:
    """A quarter that has ended."""

    start: datetime
    average_w: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """The day of the running quarter. peak and last are None until a quarter of it was seen to end."""

    today: date | None = None
    last: ClosedQuarter | None = None
    peak: ClosedQuarter | None = None
    # The running quarter as it was last told.
    running: Quarter | None = None

    def with_running(self, quarter: Quarter) -> Today:
        """The day once the running quarter has gone on, or another one has begun."""
        if quarter.start is None:
            return self
        ended = self.running
        now = self
        if ended is not None and ended.start != quarter.start and (closed := _closed(ended)):
            now = now.with_closed(closed)
        today = quarter.start.date()
        if now.today is not None and now.today != today:  # the last quarter of yesterday stays the last
            now = Today(today=today, last=now.last)
        return Today(today=today, last=now.last, peak=now.peak, running=quarter)

    def with_stored(self, stored: Iterable[StoredQuarter]) -> Today:
        """The day with the quarters that the device has kept of it."""
        day = self
        for quarter in stored:
            if quarter.import_w is not None and quarter.start.date() == self.today:
                day = day.with_closed(ClosedQuarter(start=quarter.start, average_w=quarter.import_w))
        return day

    def with_closed(self, closed: ClosedQuarter) -> Today:
        """The day with one more quarter that has ended."""
        last = closed if self.last is None or closed.start >= self.last.start else self.last
        higher = self.peak is None or closed.average_w > self.peak.average_w
        peak = closed if higher and closed.start.date() == self.today else self.peak
        return Today(today=self.today, last=last, peak=peak, running=self.running)


def _closed(quarter: Quarter) -> ClosedQuarter | None:
    """What a quarter that was seen to its end ended at."""
    if quarter.start is None or quarter.projected_w is None or (quarter.elapsed_s or 0) < NEARLY_ENDED_S:
        return None
    return ClosedQuarter(start=quarter.start, average_w=quarter.projected_w)
