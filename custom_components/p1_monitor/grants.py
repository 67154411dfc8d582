"""A message under Repairs about access that the device gave to somebody else than Home Assistant."""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from .api import Grant
from .const import CONF_TOKEN_ID, DOMAIN
from .coordinator import P1MonitorConfigEntry, P1MonitorCoordinator
from .error_text import as_markdown
from .flow_access import token_name

# Storage key. The stored value is a list: the id of Home Assistant's token, and the newest grant that was checked while
# Home Assistant had this token.
SEEN = "grant_seen"
_TEXTS = {"token": "granted_token", "session": "granted_session", "password": "granted_password"}


@callback
def async_watch_grants(hass: HomeAssistant, coordinator: P1MonitorCoordinator) -> None:
    """Show each new grant as a message under Repairs, until the config entry is unloaded."""
    entry = coordinator.config_entry

    @callback
    def show_new_grant() -> None:
        grant = coordinator.data.device.granted if coordinator.data.device else None
        if grant is None:
            return
        seen_before = coordinator.storage.get(SEEN)
        token_id = entry.data.get(CONF_TOKEN_ID)
        seen = [token_id, grant.what, grant.name, str(grant.at)]
        if seen == seen_before:
            return
        coordinator.storage.put(SEEN, seen)
        has_new_token = token_id is not None and (seen_before is None or seen_before[0] != token_id)
        if not (has_new_token and grant.what == "token" and grant.name == token_name(hass)):
            _show(hass, entry, grant)

    show_new_grant()
    entry.async_on_unload(coordinator.async_add_listener(show_new_grant))


def _show(hass: HomeAssistant, entry: P1MonitorConfigEntry, grant: Grant) -> None:
    at = f"{dt_util.as_local(grant.at):%Y-%m-%d %H:%M}" if grant.at else "?"
    ir.async_create_issue(
        hass,
        DOMAIN,
        grant_issue_id(entry.entry_id),
        is_fixable=True,
        is_persistent=True,
        severity=ir.IssueSeverity.WARNING,
        translation_key=_TEXTS[grant.what],
        translation_placeholders={
            "title": entry.title,
            "name": as_markdown(grant.name or "?"),
            "kind": grant.kind or "?",
            "at": at,
        },
    )


def grant_issue_id(entry_id: str) -> str:
    """Return the id of the issue about the newest grant of a config entry's device."""
    return f"granted_{entry_id}"
