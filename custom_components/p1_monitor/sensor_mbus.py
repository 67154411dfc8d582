"""Gas, water and heat meters: each a device of its own, told by its own serial number."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import UnitOfEnergy, UnitOfVolume
from homeassistant.helpers.device_registry import (
    DeviceInfo,
    async_get_device_id_by_identifier,
)

from .api import MBusDevice
from .const import DOMAIN
from .coordinator import P1MonitorCoordinator, Snapshot
from .sensor_entity import P1MonitorSensor, P1MonitorSensorDescription

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class MBusKind:
    """What meters of one type count; device is the translation key of their name."""

    key: str
    device: str
    device_class: SensorDeviceClass
    unit: str
    value_fn: Callable[[MBusDevice], float | None]


def _volume(key: str, device_class: SensorDeviceClass) -> MBusKind:
    return MBusKind(
        key=key,
        device=f"{key}_meter",
        device_class=device_class,
        unit=UnitOfVolume.CUBIC_METERS,
        value_fn=lambda meter: meter.volume_m3,
    )


KINDS = {
    "gas": _volume("gas", SensorDeviceClass.GAS),
    "water": _volume("water", SensorDeviceClass.WATER),
    "hot_water": _volume("hot_water", SensorDeviceClass.WATER),
    "heat": MBusKind(
        key="heat",
        device="heat_meter",
        device_class=SensorDeviceClass.ENERGY,
        unit=UnitOfEnergy.GIGA_JOULE,
        value_fn=lambda meter: meter.energy_gj,
    ),
}


def meters_by_key(snapshot: Snapshot) -> dict[str, MBusDevice]:
    """The meters that count something, by what tells them apart.

    A channel that was never linked shows 0 for ever and is none. A meter that was moved
    to another channel may still stand on its old one: the newest of the two counts.
    """
    meters: dict[str, MBusDevice] = {}
    for meter in snapshot.reading.mbus:
        kind = KINDS.get(meter.type or "")
        if kind is None or not kind.value_fn(meter):
            continue
        key = f"{meter.id or f'channel_{meter.channel}'}_{kind.key}"
        if key not in meters or _is_newer(meter, meters[key]):
            meters[key] = meter
    return meters


def _is_newer(meter: MBusDevice, other: MBusDevice) -> bool:
    return (meter.time or LONG_AGO) > (other.time or LONG_AGO)


class MBusSensor(P1MonitorSensor):
    """What one meter on the M-Bus has counted."""

    _attr_name = None

    def __init__(self, coordinator: P1MonitorCoordinator, key: str) -> None:
        """Take the meter of this key, which the newest reading holds."""
        meter = meters_by_key(coordinator.data)[key]
        kind = KINDS[meter.type or ""]

        def value(snapshot: Snapshot) -> float | None:
            now = meters_by_key(snapshot).get(key)
            return None if now is None else kind.value_fn(now)

        super().__init__(
            coordinator,
            P1MonitorSensorDescription(
                key=key,
                device_class=kind.device_class,
                state_class=SensorStateClass.TOTAL_INCREASING,
                native_unit_of_measurement=kind.unit,
                suggested_display_precision=3,
                register=True,
                has_fn=lambda _: True,
                value_fn=value,
                meter_fn=lambda _: meter.id,
            ),
        )
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, f"{coordinator.device_id}_{key}")},
            translation_key=kind.device,
            serial_number=meter.id,
            via_device_id=async_get_device_id_by_identifier(
                coordinator.hass,
                (DOMAIN, coordinator.device_id),
                config_entry_id=coordinator.config_entry.entry_id,
            ),
        )
