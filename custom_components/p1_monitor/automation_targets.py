"""Filter for the targets of triggers and conditions.

A user may choose a whole area as the target. Of the area's entities, a trigger or condition uses only those that belong
to this integration and have a certain translation key, such as "headroom".
"""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .const import DOMAIN


@callback
def own_entities(hass: HomeAssistant, entities: set[str], key: str) -> set[str]:
    """Return the entities that belong to this integration and have the translation key `key`."""
    registry = er.async_get(hass)
    found = set()
    for entity_id in entities:
        entity = registry.async_get(entity_id)
        if entity is not None and entity.platform == DOMAIN and entity.translation_key == key:
            found.add(entity_id)
    return found
