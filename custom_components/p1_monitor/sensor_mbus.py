"""Sensors of gas, water and heat meters on the M-Bus. Each meter is a device, identified by its serial number."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
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
from homeassistant.util.unit_conversion import EnergyConverter

from .api import MBusDevice
from .const import DOMAIN
from .coordinator import P1MonitorCoordinator, Snapshot
from .register_guard import MaxRate, RegisterGuard, RegisterReading
from .sensor_entity import AnySensorDescription, RegisterSensor
from .sensor_meter import BREAKER_STATES

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
SECONDS_PER_HOUR = 3600
CUBIC_METERS = UnitOfVolume.CUBIC_METERS


@dataclass(frozen=True, kw_only=True)
class MBusKind:
    """A kind of meter on the M-Bus, such as gas or water.

    device: the translation key of the meter's name. volume_class: the device class of a register in m3. max_rate: the
    fastest rise that is believed without confirmation. This rise is four times the flow, in m3 per hour, of the largest
    household connection. flow_unit: the unit in which the flow is shown, None for a kind without a flow sensor.
    """

    key: str
    device: str
    volume_class: SensorDeviceClass
    max_rate: MaxRate
    flow_unit: str | None = None


def _kind(
    key: str, volume_class: SensorDeviceClass, per_hour: float, flow_unit: str | None = None
) -> MBusKind:
    return MBusKind(
        key=key,
        device=f"{key}_meter",
        volume_class=volume_class,
        max_rate=MaxRate(per_hour=per_hour, step=0.1),
        flow_unit=flow_unit,
    )


CUBIC_METERS_PER_HOUR = UnitOfVolumeFlowRate.CUBIC_METERS_PER_HOUR
LITERS_PER_MINUTE = UnitOfVolumeFlowRate.LITERS_PER_MINUTE

KINDS = {
    kind.key: kind
    for kind in (
        _kind("gas", SensorDeviceClass.GAS, 4 * 25, CUBIC_METERS_PER_HOUR),  # G16
        _kind("water", SensorDeviceClass.WATER, 4 * 10, LITERS_PER_MINUTE),
        _kind("hot_water", SensorDeviceClass.WATER, 4 * 10, LITERS_PER_MINUTE),
        _kind("heat", SensorDeviceClass.VOLUME, 4 * 10),
        _kind("electricity", SensorDeviceClass.VOLUME, 4 * 10),
    )
}
# The fastest rise of a register of energy, in kWh, that is believed without confirmation. A heat meter that counts in
# units of 0.1 GJ rises by 27.8 kWh at once. Therefore `step` is 28.
ENERGY_MAX_RATE = MaxRate(per_hour=4 * 100, step=28)


def unit_of(meter: MBusDevice) -> str:
    """Return the unit of the meter's register as Home Assistant writes it. An unknown unit remains as it is."""
    return CUBIC_METERS if meter.unit == "m3" else meter.unit or ""


def meters_by_key(snapshot: Snapshot) -> dict[str, MBusDevice]:
    """Return {key: meter} of the meters that have a register and are of a kind in KINDS.

    The key consists of the meter's id and kind. If the meter has no id, the key contains the channel instead.

    A meter whose register is 0 is left out if the meter has no id or no time. The telegram contains such a meter for a
    channel that was never linked to a meter. A new meter's register may be 0 too, but a new meter has a time.

    If a meter has moved to another channel, the telegram may contain the meter for both channels. In this case, the
    meter's newer values are returned.
    """
    meters: dict[str, MBusDevice] = {}
    for meter in snapshot.reading.mbus:
        kind = KINDS.get(meter.type or "")
        if kind is None or meter.value is None or (not meter.value and None in (meter.id, meter.time)):
            continue
        key = f"{meter.id or f'channel_{meter.channel}'}_{kind.key}"
        if key not in meters or _is_newer(meter, meters[key]):
            meters[key] = meter
    return meters


def _is_newer(meter: MBusDevice, other: MBusDevice) -> bool:
    return (meter.time or LONG_AGO) > (other.time or LONG_AGO)


@dataclass(frozen=True, kw_only=True)
class MBusSensorDescription(AnySensorDescription):
    """A row of a table of M-Bus sensors.

    value_fn: the sensor's value for its meter. exists_fn: True if the meter has the sensor. max_rate: the fastest rise
    of the value that is believed without confirmation, if the value is a register.
    """

    value_fn: Callable[[MBusDevice], Any]
    exists_fn: Callable[[MBusDevice], bool] = lambda _: True
    max_rate: MaxRate | None = None
    has_fn: Callable[[Snapshot], bool] = lambda _: True


def _register(meter: MBusDevice) -> MBusSensorDescription:
    """Return the row for the sensor of a meter's register.

    If the register has an unknown unit, the sensor has no device class and no state class, and no RegisterGuard checks
    the register's values.
    """
    unit = unit_of(meter)
    kind = KINDS[meter.type or ""]
    known: dict[str, Any] = {}
    if unit == CUBIC_METERS:
        known = {"device_class": kind.volume_class, "max_rate": kind.max_rate}
    elif unit in EnergyConverter.VALID_UNITS:
        factor = EnergyConverter.convert(1, UnitOfEnergy.KILO_WATT_HOUR, unit)
        max_rate = MaxRate(per_hour=ENERGY_MAX_RATE.per_hour * factor, step=ENERGY_MAX_RATE.step * factor)
        known = {"device_class": SensorDeviceClass.ENERGY, "max_rate": max_rate}
    return MBusSensorDescription(
        key="register",
        state_class=SensorStateClass.TOTAL_INCREASING if known else None,
        native_unit_of_measurement=unit or None,
        suggested_display_precision=3,
        value_fn=lambda now: now.value if unit_of(now) == unit else None,
        **known,
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
        max_rate=kind.max_rate,
        exists_fn=lambda meter: meter.type == kind.key and unit_of(meter) == CUBIC_METERS,
        value_fn=lambda meter: meter.value,
    )


MBUS_SENSORS: tuple[MBusSensorDescription, ...] = (
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
        MBusSensor(coordinator, key, _register(meter)),
        *(MBusSensor(coordinator, key, row) for row in MBUS_SENSORS if row.exists_fn(meter)),
        *(MBusFlowSensor(coordinator, key, row) for row in MBUS_FLOWS if row.exists_fn(meter)),
    ]


class MBusSensor(RegisterSensor):
    """Sensor entity of one meter on the M-Bus. The sensor of the meter's register has the name and key of the meter."""

    entity_description: MBusSensorDescription

    def __init__(
        self, coordinator: P1MonitorCoordinator, key: str, description: MBusSensorDescription
    ) -> None:
        meter = meters_by_key(coordinator.data)[key]
        self._meter_key = key
        is_register = description.translation_key is None
        super().__init__(coordinator, description, key if is_register and description.max_rate else None)
        if is_register:
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
        return None if meter is None else self._value_of(meter)

    def _value_of(self, meter: MBusDevice) -> Any:
        value, max_rate = self.entity_description.value_fn(meter), self.entity_description.max_rate
        if self._guard is None or max_rate is None or value is None:
            return value
        return self._guard.check(self._reading(meter, value), max_rate)

    def _reading(self, meter: MBusDevice, value: float) -> RegisterReading:
        return RegisterReading(
            value=value, read_at=meter.time or self.coordinator.data.telegram_at, meter_id=meter.id
        )

    @override
    def _set_value(self, value: Any) -> None:
        self._attr_native_value = value


class MBusFlowSensor(MBusSensor):
    """Sensor entity of the flow through a meter, computed from the newest two readings of the meter's register."""

    _previous: RegisterReading | None = None
    _per_hour: float | None = None

    def __init__(
        self, coordinator: P1MonitorCoordinator, key: str, description: MBusSensorDescription
    ) -> None:
        self._flow_guard = RegisterGuard()
        super().__init__(coordinator, key, description)

    @override
    def _value_of(self, meter: MBusDevice) -> float | None:
        """Return the flow in m3/h, None before the second reading. A meter is read about every 5 minutes."""
        value, max_rate = self.entity_description.value_fn(meter), self.entity_description.max_rate
        if meter.time is None or value is None or max_rate is None:
            return None
        self._flow_guard.check(self._reading(meter, value), max_rate)
        if self._flow_guard.leaps:
            self._flow_guard.leaps.clear()
            self._previous = self._per_hour = None
        previous, self._previous = self._previous, self._flow_guard.accepted
        if previous is not None and self._previous is not None:
            passed_s = (self._previous.read_at - previous.read_at).total_seconds()
            if passed_s > 0:
                self._per_hour = (self._previous.value - previous.value) * SECONDS_PER_HOUR / passed_s
        return None if self._per_hour is None else round(self._per_hour, 3)
