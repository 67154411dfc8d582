"""Websocket command for the dashboard card.

The command sends the samples of the running quarter, and after these samples an event per telegram. The dashboard card
gets all its data from Home Assistant, so that no browser sends requests to the device.
"""

from dataclasses import asdict
from typing import Any

import probatio
from homeassistant.components.websocket_api import async_register_command
from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.const import ERR_NOT_FOUND
from homeassistant.components.websocket_api.decorators import websocket_command
from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
    ConfigEntryState,
)
from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.dispatcher import async_dispatcher_connect

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
@callback
def subscribe_quarter(hass: HomeAssistant, connection: ActiveConnection, message: dict[str, Any]) -> None:
    """Send the running quarter until the client unsubscribes.

    If the client names no device id, use the first loaded device.
    """
    device_id = message.get(ATTR_DEVICE_ID)
    if not _entries(hass, device_id):
        connection.send_error(message["id"], ERR_NOT_FOUND, "No such P1 monitor is set up")
        return
    subscription = QuarterSubscription(hass, connection, message["id"], device_id)
    connection.subscriptions[message["id"]] = subscription.cancel
    connection.send_result(message["id"])
    subscription.follow_device()


class QuarterSubscription:
    """A client's subscription to a device. The subscription continues after a reload of the device's config entry."""

    def __init__(
        self, hass: HomeAssistant, connection: ActiveConnection, message_id: int, device_id: str | None
    ) -> None:
        """Watch the config entries of the device, or of all devices if `device_id` is None."""
        self._hass = hass
        self._connection = connection
        self._message_id = message_id
        self._device_id = device_id
        self._coordinator: P1MonitorCoordinator | None = None
        self._unsubscribe_updates: CALLBACK_TYPE | None = None
        self._unsubscribe_entries = async_dispatcher_connect(
            hass, SIGNAL_CONFIG_ENTRY_CHANGED, self._entry_changed
        )

    @callback
    def cancel(self) -> None:
        """End the subscription."""
        self._unsubscribe_entries()
        self._unsubscribe()

    @callback
    def follow_device(self) -> None:
        """Subscribe to the device's current coordinator. A reload of the config entry replaces the coordinator.

        If the device no longer has a coordinator, report the device as unavailable.
        """
        before, now = self._coordinator, _coordinator(self._hass, self._device_id)
        if now is before:
            return
        self._unsubscribe()
        self._coordinator = now
        if now is not None:
            name = f"{DOMAIN} samples {now.client.host}"
            now.config_entry.async_create_background_task(self._hass, self._subscribe(now), name)
        elif before is not None:
            self._send({**_event_json(before), "available": False})

    @callback
    def _entry_changed(self, _: ConfigEntryChange, entry: ConfigEntry) -> None:
        if entry.domain == DOMAIN:
            self.follow_device()

    @callback
    def _unsubscribe(self) -> None:
        if self._unsubscribe_updates is not None:
            self._unsubscribe_updates()
        self._coordinator = self._unsubscribe_updates = None

    async def _subscribe(self, coordinator: P1MonitorCoordinator) -> None:
        samples = await _samples(coordinator)
        if coordinator is not self._coordinator:
            return
        self._unsubscribe_updates = coordinator.async_add_listener(
            lambda: self._send(_event_json(coordinator))
        )
        self._send({**_event_json(coordinator), "samples": samples})

    @callback
    def _send(self, event: dict[str, Any]) -> None:
        self._connection.send_event(self._message_id, event)


@callback
def _entries(hass: HomeAssistant, device_id: str | None) -> list[P1MonitorConfigEntry]:
    """Return the config entries of the device, or all entries of this integration if `device_id` is None."""
    entries: list[P1MonitorConfigEntry] = hass.config_entries.async_entries(DOMAIN)
    if device_id is None:
        return entries
    device = dr.async_get(hass).async_get(device_id)
    return [entry for entry in entries if device and entry.entry_id == device.config_entry_id]


@callback
def _coordinator(hass: HomeAssistant, device_id: str | None) -> P1MonitorCoordinator | None:
    loaded = [entry for entry in _entries(hass, device_id) if entry.state is ConfigEntryState.LOADED]
    return loaded[0].runtime_data if loaded else None


async def _samples(coordinator: P1MonitorCoordinator) -> dict[str, Any] | None:
    """Return the 5 s samples of the running quarter, with powers >= 0. None if the device does not send samples."""
    try:
        quarter = await coordinator.client.original_quarter()
    except P1MonitorError:
        return None
    return None if quarter is None else _samples_json(quarter)


def _samples_json(quarter: OriginalQuarter) -> dict[str, Any]:
    return {
        "id": quarter.quarter_id,
        "imported": quarter.consumed_w,
        "exported": [None if power is None else abs(power) for power in quarter.produced_w],
    }


def _event_json(coordinator: P1MonitorCoordinator) -> dict[str, Any]:
    """Return the event for the newest telegram. While the device is unavailable, the event repeats the last values."""
    snapshot: Snapshot = coordinator.data
    return {
        "available": coordinator.last_update_success and not snapshot.silent,
        "name": coordinator.config_entry.title,
        "time": snapshot.reading.time,
        "power_import_w": snapshot.reading.power_import_w,
        "power_export_w": snapshot.reading.power_export_w,
        "quarter": asdict(snapshot.quarter),
    }
