"""A line in the tables of sensors, and the sensor that it makes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.sensor import SensorEntity, SensorEntityDescription

from .coordinator import P1MonitorCoordinator, Snapshot
from .entity import P1MonitorEntity, P1MonitorEntityDescription
from .register import Register


def _electricity_meter(snapshot: Snapshot) -> str | None:
    return snapshot.reading.meter_id


@dataclass(frozen=True, kw_only=True)
class P1MonitorSensorDescription(P1MonitorEntityDescription, SensorEntityDescription):
    """A sensor: value_fn gives its native value, None where the device does not say.

    register: the value is a register that only counts up (see register.py), of the
    meter whose serial number meter_fn gives.
    """

    value_fn: Callable[[Snapshot], Any]
    register: bool = False
    meter_fn: Callable[[Snapshot], str | None] = _electricity_meter


class P1MonitorSensor(P1MonitorEntity, SensorEntity):
    """A sensor of the tables."""

    entity_description: P1MonitorSensorDescription

    def __init__(self, coordinator: P1MonitorCoordinator, description: P1MonitorSensorDescription) -> None:
        """Take a line of a table."""
        self._register = Register() if description.register else None
        super().__init__(coordinator, description)

    @override
    def _read(self) -> Any:
        snapshot = self.coordinator.data
        value = self.entity_description.value_fn(snapshot)
        if self._register is None:
            return value
        meter = self.entity_description.meter_fn(snapshot)
        return self._register.believe(value, meter, snapshot.reading.time)

    @override
    def _show(self, value: Any) -> None:
        self._attr_native_value = value
