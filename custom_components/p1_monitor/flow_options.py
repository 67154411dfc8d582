"""Options flows, one for each firmware.

With the original firmware, the options are the capacity tariff's settings, which that firmware cannot store. With our
firmware, the only option is whether states are written every second.
"""

from typing import Any

import probatio
from homeassistant.config_entries import ConfigFlowResult, OptionsFlowWithReload
from homeassistant.const import PERCENTAGE, UnitOfPower
from homeassistant.helpers.selector import (
    BooleanSelector,
    DateSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from .api.bounds import AREAS
from .capacity_tariff import MAX_TARGET_W
from .const import (
    CONF_AREA,
    CONF_COUNTED_FROM,
    CONF_EVERY_SECOND,
    CONF_TARGET_W,
    CONF_WARNING_PERCENT,
)


def _whole_number(low: int, high: int, step: int, unit: str) -> probatio.All[Any]:
    """Return the schema of a field for a whole number."""
    return probatio.All(
        NumberSelector(
            NumberSelectorConfig(
                min=low, max=high, step=step, mode=NumberSelectorMode.BOX, unit_of_measurement=unit
            )
        ),
        probatio.Coerce(int),
    )


# The network area has no default, because each area is wrong for most households. Without an area, no cost is shown.
CAPACITY_SCHEMA = probatio.Schema(
    {
        probatio.Optional(CONF_AREA): SelectSelector(
            SelectSelectorConfig(
                options=list(AREAS),
                mode=SelectSelectorMode.DROPDOWN,
                translation_key="area",
            )
        ),
        probatio.Optional(CONF_COUNTED_FROM): DateSelector(),
        probatio.Optional(CONF_TARGET_W): _whole_number(100, MAX_TARGET_W, 100, UnitOfPower.WATT),
        probatio.Optional(CONF_WARNING_PERCENT): _whole_number(50, 100, 5, PERCENTAGE),
    }
)

LIVE_SCHEMA = probatio.Schema({probatio.Required(CONF_EVERY_SECOND, default=False): BooleanSelector()})


class OriginalOptionsFlow(OptionsFlowWithReload):
    """Options for the original firmware: the capacity tariff's settings."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Start with the only step, which asks for the capacity tariff's settings."""
        return await self.async_step_capacity(user_input)

    async def async_step_capacity(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the capacity tariff's settings. A field that the user leaves empty removes the setting."""
        if user_input is not None:
            return self.async_create_entry(data=user_input)
        return self.async_show_form(
            step_id="capacity",
            data_schema=self.add_suggested_values_to_schema(CAPACITY_SCHEMA, self.config_entry.options),
        )


class LiveOptionsFlow(OptionsFlowWithReload):
    """Options for our firmware: whether states are written every second. The device stores all other settings."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Start with the only step, which asks whether states are written every second."""
        return await self.async_step_live(user_input)

    async def async_step_live(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask whether the states are written at every telegram, or less often."""
        if user_input is not None:
            return self.async_create_entry(data=user_input)
        return self.async_show_form(
            step_id="live",
            data_schema=self.add_suggested_values_to_schema(LIVE_SCHEMA, self.config_entry.options),
        )
