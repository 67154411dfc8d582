"""Models of the history on a device's card: quarters, and the totals of days and months.

The units are those of measurements.py. Contract: docs/openapi.yaml.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from . import bounds
from .json_fields import Json, choice, integer, matching, number, timestamp


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredQuarter:
    """An ended quarter on the card (GET /api/history).

    import_w, export_w: the average power over the quarter. energy_…, …_volume_m3: the registers at the quarter's END.
    samples: how many of the quarter's 180 samples of 5 s contain a telegram.

    source: from what the averages are computed. "registers": from the meter's registers at both ends of the quarter.
    "samples": from the samples. "partial": from the samples up to a restart, because the device did not see the
    quarter's end.
    """

    start: datetime
    import_w: int | None
    export_w: int | None
    energy_import_kwh: float | None
    energy_export_kwh: float | None
    gas_volume_m3: float | None
    water_volume_m3: float | None
    samples: int | None
    source: str | None

    @classmethod
    def from_json(cls, data: Json) -> Self | None:
        """Return the quarter in a JSON object, or None if the object has no start."""
        if (start := timestamp(data, "start")) is None:
            return None
        return cls(
            start=start,
            import_w=integer(data, "import_w"),
            export_w=integer(data, "export_w"),
            energy_import_kwh=number(data, "energy_import_kwh"),
            energy_export_kwh=number(data, "energy_export_kwh"),
            gas_volume_m3=number(data, "gas_volume_m3"),
            water_volume_m3=number(data, "water_volume_m3"),
            samples=integer(data, "samples", 0, bounds.MAX_SAMPLES),
            source=choice(data, "source", bounds.QUARTER_SOURCES),
        )


_NAMES = {"day": bounds.DAY, "month": bounds.MONTH}


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The energies, the volumes and the highest quarter of a day or a month.

    name: the day ("2026-01-15") or the month ("2026-01").
    """

    name: str
    import_kwh: float | None
    export_kwh: float | None
    gas_m3: float | None
    water_m3: float | None
    peak_w: int | None
    peak_start: datetime | None

    @classmethod
    def from_json(cls, data: Json, key: str) -> Self | None:
        """Return the totals of a day or a month, or None if the field `key` is missing.

        key: the field that contains the name, "day" or "month".
        """
        if (name := matching(data, key, _NAMES[key])) is None:
            return None
        return cls(
            name=name,
            import_kwh=number(data, "import_kwh"),
            export_kwh=number(data, "export_kwh"),
            gas_m3=number(data, "gas_m3"),
            water_m3=number(data, "water_m3"),
            peak_w=integer(data, "peak_w"),
            peak_start=timestamp(data, "peak_start"),
        )
