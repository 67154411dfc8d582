"""Select entity for the network area, which decides whether peaks are billed and at which rate."""

from dataclasses import dataclass
from typing import override

from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .api.bounds import AREAS
from .coordinator import P1MonitorConfigEntry
from .device_writes import async_add_controls, change_setting
from .entity import P1MonitorEntity, P1MonitorEntityDescription

# Home Assistant sends a board one request at a time, because a board handles only one request at a time.
PARALLEL_UPDATES = 1


@dataclass(frozen=True, kw_only=True)
class P1MonitorSelectDescription(P1MonitorEntityDescription, SelectEntityDescription):
    """Description of the only select entity."""


AREA = P1MonitorSelectDescription(
    key="area",
    translation_key="area",
    options=list(AREAS),
    entity_category=EntityCategory.CONFIG,
    needs_telegrams=False,
    has_fn=lambda s: s.device is not None,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: P1MonitorConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the entity for the network area if the device has given Home Assistant a token."""
    async_add_controls(entry.runtime_data, Platform.SELECT, (AREA,), async_add_entities, P1MonitorSelect)


class P1MonitorSelect(P1MonitorEntity, SelectEntity):
    """Select entity for the network area.

    No area is chosen by default: the value is unknown until the owner chooses an area.
    """

    entity_description: P1MonitorSelectDescription

    @override
    async def async_select_option(self, option: str) -> None:
        """Set the network area on the device.

        Raise HomeAssistantError if the device refuses the area or does not answer.
        """
        await change_setting(self.coordinator, "capacity", "area", option)

    @override
    def _current_value(self) -> str | None:
        return self.coordinator.data.area

    @override
    def _set_value(self, value: str | None) -> None:
        self._attr_current_option = value
