"""Models of the original firmware's two responses: the running quarter and the month's peak."""

import re
from dataclasses import dataclass
from typing import Self

from . import bounds
from .json_fields import MAX_NUMBER, Json, integer, integers, json_object


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginalDevice:
    """A board with the original firmware, which answers no path below /api.

    serial: the serial number that the board sends, or None if the board sends no serial number. A serial number that is
    a MAC is stored as 12 lower-case hexadecimal digits, and any other serial number unchanged.
    """

    serial: str | None


def normalize_serial(given: str) -> str | None:
    """Return the device id for the serial number `given`, or None if `given` is not a serial number.

    A MAC becomes 12 lower-case hexadecimal digits. Any other serial number remains unchanged.
    """
    digits = re.sub(r"[:.-]", "", given)
    if bounds.MAC.fullmatch(digits):
        return digits.lower()
    return given if bounds.SERIAL.fullmatch(given) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginalQuarter:
    """The 5 s samples of the running quarter (GET /current/quarter of the original firmware).

    The newest sample is not complete yet. A sample without a telegram is None. Produced power is <= 0.
    """

    quarter_id: int
    consumed_w: tuple[int | None, ...]
    produced_w: tuple[int | None, ...]

    @classmethod
    def from_json(cls, data: Json) -> Self | None:
        """Return the running quarter, or None before the first telegram."""
        if (quarter_id := integer(data, "quarter_id", 0, bounds.MAX_QUARTER_ID)) is None:
            return None
        return cls(
            quarter_id=quarter_id,
            consumed_w=integers(data, "consumed_power_interval_avgs", 0, MAX_NUMBER, bounds.MAX_SAMPLES),
            produced_w=integers(data, "produced_power_interval_avgs", -MAX_NUMBER, 0, bounds.MAX_SAMPLES),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginalPeak:
    """The running month's peak (GET /current/month/peak).

    quarter_id: the start of the peak's quarter, as one number.
    """

    quarter_id: int
    power_w: int

    @classmethod
    def from_json(cls, data: Json) -> Self | None:
        """Return the month's peak, or None before the first telegram."""
        peak = json_object(data, "peak")
        quarter_id, power_w = integer(peak, "quarter_id", 0, bounds.MAX_QUARTER_ID), integer(peak, "power")
        if quarter_id is None or power_w is None:
            return None
        return cls(quarter_id=quarter_id, power_w=power_w)
