"""Changes of a device's settings, deletion of its token, and set-up of the entities that control the device.

An error of the client reaches the user as a translated HomeAssistantError.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .api import P1MonitorError, P1MonitorRefusedError, P1MonitorTokenError
from .const import CONF_TOKEN_ID, DOMAIN
from .coordinator import P1MonitorCoordinator
from .coordinator_live import LiveCoordinator
from .device_client import async_create_client
from .entity import P1MonitorEntityDescription, async_add_when_present
from .error_text import failure_key


@contextmanager
def translate_errors(coordinator: P1MonitorCoordinator) -> Iterator[None]:
    """Run the `with` block, and raise a translated HomeAssistantError for an error of the client.

    If the device does not accept the token, also start the flow that asks the user for access again.
    """
    try:
        yield
    except P1MonitorError as err:
        key = failure_key(err)
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
    """Change one setting of the device, and publish the settings that the device returns.

    value: the new value of the setting. None restores the default value.
    """
    with translate_errors(coordinator):
        settings = await coordinator.client.change_settings({section: {key: value}})
    if isinstance(coordinator, LiveCoordinator):
        coordinator.publish_settings(settings)


@callback
def async_add_controls[D: P1MonitorEntityDescription](
    coordinator: P1MonitorCoordinator,
    platform: Platform,
    descriptions: tuple[D, ...],
    async_add_entities: AddConfigEntryEntitiesCallback,
    make: Callable[[P1MonitorCoordinator, D], Entity],
) -> None:
    """Add the entities that change the device, if the device has issued a token to Home Assistant.

    Without a token, remove the entities that were added when the config entry had a token.
    """
    if not isinstance(coordinator, LiveCoordinator):
        return
    if coordinator.client.token:
        async_add_when_present(coordinator, descriptions, async_add_entities, make)
        return
    registry = er.async_get(coordinator.hass)
    for item in descriptions:
        unique_id = f"{coordinator.device_id}_{item.key}"
        if entity_id := registry.async_get_entity_id(platform, DOMAIN, unique_id):
            registry.async_remove(entity_id)


async def revoke_token(hass: HomeAssistant, data: Mapping[str, Any]) -> None:
    """Delete a config entry's token on the device.

    If the device does not answer, or does not prove its identity, the token remains on the device.

    data: the data of the config entry.
    """
    if token_id := data.get(CONF_TOKEN_ID):
        with suppress(P1MonitorError):
            await async_create_client(hass, data).delete_token(token_id)
