"""The P1 monitor integration: set-up, migration and removal of its config entries."""

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryAuthFailed, ConfigEntryNotReady, IntegrationError
from homeassistant.helpers import (
    config_validation as cv,
    device_registry as dr,
    issue_registry as ir,
)
from homeassistant.helpers.typing import ConfigType

from .api import (
    OriginalDevice,
    P1MonitorClient,
    P1MonitorError,
    P1MonitorProofError,
    P1MonitorTokenError,
)
from .const import CONF_ORIGINAL, DOMAIN, PLATFORMS
from .coordinator import P1MonitorConfigEntry, P1MonitorCoordinator
from .coordinator_live import LiveCoordinator
from .coordinator_original import OriginalCoordinator
from .dashboard_card import async_setup_dashboard_card
from .device_client import async_create_client
from .device_identity import async_forget_identity, async_identity
from .device_writes import revoke_token
from .entity import main_device_info
from .error_text import failure_key
from .grants import async_watch_grants, grant_issue_id
from .history_backfill import HistoryBackfill
from .issues import async_delete_issues, async_watch_issues
from .leap_correction import LeapCorrection
from .sensor_mbus import meters_by_key
from .services import async_setup_services
from .storage import EntryStorage
from .websocket import async_setup_websocket

# The lowest version of a config entry of this integration. An entry of version 1 or 2 was made by Home Assistant's
# built-in integration, which is named p1_monitor too.
OUR_FIRST_VERSION = 3


CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Set up everything that all devices share: the actions, the websocket command and the dashboard card."""
    async_setup_services(hass)
    async_setup_websocket(hass)
    await async_setup_dashboard_card(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: P1MonitorConfigEntry) -> bool:
    """Set up the device of a config entry. The device runs our firmware or the original firmware."""
    client = async_create_client(hass, entry.data)
    try:
        coordinator = await _create_coordinator(hass, entry, client)
        await coordinator.async_config_entry_first_refresh()
    except IntegrationError:
        await async_identity(hass, entry).search()
        raise
    coordinator.storage = await EntryStorage.load(hass, entry.entry_id)

    # Register the board before the entities are added. The entities register gas and water meters as devices that are
    # connected through the board. Home Assistant must know the board before it can register these meters.
    dr.async_get(hass).async_get_or_create(config_entry_id=entry.entry_id, **main_device_info(coordinator))
    entry.runtime_data = coordinator
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    async_watch_issues(hass, coordinator)
    async_watch_grants(hass, coordinator)
    coordinator.start()
    if isinstance(coordinator, LiveCoordinator) and "recorder" in hass.config.components:
        LeapCorrection(hass, coordinator).start()
        HistoryBackfill(hass, coordinator).start()
    return True


async def _create_coordinator(
    hass: HomeAssistant, entry: P1MonitorConfigEntry, client: P1MonitorClient
) -> P1MonitorCoordinator:
    """Return the coordinator for the firmware that the device runs now.

    Since the config entry was made, the device may have been changed from the original firmware to our firmware, or
    back.
    """
    if not entry.data[CONF_ORIGINAL]:
        expected = LiveCoordinator(hass, entry, client)
        if await expected.open_stream():
            return expected
    try:
        identified = await client.identify()
    except P1MonitorTokenError as err:
        raise ConfigEntryAuthFailed(
            translation_domain=DOMAIN,
            translation_key="token_refused",
            translation_placeholders={"host": client.host},
        ) from err
    except P1MonitorError as err:
        if isinstance(err, P1MonitorProofError):
            async_identity(hass, entry).report(err)
        raise ConfigEntryNotReady(
            translation_domain=DOMAIN,
            translation_key=failure_key(err),
            translation_placeholders={"host": client.host, "error": str(err)},
        ) from err
    original = isinstance(identified, OriginalDevice)
    if entry.data[CONF_ORIGINAL] is not original:
        hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_ORIGINAL: original})
    if isinstance(identified, OriginalDevice):
        return OriginalCoordinator(hass, entry, client, identified.serial)
    return LiveCoordinator(hass, entry, client)


async def async_unload_entry(hass: HomeAssistant, entry: P1MonitorConfigEntry) -> bool:
    """Unload a config entry: unload its platforms, then write its storage to disk.

    This function does not stop the entry's background tasks, because Home Assistant cancels them.
    """
    unloaded = await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
    await entry.runtime_data.storage.save()
    return unloaded


async def async_migrate_entry(hass: HomeAssistant, entry: P1MonitorConfigEntry) -> bool:
    """True for a config entry of this integration, False for a config entry of the built-in integration p1_monitor.

    This integration replaces Home Assistant's built-in integration of the same name, but cannot use the config entries
    of the built-in integration. For each of those entries, an issue under Repairs offers to remove the entry.
    """
    if entry.version >= OUR_FIRST_VERSION:
        return True
    ir.async_create_issue(
        hass,
        DOMAIN,
        built_in_issue_id(entry.entry_id),
        data={"entry_id": entry.entry_id},
        is_fixable=True,
        is_persistent=False,
        severity=ir.IssueSeverity.ERROR,
        translation_key="built_in_entry",
        translation_placeholders={"title": entry.title},
    )
    return False


async def async_remove_entry(hass: HomeAssistant, entry: P1MonitorConfigEntry) -> None:
    """Delete everything of a removed config entry: its issues, its storage, and its token on the device."""
    ir.async_delete_issue(hass, DOMAIN, built_in_issue_id(entry.entry_id))
    async_delete_issues(hass, entry.entry_id)
    async_forget_identity(hass, entry.entry_id)
    ir.async_delete_issue(hass, DOMAIN, grant_issue_id(entry.entry_id))
    await EntryStorage.remove(hass, entry.entry_id)
    await revoke_token(hass, entry.data)


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: P1MonitorConfigEntry, device: dr.DeviceEntry
) -> bool:
    """True if the user may remove the device from Home Assistant.

    False for the board, and for a gas, water or heat meter that the newest reading contains.
    """
    coordinator = entry.runtime_data
    present = {coordinator.device_id}
    present |= {f"{coordinator.device_id}_{key}" for key in meters_by_key(coordinator.data)}
    return not any((DOMAIN, name) in device.identifiers for name in present)


def built_in_issue_id(entry_id: str) -> str:
    """Return the id of the repair issue about a config entry of Home Assistant's built-in integration p1_monitor."""
    return f"built_in_entry_{entry_id}"
