"""Advice for the running quarter of a device with the original firmware: demand, projection, headroom and risk.

The rules and constants are those of the coach in our firmware. The tests check both programs with the examples in
tests/fixtures/demand_vectors.json.

The original firmware sends only the quarter's samples of 5 s, and the month's peak. All figures are computed from the
samples and the peak. Nothing is stored between two polls, so the advice does not depend on whether Home Assistant has
seen the whole quarter.

Powers are in W, and times in s since the quarter began. All values are integers, and all divisions are floor divisions.
The module does not depend on Home Assistant.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from .capacity_tariff import CONNECTION_W

QUARTER_S = 900
SAMPLE_S = 5
SAMPLES = QUARTER_S // SAMPLE_S

# From 885 s on, the allowed power is computed as if 15 s of the quarter were left. Otherwise the allowed power would
# jump: with 5 s left, 1 W more demand would reduce the allowed power by 900 / 5 = 180 W.
HELD_S = 885

SAMPLES_60S = 12
RISK_AFTER_S = 180
RISK_ON_S = 120
HALF_S = 450
# In the quarter's second half the warning comes sooner, because there is less time to act and the projection is more
# certain.
RISK_ON_LATE_S = 80
RISK_OFF_S = 60
# Longest time between two samples, in s. A longer time counts as a gap.
JITTER_S = 15


def quarter_start(quarter_id: int) -> datetime | None:
    """Return the start of the quarter with this id, in Belgium's UTC offset. None if the id is not a valid date.

    The bits of the id are: year - 2000 (31-24), month (23-16), day (15-8), summer time (7), hour * 4 + minute / 15
    (6-0). The UTC offset is 2 h if the bit for summer time is 1, and 1 h if the bit is 0. Therefore the hour that
    occurs twice in October is unambiguous, and this computer's time zone is not needed.
    """
    quarter = quarter_id & 0x7F
    offset = timedelta(hours=2 if quarter_id & 0x80 else 1)
    try:
        return datetime(
            2000 + (quarter_id >> 24),
            quarter_id >> 16 & 0xFF,
            quarter_id >> 8 & 0xFF,
            quarter // 4,
            quarter % 4 * 15,
            tzinfo=timezone(offset),
        )
    except ValueError, OverflowError:
        return None


def in_same_month(quarter_id: int, other_id: int) -> bool:
    """True if two quarters are in the same month of the same year."""
    return quarter_id >> 16 == other_id >> 16


def projected_w(demand_w: int, power_w: int, elapsed_s: int) -> int:
    """Return the demand at the quarter's end, if the power does not change until the end."""
    return demand_w + power_w * (QUARTER_S - elapsed_s) // QUARTER_S


def allowed_w(target_w: int, demand_w: int, elapsed_s: int, limit_w: int = CONNECTION_W) -> int:
    """Return the import of the whole house with which the quarter would end exactly at the target."""
    left_s = QUARTER_S - min(elapsed_s, HELD_S)
    return max(0, min((target_w - demand_w) * QUARTER_S // left_s, limit_w))


class RiskTracker:
    """Rule that decides whether one quarter is at risk. The decision changes slowly, so that a kettle causes no alarm.

    The projection is computed from the mean power of the last 60 s. The risk begins when the projection has been above
    the warning level for 120 s, or for 80 s in the quarter's second half. The risk never begins in the first 180 s. The
    risk ends when the projection has been at least 5 % below the warning level for 60 s. A gap in the telegrams, or a
    clock that is set back, restarts both waiting times.
    """

    def __init__(self) -> None:
        self.at_risk = False
        self._above_since: int | None = None
        self._below_since: int | None = None
        self._last_s: int | None = None

    def update(self, elapsed_s: int, projected60_w: int, level_w: int) -> bool:
        """Add the projection at `elapsed_s`. Return True if the quarter is at risk."""
        if self._last_s is not None and not (0 <= elapsed_s - self._last_s <= JITTER_S):
            self._above_since = self._below_since = None
        self._last_s = elapsed_s

        if projected60_w <= level_w:
            self._above_since = None
        elif self._above_since is None:
            self._above_since = elapsed_s

        if projected60_w * 100 > level_w * 95:
            self._below_since = None
        elif self._below_since is None:
            self._below_since = elapsed_s

        if self.at_risk:
            self.at_risk = not _lasted(self._below_since, elapsed_s, RISK_OFF_S)
        elif elapsed_s >= RISK_AFTER_S:
            wanted_s = RISK_ON_S if elapsed_s < HALF_S else RISK_ON_LATE_S
            self.at_risk = _lasted(self._above_since, elapsed_s, wanted_s)
        return self.at_risk


def _lasted(since_s: int | None, now_s: int, wanted_s: int) -> bool:
    return since_s is not None and now_s - since_s >= wanted_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """The advice for a running quarter, computed at the newest sample."""

    elapsed_s: int
    import_w: int
    export_w: int | None
    demand_w: int
    projected_w: int
    allowed_w: int | None
    headroom_w: int | None
    at_risk: bool
    unavoidable: bool


def advise(
    consumed_w: Sequence[int | None],
    produced_w: Sequence[int | None],
    target_w: int | None,
    warning_percent: int = 100,
    limit_w: int = CONNECTION_W,
) -> Advice | None:
    """Return the advice for the running quarter at its newest sample. None if every sample is empty.

    `consumed_w` and `produced_w` are the samples since the quarter began. A sample without a telegram is None.
    Produced power is <= 0, as the original firmware sends it. The warning level is `warning_percent` of the target.
    `limit_w` is the power of the grid connection. The allowed power never exceeds `limit_w`.
    """
    samples = consumed_w[:SAMPLES]
    present = [index for index, power_w in enumerate(samples) if power_w is not None]
    if not present:
        return None
    elapsed_s = len(samples) * SAMPLE_S
    newest = present[-1]
    import_w = samples[newest] or 0
    produced = produced_w[newest] if newest < len(produced_w) else None
    export_w = None if produced is None else max(0, -produced)
    demand_w = _demand_w(samples, len(samples))
    allowed = None if target_w is None else allowed_w(target_w, demand_w, elapsed_s, limit_w)
    return Advice(
        elapsed_s=elapsed_s,
        import_w=import_w,
        export_w=export_w,
        demand_w=demand_w,
        projected_w=projected_w(demand_w, import_w, elapsed_s),
        allowed_w=allowed,
        headroom_w=None if allowed is None else allowed - import_w + (export_w or 0),
        at_risk=target_w is not None and _at_risk(samples, target_w * warning_percent // 100),
        unavoidable=target_w is not None and demand_w >= target_w,
    )


def _demand_w(samples: Sequence[int | None], count: int) -> int:
    """Return the demand after the first `count` samples, in W.

    An empty sample counts as the mean of the other samples.
    """
    present = [power_w for power_w in samples[:count] if power_w is not None]
    return sum(present) // len(present) * count * SAMPLE_S // QUARTER_S


def _at_risk(samples: Sequence[int | None], level_w: int) -> bool:
    """True if the quarter is at risk. All samples are replayed, because the risk depends on earlier samples."""
    tracker = RiskTracker()
    for count, power_w in enumerate(samples, start=1):
        if power_w is None:
            continue
        recent = [value for value in samples[max(0, count - SAMPLES_60S) : count] if value is not None]
        elapsed_s = count * SAMPLE_S
        projected60_w = projected_w(_demand_w(samples, count), sum(recent) // len(recent), elapsed_s)
        tracker.update(elapsed_s, projected60_w, level_w)
    return tracker.at_risk
