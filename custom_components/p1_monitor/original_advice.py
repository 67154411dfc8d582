"""Where the running quarter of an original device is heading, and what may still be used.

The same rules as the firmware's coach; tests/demand_vectors.json holds both to them. An
original device tells only the finished 5 s slots of the quarter and the month's peak, so
elapsed time, demand and risk all follow from those. Nothing is remembered from one poll
to the next: a Home Assistant that starts in the middle of a quarter says the same as one
that has seen all of it.

Powers in W, times in s since the quarter began, integers and floor division throughout.
Pure: knows nothing of Home Assistant.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from .capacity_tariff import CONNECTION_W

QUARTER_S = 900
SAMPLE_S = 5
SAMPLES = QUARTER_S // SAMPLE_S

# So near the end, one watt of difference would ask for hundreds.
HELD_S = 885

SAMPLES_60S = 12
RISK_AFTER_S = 180
RISK_ON_S = 120
HALF_S = 450
# In the second half there is less time to act, and more is known of the quarter.
RISK_ON_LATE_S = 80
RISK_OFF_S = 60
JITTER_S = 15


def quarter_start(quarter_id: int) -> datetime | None:
    """The start of a quarter, with Belgium's UTC offset; None for an id that is no date.

    Bits 31-24 year - 2000, 23-16 month, 15-8 day, bit 7 summer time, bits 6-0
    hour * 4 + minute / 15. The id tells summer from winter itself, so that neither the
    doubled hour in October nor the time zone of this computer matters.
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
    """Whether two quarters lie in one month of one year."""
    return quarter_id >> 16 == other_id >> 16


def projected_w(demand_w: int, power_w: int, elapsed_s: int) -> int:
    """The quarter's average if the power stays as it is."""
    return demand_w + power_w * (QUARTER_S - elapsed_s) // QUARTER_S


def allowed_w(target_w: int, demand_w: int, elapsed_s: int) -> int:
    """The whole house's import that ends the quarter at the target."""
    left_s = QUARTER_S - min(elapsed_s, HELD_S)
    return max(0, min((target_w - demand_w) * QUARTER_S // left_s, CONNECTION_W))


class RiskTracker:
    """Whether the quarter is at risk: slow to say so, so that a kettle is no alarm.

    On when the projection (with the power averaged over 60 s) has been above the target
    for 120 s, or 80 s in the quarter's second half, not in its first 180 s; off when it
    has been 5 % below it for 60 s. A gap in the telegrams, or a clock put back, restarts
    both waiting times. One tracker serves one quarter.
    """

    def __init__(self) -> None:
        """Begin a quarter."""
        self.at_risk = False
        self._above_since: int | None = None
        self._below_since: int | None = None
        self._last_s: int | None = None

    def update(self, elapsed_s: int, projected60_w: int, level_w: int) -> bool:
        """Take the projection at this moment; return whether the quarter is at risk."""
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
    """What the slots of a quarter say about its end."""

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
) -> Advice | None:
    """The advice at the newest slot; None while every slot is empty.

    `consumed_w` and `produced_w` are the finished slots since the quarter began, None
    where there was no telegram; produced power is <= 0 as an original device tells it. A
    warning comes against so many percent of the target.
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
    allowed = None if target_w is None else allowed_w(target_w, demand_w, elapsed_s)
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
    """The energy of the first `count` slots as a quarter's average, holes as their mean."""
    present = [power_w for power_w in samples[:count] if power_w is not None]
    return sum(present) // len(present) * count * SAMPLE_S // QUARTER_S


def _at_risk(samples: Sequence[int | None], level_w: int) -> bool:
    """Live the quarter again, slot by slot: its risk depends on what went before."""
    tracker = RiskTracker()
    for count, power_w in enumerate(samples, start=1):
        if power_w is None:
            continue
        recent = [value for value in samples[max(0, count - SAMPLES_60S) : count] if value is not None]
        elapsed_s = count * SAMPLE_S
        projected60_w = projected_w(_demand_w(samples, count), sum(recent) // len(recent), elapsed_s)
        tracker.update(elapsed_s, projected60_w, level_w)
    return tracker.at_risk
