"""Steps of the config flow for access to a device: by password, by button, or for reading only."""

import asyncio
from abc import abstractmethod
from typing import Any

import probatio
from homeassistant.config_entries import ConfigFlow, ConfigFlowResult
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_TOKEN
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers.selector import (
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)

from .api import (
    Ask,
    P1MonitorAskOverError,
    P1MonitorClient,
    P1MonitorConflictError,
    P1MonitorError,
    P1MonitorRateLimitError,
    P1MonitorTokenError,
    Proof,
    Token,
)
from .const import CONF_TOKEN_ID
from .device_client import async_create_client, proof_data

PASSWORD_SCHEMA = probatio.Schema(
    {
        probatio.Required(CONF_PASSWORD): TextSelector(
            TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="current-password")
        )
    }
)
# Waiting time before the flow fetches the token again, in s. The device counts the presses of its button only 2 s after
# the last press, and cannot give the token sooner.
COUNT_S = 3
# Maximum length of a token's name that a device accepts, in characters.
NAME_LENGTH = 32


class AccessSteps(ConfigFlow):
    """Base of the config flow, with the steps that get a token or continue without a token."""

    _host: str
    _ask: Ask

    @abstractmethod
    async def _finish_access(self, token: Token | None) -> ConfigFlowResult:
        """Continue the flow with `token`, which is None for reading only."""

    def _client(self, token: Token | None = None, proof: Proof | None = None) -> P1MonitorClient:
        access = {CONF_TOKEN: token.value, CONF_TOKEN_ID: token.id} if token else {}
        return async_create_client(self.hass, {CONF_HOST: self._host, **access, **proof_data(proof)})

    @abstractmethod
    def _has_proof(self) -> bool:
        """True if the flow is for an entry whose device has proved its identity before."""

    async def _ask_token(self) -> Token | Ask:
        """Ask the device for a token. The owner must then approve the ask.

        A device that has proved its identity before always waits for the owner's approval. If a token is returned at
        once all the same, another device may have answered: abort the flow.
        """
        found = await self._client().ask_token(token_name(self.hass))
        if isinstance(found, Token) and self._has_proof():
            raise AbortFlow("not_proved")
        return found

    async def async_step_password(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the device's password."""
        errors: dict[str, str] = {}
        if user_input is not None:
            client = self._client()
            try:
                token = await client.create_token(token_name(self.hass), user_input[CONF_PASSWORD])
            except P1MonitorConflictError:
                errors["base"] = await self._conflict_error(client)
            except P1MonitorError as err:
                errors["base"] = _error_key(err, "wrong_password")
            else:
                return await self._finish_access(token)
        return self.async_show_form(
            step_id="password",
            data_schema=PASSWORD_SCHEMA,
            description_placeholders={"host": self._host},
            errors=errors,
        )

    async def async_step_button(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask the device for a token.

        A device with firmware 0.1.0 gives a token only if the device's button was pressed before.
        """
        errors: dict[str, str] = {}
        try:
            found = await self._ask_token()
        except P1MonitorError as err:
            if user_input is not None or not isinstance(err, P1MonitorTokenError):
                errors["base"] = _error_key(err, "not_pressed")
        else:
            return await self._continue_with(found)
        return self.async_show_form(
            step_id="button", description_placeholders={"host": self._host}, errors=errors
        )

    async def async_step_ask(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Fetch the token, if the owner has approved the ask with the device's button."""
        client = self._client()
        error = "not_pressed"
        try:
            try:
                found = await client.fetch_token(self._ask.ticket)
                if isinstance(found, Ask):
                    await asyncio.sleep(COUNT_S)
                    found = await client.fetch_token(self._ask.ticket)
            except P1MonitorAskOverError:
                found, error = await self._ask_token(), "ask_over"
        except P1MonitorError as err:
            found, error = self._ask, _error_key(err, "cannot_connect")
        return await self._continue_with(found, error)

    async def _continue_with(self, found: Token | Ask, error: str | None = None) -> ConfigFlowResult:
        """Continue the flow with a token, or show the ask that the owner must approve."""
        if isinstance(found, Token):
            return await self._finish_access(found)
        self._ask = found
        return self.async_show_form(
            step_id="ask",
            description_placeholders={
                "host": self._host,
                "digits": found.digits,
                "presses": str(found.presses),
            },
            errors={"base": error} if error else {},
        )

    async def async_step_read_only(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Continue the flow without a token."""
        return await self._finish_access(None)

    @staticmethod
    async def _conflict_error(client: P1MonitorClient) -> str:
        """Return the key of the error message if the device answers a password with status 409.

        The key is "no_password" if the device has no password yet, otherwise "too_many_tokens".
        """
        try:
            if not (await client.settings()).has_password:
                return "no_password"
        except P1MonitorError:
            # The device did not return its settings. A device without a password would return them to everybody, so
            # this device has a password.
            pass
        return "too_many_tokens"


def token_name(hass: HomeAssistant) -> str:
    """Return the name that the owner sees in the list of tokens on the device's page."""
    return f"Home Assistant {hass.config.location_name}"[:NAME_LENGTH].strip()


def _error_key(err: P1MonitorError, refused: str) -> str:
    """Return the key of the error message for `err`. `refused` is the key if the device refused to give a token."""
    if isinstance(err, P1MonitorTokenError):
        return refused
    if isinstance(err, P1MonitorConflictError):
        return "too_many_tokens"
    return "wait" if isinstance(err, P1MonitorRateLimitError) else "cannot_connect"
