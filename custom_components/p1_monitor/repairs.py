"""Repair flows of this integration.

One flow removes a config entry of Home Assistant's built-in integration p1_monitor, which this integration replaces.
The other flow removes the message about access that the device gave to somebody else than Home Assistant.
"""

from homeassistant.components.repairs import ConfirmRepairFlow, RepairsFlow, RepairsFlowResult
from homeassistant.core import HomeAssistant


class RemoveBuiltInEntryFlow(RepairsFlow):
    """Repair flow that asks whether to remove the config entry with the id `entry_id`, and then removes it."""

    def __init__(self, entry_id: str) -> None:
        self._entry_id = entry_id

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        return await self.async_step_confirm()

    async def async_step_confirm(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Ask the user for confirmation, and then remove the config entry."""
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        if entry is None:
            return self.async_create_entry(data={})
        if user_input is not None:
            await self.hass.config_entries.async_remove(self._entry_id)
            return self.async_create_entry(data={})
        return self.async_show_form(step_id="confirm", description_placeholders={"title": entry.title})


async def async_create_fix_flow(
    hass: HomeAssistant,
    issue_id: str,
    data: dict[str, str | int | float | None] | None,
) -> RepairsFlow:
    """Return the repair flow of an issue.

    `data` is present only for the issue about a config entry of the built-in integration.
    """
    return RemoveBuiltInEntryFlow(str(data["entry_id"])) if data else ConfirmRepairFlow()
