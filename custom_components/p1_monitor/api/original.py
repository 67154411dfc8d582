"""What a device with the original firmware tells: two answers, and no more."""

import re
from dataclasses import dataclass
from typing import Self

from .json_fields import Json, integer, integers, json_object

_MAC_DIGITS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginalDevice:
    """A board with the original firmware, which has no /api.

    serial is its MAC as 12 lower-case hexadecimal digits, else what it calls its serial
    number, else None.
    """

    serial: str | None


def normalize_serial(given: str) -> str:
    """A serial number as it tells a device: a MAC as 12 lower-case hexadecimal digits."""
    digits = re.sub(r"[:.-]", "", given).lower()
    is_mac = len(digits) == _MAC_DIGITS and re.fullmatch(r"[0-9a-f]+", digits)
    return digits if is_mac else given


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
        peak = json_object(data, "peak")
        quarter_id, power_w = integer(peak, "quarter_id"), integer(peak, "power")
        if quarter_id is None or power_w is None:
            return None
        return cls(quarter_id=quarter_id, power_w=power_w)
