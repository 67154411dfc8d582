"""The running quarter for a dashboard: its samples first, then each telegram; no browser ever asks a device."""

from dataclasses import asdict
from typing import Any

import probatio
from homeassistant.components.websocket_api import async_register_command
from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.const import ERR_NOT_FOUND
from homeassistant.components.websocket_api.decorators import async_response, websocket_command
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from .api import OriginalQuarter, P1MonitorError
from .const import DOMAIN
from .coordinator import P1MonitorConfigEntry, P1MonitorCoordinator, Snapshot


@callback
def async_setup_websocket(hass: HomeAssistant) -> None:
    """Register the command."""
    async_register_command(hass, subscribe_quarter)


@websocket_command(
    {
        probatio.Required("type"): f"{DOMAIN}/quarter/subscribe",
        probatio.Optional(ATTR_DEVICE_ID): str,
    }
)
@async_response
async def subscribe_quarter(
    hass: HomeAssistant, connection: ActiveConnection, message: dict[str, Any]
) -> None:
    """Send the running quarter of a device, or of the only one, as long as somebody listens."""
    coordinator = _coordinator(hass, message.get(ATTR_DEVICE_ID))
    if coordinator is None:
        connection.send_error(message["id"], ERR_NOT_FOUND, "There is no such P1 monitor just now")
        return
    samples = await _samples(coordinator)

    @callback
    def send() -> None:
        connection.send_event(message["id"], _event(coordinator))

    connection.subscriptions[message["id"]] = coordinator.async_add_listener(send)
    connection.send_result(message["id"])
    connection.send_event(message["id"], {**_event(coordinator), "samples": samples})


@callback
def _coordinator(hass: HomeAssistant, device_id: str | None) -> P1MonitorCoordinator | None:
    entries: list[P1MonitorConfigEntry] = [
        entry for entry in hass.config_entries.async_entries(DOMAIN) if entry.state is ConfigEntryState.LOADED
    ]
    if device_id is not None:
        device = dr.async_get(hass).async_get(device_id)
        entries = [entry for entry in entries if device and entry.entry_id == device.config_entry_id]
    return entries[0].runtime_data if entries else None


async def _samples(coordinator: P1MonitorCoordinator) -> dict[str, Any] | None:
    """The slots of 5 s that the device has of the running quarter, both powers 0 or more; None: it does not say."""
    try:
        quarter = await coordinator.client.original_quarter()
    except P1MonitorError:
        return None
    return None if quarter is None else _slots(quarter)


def _slots(quarter: OriginalQuarter) -> dict[str, Any]:
    return {
        "id": quarter.quarter_id,
        "imported": quarter.consumed_w,
        "exported": [None if power is None else abs(power) for power in quarter.produced_w],
    }


def _event(coordinator: P1MonitorCoordinator) -> dict[str, Any]:
    """What a telegram changed; a device that is away tells so, and its figures are the last ones."""
    snapshot: Snapshot = coordinator.data
    return {
        "available": coordinator.last_update_success and not snapshot.silent,
        "name": coordinator.config_entry.title,
        "time": snapshot.reading.time,
        "power_import_w": snapshot.reading.power_import_w,
        "power_export_w": snapshot.reading.power_export_w,
        "quarter": asdict(snapshot.quarter),
    }
