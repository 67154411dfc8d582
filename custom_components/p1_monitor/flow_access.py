"""How a device lets Home Assistant in: by its password, by a press of its button, or to read only."""

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
# What a device allows for the name of a token.
NAME_LENGTH = 32


class AccessSteps(ConfigFlow):
    """The steps of a flow that end with a token, or without one."""

    _host: str

    @abstractmethod
    async def _finish_access(self, token: Token | None) -> ConfigFlowResult:
        """Go on with the token; None is to read only."""

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
        """Ask to press the button of the device first."""
        errors: dict[str, str] = {}
        if user_input is not None:
            token, error = await self._request_token()
            if token:
                return await self._finish_access(token)
            errors["base"] = error or "not_pressed"
        return self.async_show_form(step_id="button", errors=errors)

    async def async_step_read_only(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Go on without a token."""
        return await self._finish_access(None)

    async def _request_token(self, password: str | None = None) -> tuple[Token | None, str | None]:
        """The token, else the key of the trouble; both None: what was shown did not let us in."""
        client = self._client()
        # The name stands in the device's list of those that it lets in.
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
        """Which of two things stands in the way: no password yet, or too many tokens."""
        if password is not None:
            try:
                if not (await client.settings()).has_password:
                    return "no_password"
            except P1MonitorError:
                pass  # closed to those without a token: then there is a password
        return "too_many_tokens"
