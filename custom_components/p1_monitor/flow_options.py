"""The options: what an original device cannot hold itself, and how one of ours is shown."""

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

from .capacity_tariff import AREAS, CONNECTION_W
from .const import (
    CONF_AREA,
    CONF_COUNTED_FROM,
    CONF_EVERY_SECOND,
    CONF_TARGET_W,
    CONF_WARNING_PERCENT,
)


def _whole_number(low: int, high: int, step: int, unit: str) -> probatio.All[Any]:
    """A whole number to type."""
    return probatio.All(
        NumberSelector(
            NumberSelectorConfig(
                min=low, max=high, step=step, mode=NumberSelectorMode.BOX, unit_of_measurement=unit
            )
        ),
        probatio.Coerce(int),
    )


# None of them has a default: no area is right for most, and without one there is no cost.
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
        probatio.Optional(CONF_TARGET_W): _whole_number(100, CONNECTION_W, 100, UnitOfPower.WATT),
        probatio.Optional(CONF_WARNING_PERCENT): _whole_number(50, 100, 5, PERCENTAGE),
    }
)

LIVE_SCHEMA = probatio.Schema({probatio.Required(CONF_EVERY_SECOND, default=False): BooleanSelector()})


class OriginalOptionsFlow(OptionsFlowWithReload):
    """The capacity tariff's settings for a device that cannot hold them."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Change the settings."""
        return await self.async_step_capacity(user_input)

    async def async_step_capacity(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Change the settings; an emptied field is no setting."""
        if user_input is not None:
            return self.async_create_entry(data=user_input)
        return self.async_show_form(
            step_id="capacity",
            data_schema=self.add_suggested_values_to_schema(CAPACITY_SCHEMA, self.config_entry.options),
        )


class LiveOptionsFlow(OptionsFlowWithReload):
    """How a device of ours is shown; its own settings live on the device."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Begin with the only step."""
        return await self.async_step_live(user_input)

    async def async_step_live(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Change whether every telegram is written."""
        if user_input is not None:
            return self.async_create_entry(data=user_input)
        return self.async_show_form(
            step_id="live",
            data_schema=self.add_suggested_values_to_schema(LIVE_SCHEMA, self.config_entry.options),
        )
