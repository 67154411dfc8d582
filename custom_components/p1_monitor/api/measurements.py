"""Models of what a device measures: the reading, the running quarter and the peaks, as immutable dataclasses.

Powers are in W, and import and export are each >= 0. Energies are in kWh, and volumes in m3. Times have the meter's UTC
offset. A value is None if the meter or the firmware does not send the value.

Contract: docs/openapi.yaml.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from . import bounds
from .json_fields import (
    MAX_NUMBER,
    Json,
    boolean,
    choice,
    integer,
    json_object,
    json_objects,
    matching,
    number,
    text,
    timestamp,
)

# Firmware 0.1.0 does not send `value` and `unit`. This firmware sends the register in a field whose key depends on the
# type of the meter. For each type, the table has this key and the unit of the register.
_REGISTER_OF_0_1_0 = {
    "gas": ("volume_m3", "m3"),
    "water": ("volume_m3", "m3"),
    "hot_water": ("volume_m3", "m3"),
    "heat": ("energy_gj", "GJ"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MBusDevice:
    """A gas, water, heat or other meter, whose values the electricity meter sends.

    value: the register of this meter, in `unit`. unit: the text in the telegram, such as "m3", "GJ" or "kWh".
    """

    channel: int
    type: str | None
    id: str | None
    valve: int | None
    time: datetime | None
    value: float | None
    unit: str | None

    @classmethod
    def from_json(cls, data: Json) -> Self | None:
        """Return the meter in `data`, or None if `data` contains no channel.

        data: an element of the list "mbus" in the response to GET /api/reading.
        """
        if (channel := integer(data, "channel", 1, bounds.MAX_CHANNELS)) is None:
            return None
        if "value" not in data:
            key, unit = _REGISTER_OF_0_1_0.get(text(data, "type") or "", ("", None))
            data = {**data, "value": data.get(key), "unit": unit}
        return cls(
            channel=channel,
            type=choice(data, "type", bounds.MBUS_TYPES),
            id=matching(data, "id", bounds.METER_ID),
            valve=integer(data, "valve"),
            time=timestamp(data, "time"),
            value=number(data, "value"),
            unit=matching(data, "unit", bounds.UNIT),
        )


def _one_by_channel(meters: list[Json]) -> tuple[MBusDevice, ...]:
    found = (MBusDevice.from_json(meter) for meter in meters)
    return tuple({meter.channel: meter for meter in found if meter}.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The parsed values of the newest telegram (GET /api/reading)."""

    time: datetime | None = None
    meter_model: str | None = None
    meter_version: str | None = None
    meter_id: str | None = None
    energy_import_kwh: float | None = None
    energy_import_tariffs_kwh: tuple[float | None, ...] = (None,) * 5
    energy_export_kwh: float | None = None
    energy_export_tariffs_kwh: tuple[float | None, ...] = (None,) * 5
    tariff: int | None = None
    power_import_w: int | None = None
    power_export_w: int | None = None
    power_import_phases_w: tuple[int | None, ...] = (None,) * 3
    power_export_phases_w: tuple[int | None, ...] = (None,) * 3
    voltage_phases_v: tuple[float | None, ...] = (None,) * 3
    current_phases_a: tuple[float | None, ...] = (None,) * 3
    breaker: int | None = None
    limiter_w: int | None = None
    fuse_a: float | None = None
    message: str | None = None
    mbus: tuple[MBusDevice, ...] = ()

    @classmethod
    def from_json(cls, data: Json) -> Self:
        """Return the reading of GET /api/reading. Any of its fields may be missing."""
        return cls(
            time=timestamp(data, "time"),
            meter_model=matching(data, "meter_model", bounds.METER_MODEL),
            meter_version=matching(data, "meter_version", bounds.METER_VERSION),
            meter_id=matching(data, "meter_id", bounds.METER_ID),
            energy_import_kwh=number(data, "energy_import_kwh"),
            energy_import_tariffs_kwh=tuple(
                number(data, f"energy_import_t{tariff}_kwh") for tariff in range(1, 6)
            ),
            energy_export_kwh=number(data, "energy_export_kwh"),
            energy_export_tariffs_kwh=tuple(
                number(data, f"energy_export_t{tariff}_kwh") for tariff in range(1, 6)
            ),
            tariff=integer(data, "tariff", 1),
            power_import_w=integer(data, "power_import_w"),
            power_export_w=integer(data, "power_export_w"),
            power_import_phases_w=tuple(integer(data, f"power_import_l{phase}_w") for phase in range(1, 4)),
            power_export_phases_w=tuple(integer(data, f"power_export_l{phase}_w") for phase in range(1, 4)),
            voltage_phases_v=tuple(number(data, f"voltage_l{phase}_v") for phase in range(1, 4)),
            current_phases_a=tuple(number(data, f"current_l{phase}_a") for phase in range(1, 4)),
            breaker=integer(data, "breaker"),
            limiter_w=integer(data, "limiter_w"),
            fuse_a=number(data, "fuse_a"),
            message=text(data, "message", bounds.MAX_MESSAGE),
            mbus=_one_by_channel(json_objects(data, "mbus", bounds.MAX_CHANNELS)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarter:
    """The running quarter: demand so far, projection, target and headroom (GET /api/quarter).

    limit_w: the highest power of the house's grid connection in W. The device never sends a higher allowed_w. None with
    firmware 0.1.0, which does not send limit_w.
    """

    id: int | None = None
    start: datetime | None = None
    end: datetime | None = None
    elapsed_s: int | None = None
    demand_w: int | None = None
    demand_source: str | None = None
    projected_w: int | None = None
    target_w: int | None = None
    limit_w: int | None = None
    allowed_w: int | None = None
    headroom_w: int | None = None
    at_risk: bool = False
    unavoidable: bool = False

    @classmethod
    def from_json(cls, data: Json) -> Self:
        """Return the quarter of GET /api/quarter. Before the first telegram, all fields of the quarter are None."""
        return cls(
            id=integer(data, "id", 0, bounds.MAX_QUARTER_ID),
            start=timestamp(data, "start"),
            end=timestamp(data, "end"),
            elapsed_s=integer(data, "elapsed_s", 0, 899),
            demand_w=integer(data, "demand_w"),
            demand_source=choice(data, "demand_source", bounds.DEMAND_SOURCES),
            projected_w=integer(data, "projected_w"),
            target_w=integer(data, "target_w", 1),
            limit_w=integer(data, "limit_w"),
            allowed_w=integer(data, "allowed_w"),
            headroom_w=integer(data, "headroom_w", -MAX_NUMBER),
            at_risk=boolean(data, "at_risk"),
            unavoidable=boolean(data, "unavoidable"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthPeak:
    """The peak of a month: the month's highest quarter.

    month: such as "2026-11". end: the time at which the highest quarter ended. source: "meter" if the meter sent the
    peak, "card" if the device computed the peak from its stored quarters.
    """

    month: str | None
    power_w: int | None
    end: datetime | None
    source: str | None = None

    @classmethod
    def from_json(cls, data: Json) -> Self:
        """Return one peak of GET /api/peaks, from the field "running" or from an element of the list "months"."""
        return cls(
            month=matching(data, "month", bounds.MONTH),
            power_w=integer(data, "power_w"),
            end=timestamp(data, "end"),
            source=choice(data, "source", bounds.PEAK_SOURCES),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Peaks:
    """The peaks of the running month and of closed months, and the billable average (GET /api/peaks).

    months: the peaks of the closed months, newest first.
    """

    running: MonthPeak | None = None
    months: tuple[MonthPeak, ...] = ()
    billable_average_w: int | None = None

    @classmethod
    def from_json(cls, data: Json) -> Self:
        """Return the peaks of GET /api/peaks. `running` is None if the running month has no peak yet."""
        running = MonthPeak.from_json(json_object(data, "running"))
        return cls(
            running=running if running.power_w is not None else None,
            months=tuple(
                MonthPeak.from_json(item) for item in json_objects(data, "months", bounds.MAX_CLOSED_MONTHS)
            ),
            billable_average_w=integer(data, "billable_average_w", 2500),
        )
