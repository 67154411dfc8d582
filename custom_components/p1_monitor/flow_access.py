"""Steps of the config flow for access to a device: by password, by button, or for reading only."""

from abc import abstractmethod
from typing import Any

import probatio
from homeassistant.config_entries import ConfigFlow, ConfigFlowResult
from homeassistant.const import CONF_PASSWORD
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.selector import (
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)

from .api import (
    P1MonitorClient,
    P1MonitorConflictError,
    P1MonitorError,
    P1MonitorRateLimitError,
    P1MonitorTokenError,
    Token,
)

PASSWORD_SCHEMA = probatio.Schema(
    {
        probatio.Required(CONF_PASSWORD): TextSelector(
            TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="current-password")
        )
    }
)
# The longest name of a token that a device accepts.
NAME_LENGTH = 32


class AccessSteps(ConfigFlow):
    """Base of the config flow, with the steps that get a token or continue without a token."""

    _host: str

    @abstractmethod
    async def _finish_access(self, token: Token | None) -> ConfigFlowResult:
        """Continue the flow with `token`, which is None for reading only."""

    def _client(self, token: str | None = None) -> P1MonitorClient:
        return P1MonitorClient(self._host, async_get_clientsession(self.hass), token=token)

    async def async_step_password(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the device's password."""
        errors: dict[str, str] = {}
        if user_input is not None:
            token, error = await self._request_token(user_input[CONF_PASSWORD])
            if token:
                return await self._finish_access(token)
            errors["base"] = error or "wrong_password"
        return self.async_show_form(step_id="password", data_schema=PASSWORD_SCHEMA, errors=errors)

    async def async_step_button(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for a press of the device's button, and request a token after the press."""
        errors: dict[str, str] = {}
        if user_input is not None:
            token, error = await self._request_token()
            if token:
                return await self._finish_access(token)
            errors["base"] = error or "not_pressed"
        return self.async_show_form(step_id="button", errors=errors)

    async def async_step_read_only(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Continue the flow without a token."""
        return await self._finish_access(None)

    async def _request_token(self, password: str | None = None) -> tuple[Token | None, str | None]:
        """Request a token. Return (token, None), or (None, key of the error).

        Return (None, None) if the device did not accept the password, or if its button was not pressed.
        """
        client = self._client()
        # The owner sees this name in the list of tokens on the device's page.
        name = f"Home Assistant {self.hass.config.location_name}"[:NAME_LENGTH].strip()
        try:
            return await client.create_token(name, password), None
        except P1MonitorTokenError:
            return None, None
        except P1MonitorRateLimitError:
            return None, "wait"
        except P1MonitorConflictError:
            return None, await self._conflict_error(client, password)
        except P1MonitorError:
            return None, "cannot_connect"

    @staticmethod
    async def _conflict_error(client: P1MonitorClient, password: str | None) -> str:
        """Return the key of the error message for a refused token (status 409).

        The key is "no_password" if the device has no password yet, otherwise "too_many_tokens".
        """
        if password is not None:
            try:
                if not (await client.settings()).has_password:
                    return "no_password"
            except P1MonitorError:
                pass  # The device refuses to return its settings without a token. Therefore a password is set.
        return "too_many_tokens"
