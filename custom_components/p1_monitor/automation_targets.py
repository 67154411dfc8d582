"""Which of our entities a trigger or a condition is about: those of ours with this translation key."""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .const import DOMAIN


@callback
def own_entities(hass: HomeAssistant, entities: set[str], key: str) -> set[str]:
    """Those of the entities that are of this integration and of this kind, whatever they are called."""
    registry = er.async_get(hass)
    found = set()
    for entity_id in entities:
        entity = registry.async_get(entity_id)
        if entity is not None and entity.platform == DOMAIN and entity.translation_key == key:
            found.add(entity_id)
    return found
