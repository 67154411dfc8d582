"""Sensors of the cost of peaks. These sensors exist if the owner has chosen a network area that has a rate."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass

from .capacity_cost import RATES_YEAR, extra_cost, month_cost, year_cost
from .coordinator import BRUSSELS, Snapshot
from .entity import AT_CHANGE, TEN_SECONDS, Rhythm
from .sensor_demand import running_power
from .sensor_entity import P1MonitorSensorDescription

EURO = "EUR"


def _month_start(snapshot: Snapshot) -> datetime | None:
    if (now := snapshot.quarter.start) is None:
        return None
    return datetime(now.year, now.month, 1, tzinfo=BRUSSELS)


def _month_cost(snapshot: Snapshot) -> float | None:
    # Before the first telegram the cost is None, because the running month is not known.
    return month_cost(snapshot.area, running_power(snapshot)) if snapshot.quarter.start else None


def _year_cost(snapshot: Snapshot) -> float | None:
    return year_cost(snapshot.area, snapshot.peaks.billable_average_w)


def _extra_cost(snapshot: Snapshot) -> float | None:
    return extra_cost(snapshot.area, running_power(snapshot), snapshot.quarter.projected_w)


def _rates(snapshot: Snapshot) -> Mapping[str, Any]:
    """Return the year of the rates, and whether that year is over.

    The rates change each January. A new version of this integration contains the new rates.
    """
    now = snapshot.quarter.start
    return {"rates_of": RATES_YEAR, "outdated": now is not None and now.year > RATES_YEAR}


def _cost(
    key: str,
    value_fn: Callable[[Snapshot], float | None],
    *,
    state_class: SensorStateClass | None = None,
    last_reset_fn: Callable[[Snapshot], datetime | None] | None = None,
    rhythm: Rhythm = AT_CHANGE,
    needs_telegrams: bool = False,
) -> P1MonitorSensorDescription:
    return P1MonitorSensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.MONETARY,
        state_class=state_class,
        native_unit_of_measurement=EURO,
        suggested_display_precision=2,
        rhythm=rhythm,
        needs_telegrams=needs_telegrams,
        has_fn=lambda s: value_fn(s) is not None,
        value_fn=value_fn,
        last_reset_fn=last_reset_fn,
        attributes_fn=_rates,
    )


COST_SENSORS: tuple[P1MonitorSensorDescription, ...] = (
    _cost(
        "capacity_cost_month",
        _month_cost,
        state_class=SensorStateClass.TOTAL,
        last_reset_fn=_month_start,
    ),
    _cost("capacity_cost_year", _year_cost),
    _cost("capacity_cost_quarter", _extra_cost, rhythm=TEN_SECONDS, needs_telegrams=True),
)
