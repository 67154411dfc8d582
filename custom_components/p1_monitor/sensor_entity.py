"""The type of the rows in the sensor tables, and the entity that is made from a row."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, override

from homeassistant.components.sensor import SensorEntity, SensorEntityDescription

from .coordinator import P1MonitorCoordinator, Snapshot
from .entity import P1MonitorEntity, P1MonitorEntityDescription
from .register_guard import MaxRate, RegisterGuard


def _electricity_meter(snapshot: Snapshot) -> str | None:
    return snapshot.reading.meter_id


@dataclass(frozen=True, kw_only=True)
class P1MonitorSensorDescription(P1MonitorEntityDescription, SensorEntityDescription):
    """A row of a sensor table.

    value_fn: the sensor's native value, None if it is not known. max_rate: how fast the value can rise, if the sensor
    shows a register (see register_guard.py). meter_fn: the id of the register's meter. measured_fn: the time at which
    the register was read, None for the time of the telegram. last_reset_fn: the time at which a total began.
    """

    value_fn: Callable[[Snapshot], Any]
    max_rate: MaxRate | None = None
    meter_fn: Callable[[Snapshot], str | None] = _electricity_meter
    measured_fn: Callable[[Snapshot], datetime | None] = lambda _: None
    last_reset_fn: Callable[[Snapshot], datetime | None] | None = None


class P1MonitorSensor(P1MonitorEntity, SensorEntity):
    """Sensor entity for one row of a sensor table."""

    # The attribute `months` lists up to 13 months and changes only once a month. It is not recorded, because it would
    # fill the recorder.
    _unrecorded_attributes = frozenset({"months"})

    entity_description: P1MonitorSensorDescription

    def __init__(self, coordinator: P1MonitorCoordinator, description: P1MonitorSensorDescription) -> None:
        self._guard = RegisterGuard(description.max_rate) if description.max_rate else None
        super().__init__(coordinator, description)

    @override
    def _current_value(self) -> Any:
        snapshot = self.coordinator.data
        value = self.entity_description.value_fn(snapshot)
        if self._guard is None:
            return value
        description = self.entity_description
        return self._guard.check(
            value, description.meter_fn(snapshot), snapshot.reading.time, description.measured_fn(snapshot)
        )

    @override
    def _should_write(self, value: Any) -> bool:
        return super()._should_write(value) or self._last_reset() != self._attr_last_reset

    @override
    def _set_value(self, value: Any) -> None:
        self._attr_native_value = value
        self._attr_last_reset = self._last_reset()

    def _last_reset(self) -> datetime | None:
        reset_fn = self.entity_description.last_reset_fn
        return None if reset_fn is None else reset_fn(self.coordinator.data)
