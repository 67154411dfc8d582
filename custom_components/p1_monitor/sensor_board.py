"""Sensors of the board itself, which help to find a fault."""

from collections.abc import Callable
from datetime import datetime, timedelta

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import (
    PERCENTAGE,
    SIGNAL_STRENGTH_DECIBELS_MILLIWATT,
    EntityCategory,
    UnitOfInformation,
    UnitOfTime,
)

from .api import Device
from .coordinator import Snapshot
from .entity import AT_CHANGE, TEN_SECONDS, Rhythm
from .sensor_entity import P1MonitorSensorDescription


def _board(
    key: str,
    value_fn: Callable[[Device], int | None],
    *,
    device_class: SensorDeviceClass | None = None,
    state_class: SensorStateClass = SensorStateClass.MEASUREMENT,
    unit: str | None = None,
    rhythm: Rhythm = TEN_SECONDS,
) -> P1MonitorSensorDescription:
    def value(snapshot: Snapshot) -> int | None:
        return value_fn(snapshot.device) if snapshot.device else None

    return P1MonitorSensorDescription(
        key=key,
        translation_key=key,
        device_class=device_class,
        state_class=state_class,
        native_unit_of_measurement=unit,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        rhythm=rhythm,
        needs_telegrams=False,
        has_fn=lambda s: value(s) is not None,
        value_fn=value,
    )


def _text(key: str, value_fn: Callable[[Device], str | None]) -> P1MonitorSensorDescription:
    def value(snapshot: Snapshot) -> str | None:
        return value_fn(snapshot.device) if snapshot.device else None

    return P1MonitorSensorDescription(
        key=key,
        translation_key=key,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        needs_telegrams=False,
        has_fn=lambda s: value(s) is not None,
        value_fn=value,
    )


def _used_percent(device: Device) -> int | None:
    size, free = device.card.size_bytes, device.card.free_bytes
    return None if not size or free is None else round(100 * (size - free) / size)


def _start_time(snapshot: Snapshot) -> datetime | None:
    device, received_at = snapshot.device, snapshot.device_at
    if device is None or received_at is None or device.uptime_s is None:
        return None
    return received_at - timedelta(seconds=device.uptime_s)


BOARD_SENSORS: tuple[P1MonitorSensorDescription, ...] = (
    P1MonitorSensorDescription(
        key="last_telegram",
        translation_key="last_telegram",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        rhythm=TEN_SECONDS,
        needs_telegrams=False,
        has_fn=lambda s: s.reading.time is not None,
        value_fn=lambda s: s.reading.time,
    ),
    P1MonitorSensorDescription(
        key="telegram_interval",
        translation_key="telegram_interval",
        device_class=SensorDeviceClass.DURATION,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        rhythm=TEN_SECONDS,
        has_fn=lambda s: s.interval_s is not None,
        value_fn=lambda s: s.interval_s,
    ),
    _board(
        "crc_errors",
        lambda device: device.p1.crc_errors,
        state_class=SensorStateClass.TOTAL_INCREASING,
        rhythm=AT_CHANGE,
    ),
    _board(
        "wifi_rssi",
        lambda device: device.wifi_rssi_dbm,
        device_class=SensorDeviceClass.SIGNAL_STRENGTH,
        unit=SIGNAL_STRENGTH_DECIBELS_MILLIWATT,
    ),
    _text("wifi_ssid", lambda device: device.wifi_ssid),
    P1MonitorSensorDescription(
        key="uptime",
        translation_key="uptime",
        device_class=SensorDeviceClass.UPTIME,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        needs_telegrams=False,
        has_fn=lambda s: _start_time(s) is not None,
        value_fn=_start_time,
    ),
    _board(
        "free_heap",
        lambda device: device.heap_free_bytes,
        device_class=SensorDeviceClass.DATA_SIZE,
        unit=UnitOfInformation.BYTES,
    ),
    _board("heap_areas", lambda device: device.heap_areas, rhythm=AT_CHANGE),
    _board(
        "system_memory_free",
        lambda device: device.system_memory.free_bytes,
        device_class=SensorDeviceClass.DATA_SIZE,
        unit=UnitOfInformation.BYTES,
    ),
    _board(
        "system_memory_largest",
        lambda device: device.system_memory.largest_bytes,
        device_class=SensorDeviceClass.DATA_SIZE,
        unit=UnitOfInformation.BYTES,
    ),
    _board(
        "system_memory_lowest",
        lambda device: device.system_memory.lowest_bytes,
        device_class=SensorDeviceClass.DATA_SIZE,
        unit=UnitOfInformation.BYTES,
    ),
    _board("sd_used", _used_percent, unit=PERCENTAGE, rhythm=AT_CHANGE),
)
