"""Storage of a config entry's data across restarts of Home Assistant.

The data are the record of the reported peak events, whether the meter has sent peaks, the newest reading of each
register, and the leaps of the registers (see register_leaps.py).
"""

from time import monotonic
from typing import Any, Self

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from .const import DOMAIN

VERSION = 1
SAVE_AFTER_S = 1.0


class EntryStorage:
    """A small file of one config entry, with JSON values by key. Each module that stores values has its own keys."""

    def __init__(self, store: Store[dict[str, Any]], data: dict[str, Any]) -> None:
        self._store = store
        self._data = data
        self._save_due: float | None = None

    @classmethod
    async def load(cls, hass: HomeAssistant, entry_id: str) -> Self:
        """Return the storage of a config entry. The storage is empty if the entry has no file yet."""
        store = _store(hass, entry_id)
        return cls(store, await store.async_load() or {})

    @staticmethod
    async def remove(hass: HomeAssistant, entry_id: str) -> None:
        """Delete the storage file of a removed config entry."""
        await _store(hass, entry_id).async_remove()

    def get(self, key: str) -> Any:
        """Return the value of this key, None if the key has no value."""
        return self._data.get(key)

    def put(self, key: str, value: Any, *, within_s: float = SAVE_AFTER_S) -> None:
        """Set the value of this key. The file is written within `within_s` seconds, or when Home Assistant stops."""
        if self._data.get(key) == value:
            return
        self._data[key] = value
        due = monotonic() + within_s
        if self._save_due is None or due < self._save_due:
            self._save_due = due
            self._store.async_delay_save(self._data_to_save, within_s)

    def _data_to_save(self) -> dict[str, Any]:
        self._save_due = None
        return self._data

    async def save(self) -> None:
        """Write the file at once. Call this function when the config entry is unloaded."""
        await self._store.async_save(self._data_to_save())


def _store(hass: HomeAssistant, entry_id: str) -> Store[dict[str, Any]]:
    return Store(hass, VERSION, f"{DOMAIN}.{entry_id}")
