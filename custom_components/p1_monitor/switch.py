"""Switch entity for the status light on the board."""

from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import P1MonitorConfigEntry
from .device_writes import async_add_controls, change_setting
from .entity import P1MonitorEntity, P1MonitorEntityDescription

# Home Assistant sends a board one request at a time, because a board handles only one request at a time.
PARALLEL_UPDATES = 1


@dataclass(frozen=True, kw_only=True)
class P1MonitorSwitchDescription(P1MonitorEntityDescription, SwitchEntityDescription):
    """Description of the only switch entity."""


STATUS_LIGHT = P1MonitorSwitchDescription(
    key="status_light",
    translation_key="status_light",
    entity_category=EntityCategory.CONFIG,
    entity_registry_enabled_default=False,
    needs_telegrams=False,
    has_fn=lambda s: s.settings is not None and s.settings.brightness is not None,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: P1MonitorConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the switch for the status light if the device has given Home Assistant a token."""
    async_add_controls(
        entry.runtime_data, Platform.SWITCH, (STATUS_LIGHT,), async_add_entities, P1MonitorSwitch
    )


class P1MonitorSwitch(P1MonitorEntity, SwitchEntity):
    """Switch entity for the status light. The switch is off if the brightness of the light is 0."""

    entity_description: P1MonitorSwitchDescription
    _last_brightness: int | None = None

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Set the light to its last known brightness, or to the device's default if no brightness is known."""
        await change_setting(self.coordinator, "light", "brightness", self._last_brightness)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Set the brightness to 0. The light stays dark, also when a telegram arrives."""
        await change_setting(self.coordinator, "light", "brightness", 0)

    @override
    def _current_value(self) -> bool | None:
        settings = self.coordinator.data.settings
        if settings is None or settings.brightness is None:
            return None
        self._last_brightness = settings.brightness or self._last_brightness
        return settings.brightness > 0

    @override
    def _set_value(self, value: bool | None) -> None:
        self._attr_is_on = value
