"""What a device with the original firmware tells: two answers, and no more."""

from dataclasses import dataclass
from typing import Self

from .fields import Json, integer, integers, table


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginalQuarter:
    """GET /current/quarter of the original firmware: finished 5 s slots since its start.

    A slot without a telegram is None; produced power is <= 0.
    """

    quarter_id: int
    consumed_w: tuple[int | None, ...]
    produced_w: tuple[int | None, ...]

    @classmethod
    def from_json(cls, data: Json) -> Self | None:
        """The quarter, or None before the first telegram."""
        if (quarter_id := integer(data, "quarter_id")) is None:
            return None
        return cls(
            quarter_id=quarter_id,
            consumed_w=integers(data, "consumed_power_interval_avgs"),
            produced_w=integers(data, "produced_power_interval_avgs"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginalPeak:
    """The peak in GET /current/month/peak; the id is that of its quarter's start."""

    quarter_id: int
    power_w: int

    @classmethod
    def from_json(cls, data: Json) -> Self | None:
        """The peak, or None before the first telegram."""
        peak = table(data, "peak")
        quarter_id, power_w = integer(peak, "quarter_id"), integer(peak, "power")
        if quarter_id is None or power_w is None:
            return None
        return cls(quarter_id=quarter_id, power_w=power_w)
