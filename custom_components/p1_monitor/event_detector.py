"""What happens to peaks, once each: a warning, a target exceeded, a new month peak, a month that closed.

Follows snapshots and tells what is new in them. What it has told is kept as plain JSON, so
that a restart tells nothing twice; a warning or an excess that came while nobody watched is
history and not told, a month peak and a closed month are, with their own time.

Powers in W.
"""

from dataclasses import dataclass, field
from typing import Any

from .capacity_tariff import FLOOR_W
from .coordinator import Snapshot

WARNING = "peak_warning"
EXCEEDED = "peak_exceeded"
NEW_MONTH_PEAK = "new_month_peak"
MONTH_CLOSED = "month_closed"
PEAK_TYPES = [WARNING, EXCEEDED, NEW_MONTH_PEAK, MONTH_CLOSED]

BREAKER = "breaker_changed"
POWER_RESTORED = "power_restored"
MESSAGE = "message"
METER_TYPES = [BREAKER, POWER_RESTORED, MESSAGE]


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectedEvent:
    """Something that happened, and what there is to say about it."""

    type: str
    data: dict[str, Any] = field(default_factory=dict)


class PeakEventDetector:
    """Follows the peaks of one device. `reported` is what an earlier life of it has told, else None."""

    def __init__(self, reported: dict[str, Any] | None) -> None:
        """Go on where the earlier life ended; without one, what there is now is not news."""
        self.reported: dict[str, Any] = dict(reported or {})
        self._at_risk: bool | None = None
        self._unavoidable: bool | None = None

    def detect(self, snapshot: Snapshot) -> list[DetectedEvent]:
        """What is new in this snapshot."""
        if snapshot.quarter.start is None:
            return []
        return [
            *self._detect_closed_month(snapshot),
            *self._detect_new_peak(snapshot),
            *self._detect_warnings(snapshot),
        ]

    def _detect_warnings(self, snapshot: Snapshot) -> list[DetectedEvent]:
        quarter = snapshot.quarter
        found = []
        for now, before, kind, shown in (
            (quarter.at_risk, self._at_risk, WARNING, "projected_w"),
            (quarter.unavoidable, self._unavoidable, EXCEEDED, "demand_w"),
        ):
            # Once a quarter; and nobody knows when what was there at the first look began.
            if now and before is False and self.reported.get(kind) != quarter.id:
                self.reported[kind] = quarter.id
                found.append(DetectedEvent(type=kind, data=_quarter_data(snapshot, shown)))
        self._at_risk, self._unavoidable = quarter.at_risk, quarter.unavoidable
        return found

    def _detect_new_peak(self, snapshot: Snapshot) -> list[DetectedEvent]:
        peak = snapshot.peaks.running
        if peak is None or peak.power_w is None or peak.month != self.reported.get("month"):
            return []
        before = self.reported.get("peak_w")
        self.reported["peak_w"] = max(peak.power_w, before or 0)
        self.reported["peak_end"] = peak.end.isoformat() if peak.end else None
        # What this month costs anyway is no peak to speak of; the first look is not news.
        if before is None or peak.power_w <= max(FLOOR_W, before):
            return []
        data = {"power_w": peak.power_w, "previous_w": before or None, "time": self.reported["peak_end"]}
        return [DetectedEvent(type=NEW_MONTH_PEAK, data=data)]

    def _detect_closed_month(self, snapshot: Snapshot) -> list[DetectedEvent]:
        start = snapshot.quarter.start
        assert start is not None
        month, known = f"{start:%Y-%m}", self.reported.get("month")
        if known == month:
            return []
        if known is None:  # the first look: a peak that is there is not news
            running = snapshot.peaks.running
            self.reported |= {"month": month, "peak_w": running.power_w if running else 0}
            return []
        closed = next((peak for peak in snapshot.peaks.months if peak.month == known), None)
        if closed is None and (start.day, start.hour, start.minute) == (1, 0, 0):
            return []  # the meter closes the month with its next telegrams
        data = {
            "month": known,
            "power_w": closed.power_w if closed else self.reported.get("peak_w") or None,
            "time": closed.end.isoformat() if closed and closed.end else self.reported.get("peak_end"),
        }
        self.reported |= {"month": month, "peak_w": 0, "peak_end": None}
        return [DetectedEvent(type=MONTH_CLOSED, data=data)]


def _quarter_data(snapshot: Snapshot, shown: str) -> dict[str, Any]:
    quarter = snapshot.quarter
    return {
        shown: getattr(quarter, shown),
        "target_w": quarter.target_w,
        "headroom_w": quarter.headroom_w,
        "quarter_end": quarter.end.isoformat() if quarter.end else None,
    }


class MeterEventDetector:
    """Follows the meter itself: its breaker, its messages, and power that came back."""

    def __init__(self) -> None:
        """What there is at the first look is not news."""
        self._before: Snapshot | None = None

    def detect(self, snapshot: Snapshot) -> list[DetectedEvent]:
        """What is new in this snapshot."""
        before, self._before = self._before, snapshot
        if before is None:
            return []
        found = []
        was, now = before.reading.breaker, snapshot.reading.breaker
        if None not in (was, now) and was != now:
            found.append(DetectedEvent(type=BREAKER, data={"from": was, "to": now}))
        message = snapshot.reading.message
        if message is not None and message != before.reading.message:
            found.append(DetectedEvent(type=MESSAGE, data={"message": message}))
        if _is_power_restored(before, snapshot):
            found.append(DetectedEvent(type=POWER_RESTORED))
        return found


def _is_power_restored(before: Snapshot, now: Snapshot) -> bool:
    """The board lives on the meter's own supply: it starts anew when that comes back."""
    was, device = before.device, now.device
    if was is None or device is None or device.reset_cause != "power_on":
        return False
    return None not in (was.uptime_s, device.uptime_s) and (device.uptime_s or 0) < (was.uptime_s or 0)
