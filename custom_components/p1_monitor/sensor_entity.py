"""A line in the tables of sensors, and the sensor that it makes."""

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
    """A sensor: value_fn gives its native value, None where the device does not say.

    max_rate: the value is a register that counts up no faster than this (see register_guard.py), of
    the meter whose serial number meter_fn gives, read when measured_fn says.
    last_reset_fn: when a total began.
    """

    value_fn: Callable[[Snapshot], Any]
    max_rate: MaxRate | None = None
    meter_fn: Callable[[Snapshot], str | None] = _electricity_meter
    measured_fn: Callable[[Snapshot], datetime | None] = lambda _: None
    last_reset_fn: Callable[[Snapshot], datetime | None] | None = None


class P1MonitorSensor(P1MonitorEntity, SensorEntity):
    """A sensor of the tables."""

    # A list of a year, which changes once a month.
    _unrecorded_attributes = frozenset({"months"})

    entity_description: P1MonitorSensorDescription

    def __init__(self, coordinator: P1MonitorCoordinator, description: P1MonitorSensorDescription) -> None:
        """Take a line of a table."""
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
