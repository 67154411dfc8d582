"""Read-only tools for the language models of Assist. The results contain no data that identifies the household."""

from typing import Any, override

import probatio
from homeassistant.components.homeassistant.exposed_entities import async_should_expose
from homeassistant.components.llm import LLMTools
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.helpers.llm import (
    LLM_API_ASSIST,
    LLMContext,
    Tool,
    ToolAnnotations,
    ToolInput,
    ToolResult,
)
from homeassistant.util.json import JsonObjectType

from .const import DOMAIN
from .coordinator import P1MonitorConfigEntry, P1MonitorCoordinator
from .history_query import month_peaks, totals

METER = "meter"
PROMPT = (
    "In Flanders part of the electricity bill is the capacity tariff: the mean of twelve month peaks is billed. A "
    "month peak is the highest average power of a quarter-hour in a month, and counts as at least 2.5 kW. Powers are "
    "in W, energies in kWh, gas and water in m³. If headroom_w is negative, that much power must be switched off, or "
    "the quarter ends above the target."
)


class MeterTool(Tool):
    """Base class of the tools that read one meter. The language model names the meter if there are several meters."""

    integration = DOMAIN
    annotations = ToolAnnotations(read_only=True, destructive=False, idempotent=True, open_world=False)

    def __init__(self, names: list[str]) -> None:
        """Add a parameter for the name of the meter if there are several meters."""
        if len(names) > 1:
            which = {probatio.Required(METER, description="Which meter"): probatio.In(names)}
            self.parameters = self.parameters.extend(which)

    @override
    async def async_call(
        self, hass: HomeAssistant, tool_input: ToolInput, llm_context: LLMContext
    ) -> ToolResult:
        """Read the meter."""
        arguments = self.parameters(tool_input.tool_args)
        meters = _meters(hass, llm_context.assistant)
        coordinator = meters.get(arguments.get(METER) or next(iter(meters), ""))
        if coordinator is None:
            return ToolResult(data={"error": "This meter is not available now"}, error=True)
        try:
            return ToolResult(data=await self.read(coordinator, arguments))
        except ServiceValidationError:
            raise
        except HomeAssistantError:
            # The text of this error may be from the device. The language model must not read this text as an
            # instruction.
            return ToolResult(data={"error": "The meter does not answer now"}, error=True)

    async def read(self, coordinator: P1MonitorCoordinator, arguments: dict[str, Any]) -> JsonObjectType:
        """Return the result of the tool for the coordinator's meter."""
        raise NotImplementedError


class QuarterTool(MeterTool):
    """Tool for the running quarter."""

    name = f"{DOMAIN}__running_quarter"
    title = "Running quarter-hour"
    description = (
        "Returns the running quarter-hour of the electricity meter: average demand so far, projected demand at its "
        "end, the target that should not be exceeded (limit_w), the headroom, and whether the month's peak is at risk."
    )

    @override
    async def read(self, coordinator: P1MonitorCoordinator, arguments: dict[str, Any]) -> JsonObjectType:
        quarter, reading = coordinator.data.quarter, coordinator.data.reading
        return {
            "meter_is_silent": coordinator.data.silent,
            "ends": quarter.end.isoformat() if quarter.end else None,
            "elapsed_s": quarter.elapsed_s,
            "import_now_w": reading.power_import_w,
            "export_now_w": reading.power_export_w,
            "average_so_far_w": quarter.demand_w,
            "projected_w": quarter.projected_w,
            "limit_w": quarter.target_w,
            "headroom_w": quarter.headroom_w,
            "peak_at_risk": quarter.at_risk,
            "peak_unavoidable": quarter.unavoidable,
        }


class MonthPeakTool(MeterTool):
    """Tool for the month peaks and the billable average."""

    name = f"{DOMAIN}__month_peaks"
    title = "Month peaks"
    description = (
        "Returns the highest quarter-hour average of the running month and of the previous months, when each quarter "
        "ended, and the average that is billed."
    )

    @override
    async def read(self, coordinator: P1MonitorCoordinator, arguments: dict[str, Any]) -> JsonObjectType:
        peaks = coordinator.data.peaks
        return {
            "running_month": peaks.running.month if peaks.running else None,
            "months": await month_peaks(coordinator, None, None),
            "billable_average_w": peaks.billable_average_w,
        }


class EnergyTool(MeterTool):
    """Tool for the total energy, gas and water of a span of days."""

    name = f"{DOMAIN}__energy_of_days"
    title = "Energy of a span of days"
    description = (
        "Returns how much electricity was taken from and fed into the grid, how much gas and water was used, and the "
        "highest quarter-hour average, from the first day up to and including the last day."
    )
    parameters = probatio.Schema(
        {
            probatio.Required("first_day", description="YYYY-MM-DD"): cv.date,
            probatio.Required("last_day", description="YYYY-MM-DD"): cv.date,
        }
    )

    @override
    async def read(self, coordinator: P1MonitorCoordinator, arguments: dict[str, Any]) -> JsonObjectType:
        return await totals(coordinator, arguments["first_day"], arguments["last_day"])


TOOLS: tuple[type[MeterTool], ...] = (QuarterTool, MonthPeakTool, EnergyTool)


@callback
def _meters(hass: HomeAssistant, assistant: str | None) -> dict[str, P1MonitorCoordinator]:
    """Return {name: coordinator} of the meters that have at least one entity exposed to the assistant."""
    entries: list[P1MonitorConfigEntry] = [
        entry
        for entry in hass.config_entries.async_entries(DOMAIN)
        if entry.state is ConfigEntryState.LOADED
        and assistant
        and _is_exposed(hass, assistant, entry.entry_id)
    ]
    titles = [entry.title for entry in entries]
    return {
        entry.title if titles.count(entry.title) == 1 else f"{entry.title} ({number})": entry.runtime_data
        for number, entry in enumerate(entries, 1)
    }


def _is_exposed(hass: HomeAssistant, assistant: str, entry_id: str) -> bool:
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry_id)
    return any(async_should_expose(hass, assistant, entity.entity_id) for entity in entities)


@callback
def async_get_tools(hass: HomeAssistant, llm_context: LLMContext, api_id: str) -> LLMTools | None:
    """Return the tools for Assist. None if the API is not Assist, or if no loaded meter is exposed to the assistant."""
    if api_id != LLM_API_ASSIST or not (meters := _meters(hass, llm_context.assistant)):
        return None
    return LLMTools(tools=[tool(list(meters)) for tool in TOOLS], prompt=PROMPT)
