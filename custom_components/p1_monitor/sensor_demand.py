"""Sensors of the running quarter and of the peaks, which the capacity tariff bills."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import UnitOfPower

from .api import MonthPeak
from .coordinator import Snapshot
from .entity import AT_CHANGE, TEN_SECONDS, Rhythm
from .sensor_entity import P1MonitorSensorDescription


def previous_month_peak(snapshot: Snapshot) -> MonthPeak | None:
    """Return the peak of the previous calendar month by the meter's clock, None if the meter has no peak of that month.

    The previous month is not always the newest closed month in the meter's list. If a meter had no power during a whole
    month, its list does not contain that month.
    """
    if (now := snapshot.quarter.start or snapshot.reading.time) is None:
        return None
    year, month = (now.year, now.month - 1) if now.month > 1 else (now.year - 1, 12)
    month_name = f"{year}-{month:02}"
    return next((peak for peak in snapshot.peaks.months if peak.month == month_name), None)


def _previous_power(snapshot: Snapshot) -> int | None:
    peak = previous_month_peak(snapshot)
    return peak.power_w if peak else None


def running_power(snapshot: Snapshot) -> int | None:
    """Return the running month's peak in W."""
    running = snapshot.peaks.running
    return running.power_w if running else None


def _has_quarters(snapshot: Snapshot) -> bool:
    return snapshot.quarter.id is not None


def _last_quarter(snapshot: Snapshot) -> int | None:
    last = snapshot.day.last
    return last.average_w if last else None


def _day_peak(snapshot: Snapshot) -> int | None:
    peak = snapshot.day.peak
    return peak.average_w if peak else None


def _running_end(snapshot: Snapshot) -> datetime | None:
    running = snapshot.peaks.running
    return running.end if running else None


def _month_list(snapshot: Snapshot) -> Mapping[str, Any]:
    return {
        "months": [
            {
                "month": peak.month,
                "kW": None if peak.power_w is None else peak.power_w / 1000,
                "time": peak.end.isoformat() if peak.end else None,
            }
            for peak in snapshot.peaks.months
        ]
    }


def _demand_source(snapshot: Snapshot) -> Mapping[str, Any]:
    return {"source": snapshot.quarter.demand_source}


def _demand(
    key: str,
    value_fn: Callable[[Snapshot], int | None],
    *,
    rhythm: Rhythm = AT_CHANGE,
    state_class: SensorStateClass | None = SensorStateClass.MEASUREMENT,
    needs_telegrams: bool = True,
    enabled: bool = True,
    has_fn: Callable[[Snapshot], bool] | None = None,
    attributes_fn: Callable[[Snapshot], Mapping[str, Any]] | None = None,
) -> P1MonitorSensorDescription:
    """Return the description of a sensor for a demand, a peak or the target. The value is in W, and is shown in kW."""
    return P1MonitorSensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.POWER,
        state_class=state_class,
        native_unit_of_measurement=UnitOfPower.WATT,
        suggested_unit_of_measurement=UnitOfPower.KILO_WATT,
        suggested_display_precision=2,
        entity_registry_enabled_default=enabled,
        rhythm=rhythm,
        needs_telegrams=needs_telegrams,
        has_fn=has_fn or (lambda s: value_fn(s) is not None),
        value_fn=value_fn,
        attributes_fn=attributes_fn,
    )


def _advice(
    key: str, value_fn: Callable[[Snapshot], int | None], *, enabled: bool
) -> P1MonitorSensorDescription:
    """Return the description of a sensor for the allowed power or the headroom, in W.

    Automations use these sensors to switch appliances on and off.
    """
    return P1MonitorSensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.POWER,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfPower.WATT,
        suggested_display_precision=0,
        entity_registry_enabled_default=enabled,
        rhythm=TEN_SECONDS,
        has_fn=lambda s: value_fn(s) is not None,
        value_fn=value_fn,
    )


def _timestamp(
    key: str,
    value_fn: Callable[[Snapshot], datetime | None],
    *,
    needs_telegrams: bool = True,
    enabled: bool = True,
) -> P1MonitorSensorDescription:
    return P1MonitorSensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_registry_enabled_default=enabled,
        needs_telegrams=needs_telegrams,
        has_fn=lambda s: value_fn(s) is not None,
        value_fn=value_fn,
    )


DEMAND_SENSORS: tuple[P1MonitorSensorDescription, ...] = (
    _demand(
        "average_demand",
        lambda s: s.quarter.demand_w,
        rhythm=TEN_SECONDS,
        attributes_fn=_demand_source,
    ),
    _demand("projected_demand", lambda s: s.quarter.projected_w, rhythm=TEN_SECONDS),
    _advice("allowed_power", lambda s: s.quarter.allowed_w, enabled=False),
    _advice("headroom", lambda s: s.quarter.headroom_w, enabled=True),
    # This sensor is added at the first telegram, and its value is unknown until a quarter has ended.
    _demand("last_quarter_demand", _last_quarter, has_fn=_has_quarters),
    _timestamp("quarter_end", lambda s: s.quarter.end, enabled=False),
    _demand("peak_month", running_power, needs_telegrams=False),
    # The time of the month's peak is the end of the peak's quarter. The meter sends this time (1-0:1.6.0).
    _timestamp("peak_month_time", _running_end, needs_telegrams=False),
    _demand("peak_today", _day_peak, needs_telegrams=False, enabled=False, has_fn=_has_quarters),
    _demand("peak_previous_month", _previous_power, state_class=None, needs_telegrams=False),
    _demand(
        "peak_average_12m",
        lambda s: s.peaks.billable_average_w,
        needs_telegrams=False,
        attributes_fn=_month_list,
    ),
    _demand(
        "peak_target_active",
        lambda s: s.quarter.target_w,
        state_class=None,
        enabled=False,
    ),
)
