"""What a P1 monitor has kept on its card: quarters, and the totals of days and months.

The same units as in models.py. Contract: docs/openapi.yaml.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from .json_fields import Json, integer, number, text, timestamp


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredQuarter:
    """A closed quarter of GET /api/history.

    import_w and export_w are its averages; the registers are those at its END. samples: of its 180 slots of 5 s, those
    with a telegram. source: "registers", "samples", or "partial" when it does not hold the whole quarter.
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
        """The quarter, or None where it does not say which one it is."""
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
            samples=integer(data, "samples"),
            source=text(data, "source"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What was used in a day ("2026-01-15") or a month ("2026-01"), and its highest quarter average."""

    name: str
    import_kwh: float | None
    export_kwh: float | None
    gas_m3: float | None
    water_m3: float | None
    peak_w: int | None
    peak_start: datetime | None

    @classmethod
    def from_json(cls, data: Json, key: str) -> Self | None:
        """The totals of what `key` names, "day" or "month"; None where it does not."""
        if (name := text(data, key)) is None:
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
