"""Date entity for the first day whose peaks count for the household."""

from dataclasses import dataclass
from datetime import date
from typing import override

from homeassistant.components.date import DateEntity, DateEntityDescription
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import P1MonitorConfigEntry
from .device_writes import async_add_controls, change_setting
from .entity import P1MonitorEntity, P1MonitorEntityDescription

# Home Assistant sends a board one request at a time, because a board handles only one request at a time.
PARALLEL_UPDATES = 1


@dataclass(frozen=True, kw_only=True)
class P1MonitorDateDescription(P1MonitorEntityDescription, DateEntityDescription):
    """Description of the only date entity."""


COUNTED_FROM = P1MonitorDateDescription(
    key="counted_from",
    translation_key="counted_from",
    entity_category=EntityCategory.CONFIG,
    entity_registry_enabled_default=False,
    needs_telegrams=False,
    has_fn=lambda s: s.device is not None,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: P1MonitorConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the date entity if the device has issued a token to Home Assistant."""
    async_add_controls(entry.runtime_data, Platform.DATE, (COUNTED_FROM,), async_add_entities, P1MonitorDate)


class P1MonitorDate(P1MonitorEntity, DateEntity):
    """The first day whose peaks count for the household. Without a date, all months count."""

    entity_description: P1MonitorDateDescription

    @override
    async def async_set_value(self, value: date) -> None:
        """Set the day on the device. Raise HomeAssistantError if the device refuses the day or does not answer."""
        await change_setting(self.coordinator, "capacity", "counted_from", value.isoformat())

    @override
    def _current_value(self) -> date | None:
        device = self.coordinator.data.device
        if device is None or device.capacity.counted_from is None:
            return None
        try:
            return date.fromisoformat(device.capacity.counted_from)
        except ValueError:
            return None

    @override
    def _set_value(self, value: date | None) -> None:
        self._attr_native_value = value
