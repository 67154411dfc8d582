"""Adding a device by its host, and the settings that an original device cannot hold."""

from typing import Any, override

import probatio
from homeassistant.config_entries import (
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    OptionsFlow,
    OptionsFlowWithReload,
)
from homeassistant.const import CONF_HOST, UnitOfPower
from homeassistant.core import callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.selector import (
    BooleanSelector,
    DateSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
from homeassistant.helpers.service_info.ssdp import (
    ATTR_UPNP_FRIENDLY_NAME,
    ATTR_UPNP_SERIAL,
    SsdpServiceInfo,
)

from .api import (
    Device,
    NotP1MonitorError,
    OriginalDevice,
    P1MonitorClient,
    P1MonitorError,
)
from .const import (
    CONF_AREA,
    CONF_COUNTED_FROM,
    CONF_EVERY_SECOND,
    CONF_ORIGINAL,
    CONF_TARGET_W,
    DOMAIN,
)
from .demand import AREAS, CONNECTION_W
from .host import normal_host

TITLE = "P1 meter"

HOST_SCHEMA = probatio.Schema({probatio.Required(CONF_HOST): TextSelector()})

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
        probatio.Optional(CONF_TARGET_W): probatio.All(
            NumberSelector(
                NumberSelectorConfig(
                    min=100,
                    max=CONNECTION_W,
                    step=100,
                    mode=NumberSelectorMode.BOX,
                    unit_of_measurement=UnitOfPower.WATT,
                )
            ),
            probatio.Coerce(int),
        ),
    }
)

LIVE_SCHEMA = probatio.Schema({probatio.Required(CONF_EVERY_SECOND, default=False): BooleanSelector()})


class P1MonitorConfigFlow(ConfigFlow, domain=DOMAIN):
    """Adds one device."""

    VERSION = 3

    _host: str

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """The options of an original device, or those of one of ours."""
        if config_entry.data[CONF_ORIGINAL]:
            return OriginalOptionsFlow()
        return LiveOptionsFlow()

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the host and look who answers there."""
        errors: dict[str, str] = {}
        if user_input is not None:
            who: Device | OriginalDevice | None = None
            try:
                self._host = normal_host(user_input[CONF_HOST])
                session = async_get_clientsession(self.hass)
                who = await P1MonitorClient(self._host, session).identify()
            except ValueError:
                errors[CONF_HOST] = "invalid_host"
            except NotP1MonitorError:
                errors[CONF_HOST] = "not_p1_monitor"
            except P1MonitorError:
                errors[CONF_HOST] = "cannot_connect"
            if who is not None:
                return await self._found(who)
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(HOST_SCHEMA, user_input),
            errors=errors,
        )

    @override
    async def async_step_ssdp(self, discovery_info: SsdpServiceInfo) -> ConfigFlowResult:
        """A device of ours told the network where it is: offer it, or follow it to its new address."""
        try:
            self._host = normal_host(discovery_info.ssdp_location or "")
        except ValueError:
            return self.async_abort(reason="cannot_connect")
        await self.async_set_unique_id(discovery_info.upnp.get(ATTR_UPNP_SERIAL))
        self._abort_if_unique_id_configured(updates={CONF_HOST: self._host})
        name = discovery_info.upnp.get(ATTR_UPNP_FRIENDLY_NAME, TITLE)
        self.context["title_placeholders"] = {"name": f"{name} ({self._host})"}
        return await self.async_step_discovered()

    async def async_step_discovered(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask whether to add the device that was found, and look that it is the one that it says."""
        if user_input is None:
            self._set_confirm_only()
            return self.async_show_form(
                step_id="discovered", description_placeholders=self.context["title_placeholders"]
            )
        try:
            who = await P1MonitorClient(self._host, async_get_clientsession(self.hass)).identify()
        except NotP1MonitorError:
            return self.async_abort(reason="not_p1_monitor")
        except P1MonitorError:
            return self.async_abort(reason="cannot_connect")
        return await self._found(who)

    async def _found(self, who: Device | OriginalDevice) -> ConfigFlowResult:
        """Go on with the device that answered, unless it is already here."""
        device_id = who.id if isinstance(who, Device) else who.serial
        await self.async_set_unique_id(device_id or self._host, raise_on_progress=False)
        self._abort_if_unique_id_configured(updates={CONF_HOST: self._host})
        if isinstance(who, OriginalDevice):
            return await self.async_step_capacity()
        return self.async_create_entry(title=TITLE, data={CONF_HOST: self._host, CONF_ORIGINAL: False})

    async def async_step_capacity(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask what an original device cannot hold itself."""
        if user_input is None:
            return self.async_show_form(step_id="capacity", data_schema=CAPACITY_SCHEMA)
        return self.async_create_entry(
            title=TITLE,
            data={CONF_HOST: self._host, CONF_ORIGINAL: True},
            options=user_input,
        )


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
