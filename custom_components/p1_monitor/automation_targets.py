"""The entities that a trigger or a condition is about: those of this integration with one translation key."""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .const import DOMAIN


@callback
def own_entities(hass: HomeAssistant, entities: set[str], key: str) -> set[str]:
    """Return those of the entities that belong to this integration and have this translation key."""
    registry = er.async_get(hass)
    found = set()
    for entity_id in entities:
        entity = registry.async_get(entity_id)
        if entity is not None and entity.platform == DOMAIN and entity.translation_key == key:
            found.add(entity_id)
    return found
