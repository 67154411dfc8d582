"""Diagnostics for fault reports, without secrets and without data that identifies the household."""

from dataclasses import asdict
from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.const import CONF_HOST, CONF_TOKEN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from .const import CONF_KNOWN_PEER, CONF_PROOF, CONF_TOKEN_ID
from .coordinator import P1MonitorConfigEntry
from .sensor_mbus import KINDS

# Redacted fields: secrets, hosts, names that people gave, numbers that are printed on a meter or a bill, and free text
# of the device.
REDACTED = {
    CONF_HOST,
    CONF_KNOWN_PEER,
    CONF_PROOF,
    CONF_TOKEN,
    CONF_TOKEN_ID,
    "ean",
    "error",
    "id",
    "message",
    "meter_id",
    "name",
    "title",
    "unique_id",
    "wifi_ssid",
}
QUARTER_ID = "quarter_id"


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: P1MonitorConfigEntry
) -> dict[str, Any]:
    """Return the config entry, the newest snapshot, and the unique ids of the entities, all without secrets."""
    coordinator = entry.runtime_data
    snapshot = asdict(coordinator.data)
    # Rename the field `id` of a quarter, because every field named `id` is redacted. A quarter's id is no secret.
    for quarter in (snapshot["quarter"], snapshot["day"]["running"]):
        if quarter:
            quarter[QUARTER_ID] = quarter.pop("id")
    # Make a list of the tuple, because async_redact_data() redacts inside lists, but not inside tuples.
    snapshot["reading"]["mbus"] = list(snapshot["reading"]["mbus"])
    return {
        "entry": async_redact_data(
            {"data": dict(entry.data), "options": dict(entry.options), "title": entry.title}, REDACTED
        ),
        "streaming": coordinator.update_interval is None,
        "last_update_success": coordinator.last_update_success,
        "has_token": coordinator.client.token is not None,
        "snapshot": async_redact_data(snapshot, REDACTED),
        "entities": sorted(
            _key(entity.unique_id, coordinator.device_id)
            for entity in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
        ),
    }


def _key(unique_id: str, device_id: str) -> str:
    """Return an entity's unique id without the ids that identify the device and an M-Bus meter."""
    key = unique_id.removeprefix(f"{device_id}_")
    for kind in KINDS:
        meter, found, rest = key.partition(f"_{kind}")
        if found and meter:
            return f"…_{kind}{rest}"
    return key
