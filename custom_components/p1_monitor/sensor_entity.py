"""The type of the rows in the sensor tables, and the entity that is made from a row."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, override

from homeassistant.components.sensor import SensorEntity, SensorEntityDescription
from homeassistant.core import callback

from .coordinator import P1MonitorCoordinator, Snapshot
from .entity import P1MonitorEntity, P1MonitorEntityDescription
from .register_guard import MaxRate, RegisterGuard, RegisterReading
from .register_leaps import record_leaps

# A register's newest reading is stored once in this time. A telegram arrives every second, too often to store each
# reading.
STORE_REGISTER_S = 15 * 60


@dataclass(frozen=True, kw_only=True)
class AnySensorDescription(P1MonitorEntityDescription, SensorEntityDescription):
    """Base class of the rows in all tables of sensors."""


@dataclass(frozen=True, kw_only=True)
class P1MonitorSensorDescription(AnySensorDescription):
    """A row of a sensor table.

    value_fn: the sensor's native value, None if the value is not known. max_rate_fn: the fastest rise of the value that
    is believed without confirmation, if the value is a register of the electricity meter (see register_guard.py).
    last_reset_fn: the time at which the count began, if the value is a total.
    """

    value_fn: Callable[[Snapshot], Any]
    max_rate_fn: Callable[[Snapshot], MaxRate] | None = None
    last_reset_fn: Callable[[Snapshot], datetime | None] | None = None


class RegisterSensor(P1MonitorEntity, SensorEntity):
    """Base class of the sensors. If a sensor shows a register, a RegisterGuard checks the register's values.

    The newest reading of the register is stored, so that the guard also notices that the meter was replaced while Home
    Assistant was not running.
    """

    entity_description: AnySensorDescription

    def __init__(
        self, coordinator: P1MonitorCoordinator, description: AnySensorDescription, register_key: str | None
    ) -> None:
        """Create a sensor from a row of a table.

        register_key: the key of the register that the sensor shows, None if the sensor shows no register.
        """
        self._register_key = register_key
        self._unit = description.native_unit_of_measurement or ""
        self._guard = None
        if register_key is not None:
            stored = coordinator.storage.get(f"register_{register_key}")
            self._guard = RegisterGuard(_from_json(stored, self._unit))
        super().__init__(coordinator, description)

    @override
    def _should_write(self, value: Any) -> bool:
        return super()._should_write(value) or (self._guard is not None and bool(self._guard.leaps))

    @callback
    @override
    def _async_write_ha_state(self) -> None:
        """Write the state to Home Assistant. For a register, also store its newest reading and record its leaps."""
        super()._async_write_ha_state()
        if self._guard is None or self._guard.accepted is None or self._attr_native_value is None:
            return
        state = self.hass.states.get(self.entity_id)
        if state is None or not self.available:
            return
        storage, key = self.coordinator.storage, self._register_key or ""
        if self._guard.leaps:
            record_leaps(storage, key, state.last_updated, self._guard.leaps, self._unit)
            self._guard.leaps.clear()
        storage.put(f"register_{key}", _to_json(self._guard.accepted, self._unit), within_s=STORE_REGISTER_S)


def _to_json(reading: RegisterReading, unit: str) -> dict[str, Any]:
    return {
        "value": reading.value,
        "unit": unit,
        "read_at": reading.read_at.isoformat(),
        "meter_id": reading.meter_id,
    }


def _from_json(stored: dict[str, Any] | None, unit: str) -> RegisterReading | None:
    """Return the stored reading. None if no reading is stored, or if the register now has another unit."""
    if stored is None or stored["unit"] != unit:
        return None
    return RegisterReading(
        value=stored["value"],
        read_at=datetime.fromisoformat(stored["read_at"]),
        meter_id=stored["meter_id"],
    )


class P1MonitorSensor(RegisterSensor):
    """Sensor entity for one row of a sensor table."""

    # The attribute `months` lists up to 13 months and changes only once a month. The attribute is not recorded, because
    # the list would fill the recorder.
    _unrecorded_attributes = frozenset({"months"})

    entity_description: P1MonitorSensorDescription

    def __init__(self, coordinator: P1MonitorCoordinator, description: P1MonitorSensorDescription) -> None:
        super().__init__(coordinator, description, description.key if description.max_rate_fn else None)

    @override
    def _current_value(self) -> Any:
        snapshot = self.coordinator.data
        value, max_rate_fn = self.entity_description.value_fn(snapshot), self.entity_description.max_rate_fn
        if self._guard is None or max_rate_fn is None or value is None:
            return value
        reading = RegisterReading(
            value=value, read_at=snapshot.telegram_at, meter_id=snapshot.reading.meter_id
        )
        return self._guard.check(reading, max_rate_fn(snapshot))

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
