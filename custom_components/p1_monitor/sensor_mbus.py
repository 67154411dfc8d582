"""Gas, water and heat meters: each a device of its own, told by its own serial number."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
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
from .entity import AT_CHANGE
from .register_guard import MaxRate
from .sensor_entity import P1MonitorSensor, P1MonitorSensorDescription
from .sensor_meter import BREAKER_STATES

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
SECONDS_PER_HOUR = 3600


@dataclass(frozen=True, kw_only=True)
class MBusKind:
    """What meters of one type count; device is the translation key of their name.

    max_rate: what the largest household connection of this kind carries. flow_unit: in which
    unit a flow is shown, where it is known (kept in m3/h).
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
    """The meters that count something, by what tells them apart.

    A channel that was never linked shows 0 for ever, of no known time, and is none; a new
    meter has counted 0 and says when. A meter that was moved to another channel may still
    stand on its old one: the newest of the two counts.
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


class Flow:
    """What flows through a meter: what it counted between its newest two readings, per hour."""

    def __init__(self) -> None:
        """Begin without a reading."""
        self._before: MBusDevice | None = None
        self._per_hour: float | None = None

    def of(self, meter: MBusDevice | None) -> float | None:
        """The flow in m3/h once a second reading has come; a meter is read every 5 minutes or so."""
        if meter is None or meter.time is None or meter.volume_m3 is None:
            return None
        before, self._before = self._before, meter
        if before is not None and before.time is not None and before.volume_m3 is not None:
            passed_s = (meter.time - before.time).total_seconds()
            used_m3 = meter.volume_m3 - before.volume_m3
            if passed_s > 0:
                self._per_hour = max(0.0, used_m3) * SECONDS_PER_HOUR / passed_s
        return None if self._per_hour is None else round(self._per_hour, 3)


def descriptions(snapshot: Snapshot, key: str) -> list[P1MonitorSensorDescription]:
    """The sensors of the meter of this key, which the snapshot holds."""
    first = meters_by_key(snapshot)[key]
    kind = KINDS[first.type or ""]

    def meter(snapshot: Snapshot) -> MBusDevice | None:
        return meters_by_key(snapshot).get(key)

    def value(snapshot: Snapshot) -> float | None:
        now = meter(snapshot)
        return None if now is None else kind.value_fn(now)

    def time(snapshot: Snapshot) -> datetime | None:
        now = meter(snapshot)
        return None if now is None else now.time

    def valve(snapshot: Snapshot) -> str | None:
        now = meter(snapshot)
        return None if now is None or now.valve is None else BREAKER_STATES.get(now.valve)

    found = [
        P1MonitorSensorDescription(
            key=key,
            device_class=kind.device_class,
            state_class=SensorStateClass.TOTAL_INCREASING,
            native_unit_of_measurement=kind.unit,
            suggested_display_precision=3,
            max_rate=kind.max_rate,
            has_fn=lambda _: True,
            value_fn=value,
            meter_fn=lambda _: first.id,
            measured_fn=time,
        ),
        P1MonitorSensorDescription(
            key=f"{key}_time",
            translation_key="reading_time",
            device_class=SensorDeviceClass.TIMESTAMP,
            entity_category=EntityCategory.DIAGNOSTIC,
            entity_registry_enabled_default=False,
            has_fn=lambda _: True,
            value_fn=time,
        ),
    ]
    if kind.flow_unit is not None:
        flow = Flow()
        found.append(
            P1MonitorSensorDescription(
                key=f"{key}_flow",
                translation_key="flow",
                device_class=SensorDeviceClass.VOLUME_FLOW_RATE,
                state_class=SensorStateClass.MEASUREMENT,
                native_unit_of_measurement=CUBIC_METERS_PER_HOUR,
                suggested_unit_of_measurement=kind.flow_unit,
                suggested_display_precision=2,
                entity_registry_enabled_default=False,
                rhythm=AT_CHANGE,
                has_fn=lambda _: True,
                value_fn=lambda s: flow.of(meter(s)),
            )
        )
    if first.valve is not None:
        found.append(
            P1MonitorSensorDescription(
                key=f"{key}_valve",
                translation_key="valve",
                device_class=SensorDeviceClass.ENUM,
                options=list(BREAKER_STATES.values()),
                entity_category=EntityCategory.DIAGNOSTIC,
                entity_registry_enabled_default=False,
                has_fn=lambda _: True,
                value_fn=valve,
            )
        )
    return found


class MBusSensor(P1MonitorSensor):
    """A sensor of one meter on the M-Bus."""

    def __init__(
        self, coordinator: P1MonitorCoordinator, key: str, description: P1MonitorSensorDescription
    ) -> None:
        """Take the meter of this key, which the newest reading holds."""
        meter = meters_by_key(coordinator.data)[key]
        if description.translation_key is None:  # what it counts goes by the name of the meter
            self._attr_name = None
        super().__init__(coordinator, description)
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
