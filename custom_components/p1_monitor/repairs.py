"""Repairs: an entry that belongs to the built-in integration of the same name."""

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.core import HomeAssistant


class RemoveBuiltInEntryFlow(RepairsFlow):
    """Removes the entry once the user agrees."""

    def __init__(self, entry_id: str) -> None:
        """Fix the issue of this entry."""
        self._entry_id = entry_id

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Begin with the question."""
        return await self.async_step_confirm()

    async def async_step_confirm(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Ask, and remove the entry on a yes."""
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
    """The flow of the one issue that we raise."""
    return RemoveBuiltInEntryFlow(str((data or {})["entry_id"]))
