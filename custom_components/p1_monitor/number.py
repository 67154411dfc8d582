"""Number entities for the numeric settings of the device."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.number import (
    NumberDeviceClass,
    NumberEntity,
    NumberEntityDescription,
    NumberMode,
)
from homeassistant.const import PERCENTAGE, EntityCategory, Platform, UnitOfPower
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .capacity_tariff import CONNECTION_W, FLOOR_W, MAX_TARGET_W, has_tariff
from .coordinator import P1MonitorConfigEntry, Snapshot
from .device_writes import async_add_controls, change_setting
from .entity import P1MonitorEntity, P1MonitorEntityDescription

# Home Assistant sends a board one request at a time, because a board handles only one request at a time.
PARALLEL_UPDATES = 1

W_PER_KW = 1000


@dataclass(frozen=True, kw_only=True)
class P1MonitorNumberDescription(P1MonitorEntityDescription, NumberEntityDescription):
    """A row of the table of number entities.

    setting: section and key of the setting on the device. value_fn: returns the number on the device, None if no number
    is set. scale: 1000 if the device stores the number in W and the entity shows it in kW, otherwise 1. min_fn: returns
    the smallest useful number, if this number depends on the device. max_fn: returns the largest number, if this number
    depends on the device.
    """

    setting: tuple[str, str]
    value_fn: Callable[[Snapshot], int | None]
    scale: int = 1
    min_fn: Callable[[Snapshot], float] | None = None
    max_fn: Callable[[Snapshot], float] | None = None


def _min_target(snapshot: Snapshot) -> float:
    """Return the smallest useful target in kW. Where peaks are billed, a target below 2.5 kW has no effect."""
    return FLOOR_W / W_PER_KW if has_tariff(snapshot.area) else 0.1


def _max_target(snapshot: Snapshot) -> float:
    """Return the largest target in kW that the device accepts.

    Firmware 0.1.0 accepts at most CONNECTION_W, and sends no limit_w.
    """
    return (CONNECTION_W if snapshot.quarter.limit_w is None else MAX_TARGET_W) / W_PER_KW


NUMBERS = (
    P1MonitorNumberDescription(
        key="peak_target",
        translation_key="peak_target",
        device_class=NumberDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.KILO_WATT,
        native_step=0.1,
        mode=NumberMode.BOX,
        entity_category=EntityCategory.CONFIG,
        needs_telegrams=False,
        has_fn=lambda s: s.device is not None,
        setting=("capacity", "target_w"),
        value_fn=lambda s: s.device.capacity.target_w if s.device else None,
        scale=W_PER_KW,
        min_fn=_min_target,
        max_fn=_max_target,
    ),
    P1MonitorNumberDescription(
        key="warning_threshold",
        translation_key="warning_threshold",
        native_unit_of_measurement=PERCENTAGE,
        native_min_value=50,
        native_max_value=100,
        native_step=1,
        entity_category=EntityCategory.CONFIG,
        needs_telegrams=False,
        has_fn=lambda s: s.device is not None and s.device.capacity.warning_percent is not None,
        setting=("capacity", "warning_percent"),
        value_fn=lambda s: s.device.capacity.warning_percent if s.device else None,
    ),
    P1MonitorNumberDescription(
        key="led_brightness",
        translation_key="led_brightness",
        native_unit_of_measurement=PERCENTAGE,
        native_min_value=0,
        native_max_value=100,
        native_step=1,
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        needs_telegrams=False,
        has_fn=lambda s: s.settings is not None and s.settings.brightness is not None,
        setting=("light", "brightness"),
        value_fn=lambda s: s.settings.brightness if s.settings else None,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: P1MonitorConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the number entities if the device has given Home Assistant a token."""
    async_add_controls(entry.runtime_data, Platform.NUMBER, NUMBERS, async_add_entities, P1MonitorNumber)


class P1MonitorNumber(P1MonitorEntity, NumberEntity):
    """Number entity for one numeric setting of the device."""

    entity_description: P1MonitorNumberDescription

    @property
    @override
    def native_min_value(self) -> float:
        """Smallest value of the setting, which may depend on other settings."""
        min_fn = self.entity_description.min_fn
        return super().native_min_value if min_fn is None else min_fn(self.coordinator.data)

    @property
    @override
    def native_max_value(self) -> float:
        """Largest value of the setting, which may depend on the firmware."""
        max_fn = self.entity_description.max_fn
        return super().native_max_value if max_fn is None else max_fn(self.coordinator.data)

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Change the setting on the device.

        Raise HomeAssistantError if the device refuses the change or does not answer.
        """
        description = self.entity_description
        await change_setting(self.coordinator, *description.setting, round(value * description.scale))

    @override
    def _current_value(self) -> float | None:
        description = self.entity_description
        value = description.value_fn(self.coordinator.data)
        return None if value is None else value / description.scale

    @override
    def _set_value(self, value: float | None) -> None:
        self._attr_native_value = value
