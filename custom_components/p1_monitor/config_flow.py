"""Config flow of one device.

The flow adds a device that was discovered or entered by hand, or changes the host or the token of a config entry.
"""

from collections.abc import Mapping
from typing import Any, override

import probatio
from homeassistant.config_entries import (
    SOURCE_IGNORE,
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigFlowResult,
    OptionsFlow,
)
from homeassistant.const import CONF_HOST, CONF_TOKEN
from homeassistant.core import callback
from homeassistant.helpers.selector import TextSelector

from .api import Device, OriginalDevice, Token
from .const import CONF_KNOWN_PEER, CONF_ORIGINAL, CONF_PROOF, CONF_TOKEN_ID, DOMAIN
from .device_client import proof_data, proof_of
from .device_identity import async_identity
from .device_writes import revoke_token
from .flow_discovery import TITLE, DiscoverySteps
from .flow_options import CAPACITY_SCHEMA, LiveOptionsFlow, OriginalOptionsFlow
from .host import normalize_host

HOST_SCHEMA = probatio.Schema({probatio.Required(CONF_HOST): TextSelector()})


class P1MonitorConfigFlow(DiscoverySteps, domain=DOMAIN):
    """Config flow of one device. A user, a discovery, a reconfiguration or a reauthentication starts the flow."""

    VERSION = 3

    _token: Token | None = None

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Return the options flow for the device's firmware, which is the original firmware or our firmware."""
        if config_entry.data[CONF_ORIGINAL]:
            return OriginalOptionsFlow()
        return LiveOptionsFlow()

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the device's host, and identify the device."""
        return await self._host_step(user_input, step_id="user")

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the host of a device that has an entry, and then for the kind of access, such as by password."""
        return await self._host_step(
            user_input, step_id="reconfigure", suggested=self._get_reconfigure_entry().data
        )

    async def _host_step(
        self,
        user_input: dict[str, Any] | None,
        *,
        step_id: str,
        suggested: Mapping[str, Any] | None = None,
    ) -> ConfigFlowResult:
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                self._host = normalize_host(user_input[CONF_HOST])
            except ValueError:
                errors[CONF_HOST] = "invalid_host"
            else:
                if error := await self._identify():
                    errors[CONF_HOST] = error
                else:
                    return await self._continue_with_device()
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(HOST_SCHEMA, user_input or suggested),
            errors=errors,
        )

    @override
    async def _continue_with_device(self) -> ConfigFlowResult:
        """Continue the flow with the device that answered, unless _abort_if_wrong_device() aborts the flow."""
        if self._identified is not None:
            if (abort := await self._abort_if_wrong_device()) is not None:
                return abort
            if isinstance(self._identified, OriginalDevice):
                if self.source == SOURCE_REAUTH:
                    # The original firmware requires no token. Only a reconfiguration by the owner may change an entry
                    # to the original firmware.
                    return self.async_abort(reason="wrong_device")
                if self._updates_entry():
                    return self._update_entry({})
                return await self.async_step_capacity()
        return await self.async_step_access()

    async def _abort_if_wrong_device(self) -> ConfigFlowResult | None:
        """Abort if the flow would add a device that has an entry already, or update the entry of another device."""
        reported_id = self._reported_id()
        if self._updates_entry():
            entry = self._entry_to_update()
            # If the device had no id when its entry was made, the entry's unique id is the host. Such an entry has no
            # id with which the reported id could be compared.
            if reported_id and entry.unique_id != entry.data[CONF_HOST] and reported_id != entry.unique_id:
                return self.async_abort(reason="wrong_device")
            return None
        known = await self.async_set_unique_id(reported_id or self._host, raise_on_progress=False)
        if known and known.data.get(CONF_HOST) != self._host and known.source != SOURCE_IGNORE:
            # Do not change the entry's host here. The host changes only if the device proves its identity at the
            # new host, or if the owner confirms the new host.
            await async_identity(self.hass, known).announce(self._host)
            return self.async_abort(reason="already_configured_elsewhere")
        self._abort_if_unique_id_configured()
        return None

    def _updates_entry(self) -> bool:
        return self.source in (SOURCE_RECONFIGURE, SOURCE_REAUTH)

    @override
    def _has_proof(self) -> bool:
        return self._updates_entry() and CONF_PROOF in self._entry_to_update().data

    def _entry_to_update(self) -> ConfigEntry:
        return self._get_reauth_entry() if self.source == SOURCE_REAUTH else self._get_reconfigure_entry()

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Identify a device that no longer accepts the entry's token, and ask the user for access again."""
        self._host = entry_data[CONF_HOST]
        if error := await self._identify():
            return self.async_abort(reason=error)
        return await self._continue_with_device()

    async def async_step_access(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Let the user choose how to get access: by password, by button, or for reading only.

        Reading only is offered if the device allows reading without a token. If the user reconfigures an entry that has
        a token, the menu also offers to keep that token.
        """
        methods = ["password", "button"]
        if self.source == SOURCE_REAUTH:
            # Offer the button before the password. A device that cannot prove its identity may have lost the token, or
            # it may be another device. Another device would learn the password. A press of the button reveals no
            # secret.
            methods.reverse()
        if self._identified is not None:
            methods.append("read_only")
        if self.source == SOURCE_RECONFIGURE and CONF_TOKEN in self._get_reconfigure_entry().data:
            methods.insert(0, "keep")
        return self.async_show_menu(
            step_id="access", menu_options=methods, description_placeholders={"host": self._host}
        )

    async def async_step_keep(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Change the host of the entry and keep its token."""
        data = self._get_reconfigure_entry().data
        self._proof = proof_of(data)
        return await self._finish_access(Token(id=data[CONF_TOKEN_ID], value=data[CONF_TOKEN]))

    async def async_step_forwarded(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask the owner whether there is a port forward or a proxy between Home Assistant and the device.

        The question is asked if the device reports an address to which the client did not connect.
        """
        if user_input is not None:
            self._proof = self._doubtful_proof
            return await self._finish_access(self._token)
        proof = self._doubtful_proof
        assert proof is not None
        return self.async_show_form(
            step_id="forwarded",
            description_placeholders={"host": self._host, "peer": proof.peer, "told": proof.told},
        )

    @override
    async def _finish_access(self, token: Token | None) -> ConfigFlowResult:
        """Identify the device with its token, and then add or update the entry."""
        self._token = token
        entry = self._entry_to_update() if self._updates_entry() else None
        keeps_token = token is not None and entry is not None and entry.data.get(CONF_TOKEN) == token.value
        access = {CONF_TOKEN: token.value, CONF_TOKEN_ID: token.id} if token else {}
        if token:
            used = keeps_token
            try:
                if error := await self._identify(token):
                    return self.async_abort(reason=error)
                if self._doubtful_proof:
                    # Do not delete the token. The flow uses the token as soon as the owner has confirmed the addresses.
                    used = True
                    return await self.async_step_forwarded()
                if (abort := await self._abort_if_wrong_device()) is not None:
                    return abort
                used = True
            finally:
                if not used:
                    await revoke_token(self.hass, {**access, CONF_HOST: self._host})
        if entry is None:
            return self._create_entry(original=False, access={**access, **proof_data(self._proof)})
        if not keeps_token:
            await revoke_token(self.hass, {**entry.data, CONF_HOST: self._host})
        return self._update_entry({**access, **proof_data(self._proof)})

    def _update_entry(self, access: Mapping[str, Any]) -> ConfigFlowResult:
        entry = self._entry_to_update()
        kept = {
            key: value
            for key, value in entry.data.items()
            if key not in (CONF_TOKEN, CONF_TOKEN_ID, CONF_KNOWN_PEER, CONF_PROOF)
        }
        original = isinstance(self._identified, OriginalDevice)
        data = {**kept, **access, CONF_HOST: self._host, CONF_ORIGINAL: original}
        return self.async_update_reload_and_abort(entry, data=data)

    def _create_entry(
        self,
        *,
        original: bool,
        access: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> ConfigFlowResult:
        title = TITLE
        if self._async_current_entries():  # Each entry needs a different title.
            name = self._identified.name if isinstance(self._identified, Device) else None
            title = f"{TITLE} {name or self._host}"
        data = {CONF_HOST: self._host, CONF_ORIGINAL: original, **(access or {})}
        return self.async_create_entry(title=title, data=data, options=options)

    async def async_step_capacity(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the settings that a device with the original firmware cannot store."""
        if user_input is None:
            return self.async_show_form(step_id="capacity", data_schema=CAPACITY_SCHEMA)
        return self._create_entry(original=True, options=user_input)
