"""Sensors of the electricity meter: registers, power, phases, tariff, and the meter's own state."""

from collections.abc import Callable
from datetime import datetime

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import (
    EntityCategory,
    UnitOfElectricCurrent,
    UnitOfElectricPotential,
    UnitOfEnergy,
    UnitOfPower,
)

from . import impact
from .capacity_tariff import DOUBTED_W
from .coordinator import Snapshot
from .entity import ENERGY, POWER, TEN_SECONDS
from .register_guard import MaxRate
from .sensor_entity import P1MonitorSensorDescription

type Value[T] = Callable[[Snapshot], T | None]

# In Belgium 1 is the normal tariff and 2 the low tariff. In the Netherlands the two numbers are swapped.
TARIFFS = {1: "day", 2: "night"}
BREAKER_STATES = {0: "disconnected", 1: "connected", 2: "ready"}


def electricity_max_rate(snapshot: Snapshot) -> MaxRate:
    """Return the fastest rise of the electricity meter's registers, in kWh, that is believed without confirmation.

    `step` is more than the energy of one second, because a late telegram contains the energy of several seconds.
    """
    power_w = max(DOUBTED_W, 2 * (snapshot.quarter.limit_w or 0))
    return MaxRate(per_hour=power_w / 1000, step=0.1)


def net_power(import_w: int | None, export_w: int | None) -> int | None:
    """Return the signed power, positive for import. export_w is None if the meter does not measure export."""
    return None if import_w is None else import_w - (export_w or 0)


def _impact_time(snapshot: Snapshot) -> datetime | None:
    """Return the meter's time, which decides the price of tarif Impact. None if another tariff applies."""
    return snapshot.reading.time if snapshot.area == impact.AREA else None


def _energy(
    key: str, value_fn: Value[float], *, tariff: int | None = None, export: bool = False
) -> P1MonitorSensorDescription:
    def has(snapshot: Snapshot) -> bool:
        value = value_fn(snapshot)
        return value is not None and (value > 0 or not export)

    return P1MonitorSensorDescription(
        key=key if tariff is None else f"{key}_t{tariff}",
        translation_key=key if tariff is None else f"{key}_tariff",
        translation_placeholders=None if tariff is None else {"tariff": str(tariff)},
        device_class=SensorDeviceClass.ENERGY,
        state_class=SensorStateClass.TOTAL_INCREASING,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=3,
        rhythm=ENERGY,
        max_rate_fn=electricity_max_rate,
        has_fn=has,
        value_fn=value_fn,
    )


def _import_tariff(tariff: int) -> P1MonitorSensorDescription:
    return _energy(
        "energy_import",
        lambda s: s.reading.energy_import_tariffs_kwh[tariff - 1],
        tariff=tariff,
    )


def _export_tariff(tariff: int) -> P1MonitorSensorDescription:
    return _energy(
        "energy_export",
        lambda s: s.reading.energy_export_tariffs_kwh[tariff - 1],
        tariff=tariff,
        export=True,
    )


def _power(
    key: str,
    value_fn: Value[int],
    enabled_fn: Callable[[Snapshot], bool],
    *,
    phase: int | None = None,
    named: bool = True,
) -> P1MonitorSensorDescription:
    name = key if phase is None else "power_phase"
    return P1MonitorSensorDescription(
        key=key,
        translation_key=name if named else None,
        translation_placeholders=None if phase is None else {"phase": str(phase)},
        device_class=SensorDeviceClass.POWER,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfPower.WATT,
        suggested_display_precision=0,
        rhythm=POWER,
        has_fn=lambda s: value_fn(s) is not None,
        enabled_fn=enabled_fn,
        value_fn=value_fn,
    )


def _phase_power(phase: int) -> P1MonitorSensorDescription:
    # On a single-phase meter, the power of the phase equals the power of the whole house. Therefore this sensor starts
    # disabled.
    return _power(
        f"power_l{phase}",
        lambda s: net_power(
            s.reading.power_import_phases_w[phase - 1],
            s.reading.power_export_phases_w[phase - 1],
        ),
        lambda s: s.reading.power_import_phases_w[1] is not None,
        phase=phase,
    )


def _phase_voltage(phase: int) -> P1MonitorSensorDescription:
    return P1MonitorSensorDescription(
        key=f"voltage_l{phase}",
        translation_key="voltage_phase",
        translation_placeholders={"phase": str(phase)},
        device_class=SensorDeviceClass.VOLTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfElectricPotential.VOLT,
        suggested_display_precision=1,
        entity_registry_enabled_default=False,
        rhythm=TEN_SECONDS,
        has_fn=lambda s: s.reading.voltage_phases_v[phase - 1] is not None,
        value_fn=lambda s: s.reading.voltage_phases_v[phase - 1],
    )


def _phase_current(phase: int) -> P1MonitorSensorDescription:
    return P1MonitorSensorDescription(
        key=f"current_l{phase}",
        translation_key="current_phase",
        translation_placeholders={"phase": str(phase)},
        device_class=SensorDeviceClass.CURRENT,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
        suggested_display_precision=2,
        entity_registry_enabled_default=False,
        rhythm=TEN_SECONDS,
        has_fn=lambda s: s.reading.current_phases_a[phase - 1] is not None,
        value_fn=lambda s: s.reading.current_phases_a[phase - 1],
    )


METER_SENSORS: tuple[P1MonitorSensorDescription, ...] = (
    _energy("energy_import", lambda s: s.reading.energy_import_kwh),
    *(_import_tariff(tariff) for tariff in range(1, 6)),
    _energy("energy_export", lambda s: s.reading.energy_export_kwh, export=True),
    *(_export_tariff(tariff) for tariff in range(1, 6)),
    _power(
        "power",
        lambda s: net_power(s.reading.power_import_w, s.reading.power_export_w),
        lambda _: True,
        named=False,  # the sensor's name is that of its device class, "Power"
    ),
    # With the original firmware, the sensor of import starts enabled. With our firmware the sensor of import starts
    # disabled, because the signed power includes import.
    _power("power_import", lambda s: s.reading.power_import_w, lambda s: not s.device),
    _power("power_export", lambda s: s.reading.power_export_w, lambda _: False),
    *(_phase_power(phase) for phase in range(1, 4)),
    *(_phase_voltage(phase) for phase in range(1, 4)),
    *(_phase_current(phase) for phase in range(1, 4)),
    P1MonitorSensorDescription(
        key="tariff",
        translation_key="tariff",
        device_class=SensorDeviceClass.ENUM,
        options=list(TARIFFS.values()),
        has_fn=lambda s: s.reading.tariff is not None,
        value_fn=lambda s: TARIFFS.get(s.reading.tariff or 0),
    ),
    P1MonitorSensorDescription(
        key="impact_tariff",
        translation_key="impact_tariff",
        device_class=SensorDeviceClass.ENUM,
        options=impact.COLOURS,
        has_fn=lambda s: _impact_time(s) is not None,
        value_fn=lambda s: impact.colour(now) if (now := _impact_time(s)) else None,
        attributes_fn=lambda s: (
            {"next_change": impact.next_change(now).isoformat()} if (now := _impact_time(s)) else {}
        ),
    ),
    P1MonitorSensorDescription(
        key="breaker_state",
        translation_key="breaker_state",
        device_class=SensorDeviceClass.ENUM,
        options=list(BREAKER_STATES.values()),
        entity_category=EntityCategory.DIAGNOSTIC,
        has_fn=lambda s: s.reading.breaker is not None,
        value_fn=lambda s: None if s.reading.breaker is None else BREAKER_STATES.get(s.reading.breaker),
    ),
    P1MonitorSensorDescription(
        key="limiter_power",
        translation_key="limiter_power",
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        suggested_unit_of_measurement=UnitOfPower.KILO_WATT,
        suggested_display_precision=1,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        has_fn=lambda s: s.reading.limiter_w is not None,
        value_fn=lambda s: s.reading.limiter_w,
    ),
    P1MonitorSensorDescription(
        key="fuse_current",
        translation_key="fuse_current",
        device_class=SensorDeviceClass.CURRENT,
        native_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
        suggested_display_precision=0,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        has_fn=lambda s: s.reading.fuse_a is not None,
        value_fn=lambda s: s.reading.fuse_a,
    ),
    P1MonitorSensorDescription(
        key="text_message",
        translation_key="text_message",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        has_fn=lambda s: s.reading.message is not None,
        # A meter's message has up to 1,024 characters, but a state of Home Assistant at most 255.
        value_fn=lambda s: s.reading.message[:255] if s.reading.message else None,
    ),
    P1MonitorSensorDescription(
        key="dsmr_version",
        translation_key="dsmr_version",
        entity_category=EntityCategory.DIAGNOSTIC,
        needs_telegrams=False,
        has_fn=lambda s: s.reading.meter_version is not None,
        value_fn=lambda s: s.reading.meter_version,
    ),
    P1MonitorSensorDescription(
        key="meter_model",
        translation_key="meter_model",
        entity_category=EntityCategory.DIAGNOSTIC,
        needs_telegrams=False,
        has_fn=lambda s: s.reading.meter_model is not None,
        value_fn=lambda s: s.reading.meter_model,
    ),
    P1MonitorSensorDescription(
        key="meter_serial",
        translation_key="meter_serial",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        needs_telegrams=False,
        has_fn=lambda s: s.reading.meter_id is not None,
        value_fn=lambda s: s.reading.meter_id,
    ),
)
