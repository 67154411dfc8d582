"""Detectors that compare successive snapshots to find peak events and meter events.

The peak events are a warning, an exceeded target, a new month peak and a closed month. The record of reported peak
events is plain JSON and can be stored, so that no event is reported twice after a restart.

If Home Assistant missed a new month peak or a closed month, the event is reported later, with the time at which it
occurred. A missed warning or a missed exceeded target is not reported later, because it is over.

Powers are in W.
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
    """An event with its type, and with the data that the event entity shows as attributes."""

    type: str
    data: dict[str, Any] = field(default_factory=dict)


class PeakEventDetector:
    """Detector of one device's peak events. The caller stores `reported`, the record of the reported events."""

    def __init__(self, reported: dict[str, Any] | None) -> None:
        """Continue with a stored record of reported events. Without a record, the first snapshot causes no event."""
        self.reported: dict[str, Any] = dict(reported or {})
        self._at_risk: bool | None = None
        self._unavoidable: bool | None = None

    def detect(self, snapshot: Snapshot) -> list[DetectedEvent]:
        """Return the events that are new in this snapshot."""
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
            # Each kind of event is reported at most once a quarter. If the quarter is already at risk or exceeded in
            # the first snapshot, no event is reported, because the time at which the risk began is not known.
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
        # A peak up to FLOOR_W is no event, because it adds no cost. The first known peak is no event, because it may
        # be old.
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
        if known is None:
            # There is no record of reported events yet. Begin the record with the month's peak so far, but do not
            # report this peak.
            running = snapshot.peaks.running
            self.reported |= {"month": month, "peak_w": running.power_w if running else 0}
            return []
        closed = next((peak for peak in snapshot.peaks.months if peak.month == known), None)
        if closed is None and (start.day, start.hour, start.minute) == (1, 0, 0):
            return []  # Wait for the closed month's peak, which one of the meter's next telegrams contains.
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
    """Detector of the meter's events: a change of the breaker, a message, and restored power."""

    def __init__(self) -> None:
        """Begin without a previous snapshot, so that the first snapshot has no events."""
        self._before: Snapshot | None = None

    def detect(self, snapshot: Snapshot) -> list[DetectedEvent]:
        """Return the events that are new in this snapshot."""
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
    """True if the board has started because its power returned.

    The meter powers the board, so the meter's power has returned too.
    """
    was, device = before.device, now.device
    if was is None or device is None or device.reset_cause != "power_on":
        return False
    return None not in (was.uptime_s, device.uptime_s) and (device.uptime_s or 0) < (was.uptime_s or 0)
