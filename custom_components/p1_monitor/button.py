"""Buttons: identify and restart the board."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.components.button.const import ButtonDeviceClass
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .api import P1MonitorClient
from .coordinator import P1MonitorConfigEntry
from .device_writes import async_add_controls, translate_errors
from .entity import P1MonitorEntity, P1MonitorEntityDescription, async_add_when_present

# Home Assistant sends a board one request at a time, because a board handles only one request at a time.
PARALLEL_UPDATES = 1


@dataclass(frozen=True, kw_only=True)
class P1MonitorButtonDescription(P1MonitorEntityDescription, ButtonEntityDescription):
    """Description of a button. press_fn sends the button's request to the device."""

    press_fn: Callable[[P1MonitorClient], Awaitable[None]]


IDENTIFY = P1MonitorButtonDescription(
    key="identify",
    device_class=ButtonDeviceClass.IDENTIFY,
    entity_category=EntityCategory.DIAGNOSTIC,
    needs_telegrams=False,
    has_fn=lambda s: s.device is not None,
    press_fn=lambda client: client.show_light(),
)
RESTART = P1MonitorButtonDescription(
    key="restart",
    device_class=ButtonDeviceClass.RESTART,
    entity_category=EntityCategory.CONFIG,
    needs_telegrams=False,
    has_fn=lambda s: s.device is not None,
    press_fn=lambda client: client.restart(),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: P1MonitorConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the identify button, and the restart button if the device has issued a token to Home Assistant."""
    coordinator = entry.runtime_data
    async_add_when_present(coordinator, (IDENTIFY,), async_add_entities, P1MonitorButton)
    async_add_controls(coordinator, Platform.BUTTON, (RESTART,), async_add_entities, P1MonitorButton)


class P1MonitorButton(P1MonitorEntity, ButtonEntity):
    """A button that sends one request to the device."""

    entity_description: P1MonitorButtonDescription

    @override
    async def async_press(self) -> None:
        """Send the button's request. Raise HomeAssistantError if the device refuses the request or does not answer."""
        with translate_errors(self.coordinator):
            await self.entity_description.press_fn(self.coordinator.client)

    @override
    def _current_value(self) -> None:
        """Return None, because Home Assistant sets a button's state to the time of the last press."""

    @override
    def _set_value(self, value: None) -> None:
        """Do nothing, because a button has no value."""
