"""Changing something on a device: its refusals become words, and its settings what we show."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from homeassistant.exceptions import HomeAssistantError

from .api import P1MonitorError, P1MonitorRefusedError, P1MonitorTokenError
from .const import DOMAIN
from .coordinator import LiveCoordinator, P1MonitorCoordinator


@contextmanager
def in_words(coordinator: P1MonitorCoordinator) -> Iterator[None]:
    """Raise HomeAssistantError for what goes wrong inside; ask for a new token where ours is refused."""
    try:
        yield
    except P1MonitorError as err:
        key = "communication_error"
        if isinstance(err, P1MonitorTokenError):
            coordinator.config_entry.async_start_reauth(coordinator.hass)
            key = "token_refused"
        elif isinstance(err, P1MonitorRefusedError):
            key = "refused"
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key=key,
            translation_placeholders={"host": coordinator.client.host, "error": str(err)},
        ) from err


async def change_setting(coordinator: P1MonitorCoordinator, section: str, key: str, value: Any) -> None:
    """Change one setting of the device, and show what holds then; None takes it back to its default."""
    with in_words(coordinator):
        settings = await coordinator.client.change_settings({section: {key: value}})
    if isinstance(coordinator, LiveCoordinator):
        coordinator.take_settings(settings)


def may_write(coordinator: P1MonitorCoordinator) -> bool:
    """Whether the device has given us a token: without one, what changes it is not there."""
    return isinstance(coordinator, LiveCoordinator) and coordinator.client.token is not None
