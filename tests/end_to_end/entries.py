"""Entries of devices in a Home Assistant that has not been started yet."""

import json
from pathlib import Path


def entry(
    host: str, *, token: str | None = None, unique_id: str = "0200c3000001", title: str = "P1 meter"
) -> dict[str, object]:
    """The entry of a device, with the token that it gave, as Home Assistant keeps it."""
    return {
        "created_at": "2026-01-01T00:00:00+00:00",
        "data": {"host": host, "original": False, **({"token": token} if token else {})},
        "disabled_by": None,
        "discovery_keys": {},
        "domain": "p1_monitor",
        "entry_id": f"01P1MONITOR00{unique_id}",
        "minor_version": 1,
        "modified_at": "2026-01-01T00:00:00+00:00",
        "options": {},
        "pref_disable_new_entities": False,
        "pref_disable_polling": False,
        "source": "user",
        "subentries": [],
        "title": title,
        "unique_id": unique_id,
        "version": 3,
    }


def keep_entries(folder: Path, entries: list[dict[str, object]]) -> None:
    """Have these entries in the configuration in `folder`."""
    storage = folder / ".storage"
    storage.mkdir(parents=True)
    store = {"version": 1, "minor_version": 5, "key": "core.config_entries", "data": {"entries": entries}}
    (storage / "core.config_entries").write_text(json.dumps(store))
