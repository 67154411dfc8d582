"""What must be remembered over a restart of Home Assistant: which peaks were told already, and what was seen."""

from typing import Any, Self

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from .const import DOMAIN

VERSION = 1
SAVE_AFTER_S = 1.0


class EntryStorage:
    """A small file for one config entry. Values are JSON; whoever reads one gives its key."""

    def __init__(self, store: Store[dict[str, Any]], data: dict[str, Any]) -> None:
        """Hold what was loaded."""
        self._store = store
        self._data = data

    @classmethod
    async def load(cls, hass: HomeAssistant, entry_id: str) -> Self:
        """Read the file; without one nothing is remembered."""
        store = _store(hass, entry_id)
        return cls(store, await store.async_load() or {})

    @staticmethod
    async def remove(hass: HomeAssistant, entry_id: str) -> None:
        """Remove the file of an entry that is gone."""
        await _store(hass, entry_id).async_remove()

    def get(self, key: str) -> Any:
        """What was remembered under this key, or None."""
        return self._data.get(key)

    def put(self, key: str, value: Any) -> None:
        """Remember this; it is on disk a moment later."""
        if self._data.get(key) != value:
            self._data[key] = value
            self._store.async_delay_save(lambda: self._data, SAVE_AFTER_S)

    async def save(self) -> None:
        """Write now, before the entry is unloaded."""
        await self._store.async_save(self._data)


def _store(hass: HomeAssistant, entry_id: str) -> Store[dict[str, Any]]:
    return Store(hass, VERSION, f"{DOMAIN}.{entry_id}")
