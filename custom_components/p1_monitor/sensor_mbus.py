"""Sensors of gas, water and heat meters on the M-Bus. Each meter is a device, identified by its serial number."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import (
    EntityCategory,
    UnitOfEnergy,
    UnitOfVolume,
    UnitOfVolumeFlowRate,
)
from homeassistant.helpers.device_registry import (
    DeviceInfo,
    async_get_device_id_by_identifier,
)

from .api import MBusDevice
from .const import DOMAIN
from .coordinator import P1MonitorCoordinator, Snapshot
from .entity import P1MonitorEntity, P1MonitorEntityDescription
from .register_guard import MaxRate, RegisterGuard
from .sensor_meter import BREAKER_STATES

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
SECONDS_PER_HOUR = 3600


@dataclass(frozen=True, kw_only=True)
class MBusKind:
    """A kind of meter on the M-Bus, such as gas or water.

    device: the translation key of the meter's name. device_class, unit, value_fn: those of the meter's register.
    max_rate: the most that the largest household connection of this kind carries. flow_unit: the unit in which the flow
    is shown, None for a kind without a flow sensor. The flow is always computed in m3/h.
    """

    key: str
    device: str
    device_class: SensorDeviceClass
    unit: str
    value_fn: Callable[[MBusDevice], float | None]
    max_rate: MaxRate
    flow_unit: str | None = None


def _volume(key: str, device_class: SensorDeviceClass, per_hour: float, flow_unit: str) -> MBusKind:
    return MBusKind(
        key=key,
        device=f"{key}_meter",
        device_class=device_class,
        unit=UnitOfVolume.CUBIC_METERS,
        value_fn=lambda meter: meter.volume_m3,
        max_rate=MaxRate(per_hour=per_hour, step=0.1),
        flow_unit=flow_unit,
    )


CUBIC_METERS_PER_HOUR = UnitOfVolumeFlowRate.CUBIC_METERS_PER_HOUR
LITERS_PER_MINUTE = UnitOfVolumeFlowRate.LITERS_PER_MINUTE

KINDS = {
    "gas": _volume("gas", SensorDeviceClass.GAS, 25, CUBIC_METERS_PER_HOUR),  # G16
    "water": _volume("water", SensorDeviceClass.WATER, 10, LITERS_PER_MINUTE),
    "hot_water": _volume("hot_water", SensorDeviceClass.WATER, 10, LITERS_PER_MINUTE),
    "heat": MBusKind(
        key="heat",
        device="heat_meter",
        device_class=SensorDeviceClass.ENERGY,
        unit=UnitOfEnergy.GIGA_JOULE,
        value_fn=lambda meter: meter.energy_gj,
        max_rate=MaxRate(per_hour=0.36, step=0.1),  # 100 kW
    ),
}


def meters_by_key(snapshot: Snapshot) -> dict[str, MBusDevice]:
    """Return {key: meter} of the meters that have a register. The key consists of the meter's id and kind.

    If the meter has no id, the key contains the channel instead. A channel that was never linked to a meter is left
    out. The register of such a channel is always 0 and has no time, but the 0 of a new meter has a time. A meter that
    has moved may still be on its old channel too, so the newer of its two readings is returned.
    """
    meters: dict[str, MBusDevice] = {}
    for meter in snapshot.reading.mbus:
        kind = KINDS.get(meter.type or "")
        value = None if kind is None else kind.value_fn(meter)
        if kind is None or value is None or (not value and None in (meter.id, meter.time)):
            continue
        key = f"{meter.id or f'channel_{meter.channel}'}_{kind.key}"
        if key not in meters or _is_newer(meter, meters[key]):
            meters[key] = meter
    return meters


def _is_newer(meter: MBusDevice, other: MBusDevice) -> bool:
    return (meter.time or LONG_AGO) > (other.time or LONG_AGO)


@dataclass(frozen=True, kw_only=True)
class MBusSensorDescription(P1MonitorEntityDescription, SensorEntityDescription):
    """A row of a table of M-Bus sensors.

    value_fn: the sensor's value for its meter. exists_fn: True if the meter has the sensor. max_rate: the fastest rise
    of the value, if it is a register.
    """

    value_fn: Callable[[MBusDevice], Any]
    exists_fn: Callable[[MBusDevice], bool] = lambda _: True
    max_rate: MaxRate | None = None
    has_fn: Callable[[Snapshot], bool] = lambda _: True


def _register(kind: MBusKind) -> MBusSensorDescription:
    return MBusSensorDescription(
        key="register",
        device_class=kind.device_class,
        state_class=SensorStateClass.TOTAL_INCREASING,
        native_unit_of_measurement=kind.unit,
        suggested_display_precision=3,
        max_rate=kind.max_rate,
        exists_fn=lambda meter: meter.type == kind.key,
        value_fn=kind.value_fn,
    )


def _flow(kind: MBusKind) -> MBusSensorDescription:
    return MBusSensorDescription(
        key="flow",
        translation_key="flow",
        device_class=SensorDeviceClass.VOLUME_FLOW_RATE,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=CUBIC_METERS_PER_HOUR,
        suggested_unit_of_measurement=kind.flow_unit,
        suggested_display_precision=2,
        entity_registry_enabled_default=False,
        exists_fn=lambda meter: meter.type == kind.key,
        value_fn=kind.value_fn,
    )


MBUS_SENSORS: tuple[MBusSensorDescription, ...] = (
    *(_register(kind) for kind in KINDS.values()),
    MBusSensorDescription(
        key="time",
        translation_key="reading_time",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda meter: meter.time,
    ),
    MBusSensorDescription(
        key="valve",
        translation_key="valve",
        device_class=SensorDeviceClass.ENUM,
        options=list(BREAKER_STATES.values()),
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        exists_fn=lambda meter: meter.valve is not None,
        value_fn=lambda meter: None if meter.valve is None else BREAKER_STATES.get(meter.valve),
    ),
)
# Rows of the flow sensors. A flow sensor shows how fast the register in `value_fn` rises.
MBUS_FLOWS: tuple[MBusSensorDescription, ...] = tuple(
    _flow(kind) for kind in KINDS.values() if kind.flow_unit is not None
)


def mbus_sensors(coordinator: P1MonitorCoordinator, key: str) -> list[MBusSensor]:
    """Return the sensors of the meter with this key. The newest reading must contain the meter."""
    meter = meters_by_key(coordinator.data)[key]
    return [
        *(MBusSensor(coordinator, key, row) for row in MBUS_SENSORS if row.exists_fn(meter)),
        *(MBusFlowSensor(coordinator, key, row) for row in MBUS_FLOWS if row.exists_fn(meter)),
    ]


class MBusSensor(P1MonitorEntity, SensorEntity):
    """Sensor entity of one meter on the M-Bus. The sensor of the meter's register has the name and key of the meter."""

    entity_description: MBusSensorDescription

    def __init__(
        self, coordinator: P1MonitorCoordinator, key: str, description: MBusSensorDescription
    ) -> None:
        meter = meters_by_key(coordinator.data)[key]
        self._meter_key = key
        self._meter_id = meter.id
        self._guard = RegisterGuard(description.max_rate) if description.max_rate else None
        super().__init__(coordinator, description)
        if description.translation_key is None:
            self._attr_name = None
            self._attr_unique_id = f"{coordinator.device_id}_{key}"
        else:
            self._attr_unique_id = f"{coordinator.device_id}_{key}_{description.key}"
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, f"{coordinator.device_id}_{key}")},
            translation_key=KINDS[meter.type or ""].device,
            serial_number=meter.id,
            via_device_id=async_get_device_id_by_identifier(
                coordinator.hass,
                (DOMAIN, coordinator.device_id),
                config_entry_id=coordinator.config_entry.entry_id,
            ),
        )

    @override
    def _current_value(self) -> Any:
        meter = meters_by_key(self.coordinator.data).get(self._meter_key)
        if meter is None:
            return None
        value = self._value_of(meter)
        if self._guard is None:
            return value
        return self._guard.check(value, self._meter_id, self.coordinator.data.reading.time, meter.time)

    def _value_of(self, meter: MBusDevice) -> Any:
        return self.entity_description.value_fn(meter)

    @override
    def _set_value(self, value: Any) -> None:
        self._attr_native_value = value


class MBusFlowSensor(MBusSensor):
    """Sensor entity of the flow through a meter, computed from the newest two readings of the meter's register."""

    _previous: tuple[datetime, float] | None = None
    _per_hour: float | None = None

    @override
    def _value_of(self, meter: MBusDevice) -> float | None:
        """Return the flow in m3/h, None before the second reading. A meter is read about every 5 minutes."""
        value = self.entity_description.value_fn(meter)
        if meter.time is None or value is None:
            return None
        previous, self._previous = self._previous, (meter.time, value)
        if previous is not None:
            passed_s = (meter.time - previous[0]).total_seconds()
            if passed_s > 0:
                self._per_hour = max(0.0, value - previous[1]) * SECONDS_PER_HOUR / passed_s
        return None if self._per_hour is None else round(self._per_hour, 3)
