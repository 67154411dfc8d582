"""Filter for the entities that a user chooses for a trigger or a condition.

A user may also choose a whole area of Home Assistant, such as a room, with all its entities. The filter keeps only the
entities that belong to this integration and have a certain translation key, such as "headroom".
"""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .const import DOMAIN


@callback
def own_entities(hass: HomeAssistant, entities: set[str], key: str) -> set[str]:
    """Return the chosen entities that belong to this integration and have the translation key `key`."""
    registry = er.async_get(hass)
    found = set()
    for entity_id in entities:
        entity = registry.async_get(entity_id)
        if entity is not None and entity.platform == DOMAIN and entity.translation_key == key:
            found.add(entity_id)
    return found
