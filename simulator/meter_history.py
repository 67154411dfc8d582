"""History of a meter before the simulation begins: registers, month peaks, gas and water.

The history is generated from the seed, because a simulation of thirteen months would take too long. The values are
those of an ordinary household.
"""

from dataclasses import dataclass, field
from random import Random

from simulator.clock import DAY_S, QUARTER_S, is_summer, local, month_start, previous_month, quarter_start

MOST_MONTHS = 13
"""Largest number of closed months in 98.1.0 (e-MUCS P1 1.7.1)."""


@dataclass(frozen=True, slots=True)
class Peak:
    """Peak of a month: the quarter with the highest demand.

    `power_w` is the quarter's mean import in W. `end` is the moment at which the quarter ended. For a month without a
    peak, such as a month in the factory, `end` is None.
    """

    power_w: int
    end: int | None


@dataclass(frozen=True, slots=True)
class ClosedMonth:
    """Closed month, a record of 98.1.0. `closing` is 00:00:00 local time on the 1st of the NEXT month."""

    closing: int
    peak: Peak


@dataclass(slots=True)
class MeterHistory:
    """History of a meter: registers in Wh by tariff (day, night), gas and water in ml, closed months oldest first."""

    import_wh: list[int] = field(default_factory=lambda: [0, 0])
    export_wh: list[int] = field(default_factory=lambda: [0, 0])
    peak: Peak | None = None
    closed: list[ClosedMonth] = field(default_factory=list)
    gas_ml: int = 0
    water_ml: int = 0

    @classmethod
    def generate(cls, seed: int, start: int, months: int = MOST_MONTHS, filler: bool = False) -> MeterHistory:
        """Return a history with `months` closed months before `start`.

        If `filler` is True, the meter was in the factory in the oldest month. This month has no peak.
        """
        months = min(months, MOST_MONTHS)
        random = Random(f"{seed} past")
        days = 31 * months if 0 < months < MOST_MONTHS else random.randint(700, 1900)
        closed: list[ClosedMonth] = []
        closing = month_start(start)
        for _ in range(months):
            opening = previous_month(closing)
            closed.insert(0, ClosedMonth(closing, _month_peak(seed, opening, closing) or Peak(0, None)))
            closing = opening
        if filler and closed:
            closed[0] = ClosedMonth(closed[0].closing, Peak(0, None))
        return cls(
            import_wh=[days * random.randint(5_500, 7_500), days * random.randint(6_000, 8_500)],
            export_wh=[days * random.randint(4_500, 6_000), days * random.randint(1_800, 2_600)],
            peak=_month_peak(seed, month_start(start), quarter_start(start)),
            closed=closed,
            gas_ml=days * random.randint(1_000_000, 1_400_000),
            water_ml=days * random.randint(180_000, 320_000),
        )


def _month_peak(seed: int, begin: int, end: int) -> Peak | None:
    """Return a plausible peak between two moments, None if no quarter ended between them."""
    quarters = (end - begin) // QUARTER_S
    if quarters < 1:
        return None
    here = local(begin)
    random = Random(f"{seed} peak {here.year} {here.month}")
    winter = 0 if is_summer(begin) else 1_200
    evening = (
        begin + random.randrange(max(1, (end - begin) // DAY_S)) * DAY_S + random.randint(66, 82) * QUARTER_S
    )
    return Peak(random.randint(2_600, 4_400) + winter, min(evening, begin + quarters * QUARTER_S))
