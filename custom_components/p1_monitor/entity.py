"""Base class of all entities.

The class assigns each entity to a device, and limits how often an entity writes its state. async_add_when_present()
adds each entity as soon as the device has data for the entity.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any, override

from homeassistant.const import CONF_HOST
from homeassistant.core import callback
from homeassistant.helpers.device_registry import CONNECTION_NETWORK_MAC, DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import DOMAIN, MANUFACTURER, ORIGINAL_MODEL
from .coordinator import P1MonitorCoordinator, Snapshot


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """Limit on how often an entity writes its state.

    The limit is needed because a telegram arrives every second, and each state is a row in the recorder.

    every_s: the shortest time between two writes, in s; 0 to write each change. step: a change of the value by at least
    `step` is written at once. at_quarter_end: True if the first value of a new quarter is written at once too.
    """

    every_s: float = 0.0
    step: float | None = None
    at_quarter_end: bool = False


AT_CHANGE = Rhythm()
TEN_SECONDS = Rhythm(every_s=10)
POWER = Rhythm(every_s=10, step=100)
ENERGY = Rhythm(every_s=10, at_quarter_end=True)

# A telegram may arrive a little early, such as 9.9 s after the last write. Without this tolerance, an entity with
# every_s=10 would not write its state at that telegram, but only at the next telegram, after about 11 s.
TOLERANCE_S = 0.5


@dataclass(frozen=True, kw_only=True)
class P1MonitorEntityDescription(EntityDescription):
    """A row of a table of entities.

    has_fn: returns True if the device has data for the entity. The entity is added as soon as the device has data.
    enabled_fn: returns True if the entity starts enabled. needs_telegrams: True if the entity is unavailable while the
    meter is silent, because its last value may be outdated.
    """

    has_fn: Callable[[Snapshot], bool]
    enabled_fn: Callable[[Snapshot], bool] = lambda _: True
    rhythm: Rhythm = AT_CHANGE
    needs_telegrams: bool = True
    attributes_fn: Callable[[Snapshot], Mapping[str, Any]] | None = None


class P1MonitorEntity(CoordinatorEntity[P1MonitorCoordinator]):
    """An entity that reads its value at every update, and writes its state as often as its Rhythm allows.

    Each platform implements `_current_value` and `_set_value`.
    """

    _attr_has_entity_name = True
    entity_description: P1MonitorEntityDescription

    def __init__(self, coordinator: P1MonitorCoordinator, description: P1MonitorEntityDescription) -> None:
        """Create an entity from `description`, a row of a table of entities."""
        super().__init__(coordinator)
        self.entity_description = description
        self._attr_unique_id = f"{coordinator.device_id}_{description.key}"
        self._attr_device_info = main_device_info(coordinator)
        if not description.enabled_fn(coordinator.data):
            self._attr_entity_registry_enabled_default = False
        self._prepare_write(self._current_value())

    def _current_value(self) -> Any:
        """Return the entity's value in the newest snapshot."""
        raise NotImplementedError

    def _set_value(self, value: Any) -> None:
        """Store the value in the entity's `_attr_…` fields, from which Home Assistant reads the state."""
        raise NotImplementedError

    @property
    @override
    def available(self) -> bool:
        """True if the device answers. An entity that needs telegrams is unavailable while no telegrams arrive."""
        return super().available and not (
            self.entity_description.needs_telegrams and self.coordinator.data.silent
        )

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Write the entity's state if its Rhythm allows a write now."""
        value = self._current_value()
        if self._should_write(value):
            self._prepare_write(value)
            self.async_write_ha_state()

    def _should_write(self, value: Any) -> bool:
        if self.available != self._written_available:
            return True
        if (value is None) != (self._written_value is None):
            return True
        rhythm = self.entity_description.rhythm
        if self.coordinator.every_second or not rhythm.every_s:
            return bool(value != self._written_value) or self._attributes() != (
                self._attr_extra_state_attributes
            )
        if monotonic() - self._written_at >= rhythm.every_s - TOLERANCE_S:
            return True
        if rhythm.step is not None and value is not None:
            return bool(abs(value - self._written_value) >= rhythm.step)
        return rhythm.at_quarter_end and self.coordinator.data.quarter.id != self._written_quarter

    def _prepare_write(self, value: Any) -> None:
        """Prepare the value that the next write publishes. _should_write() compares later values with this value."""
        self._written_value = value
        self._written_at = monotonic()
        self._written_available = self.available
        self._written_quarter = self.coordinator.data.quarter.id
        self._attr_extra_state_attributes = self._attributes()
        self._set_value(value)

    def _attributes(self) -> dict[str, Any]:
        attributes_fn = self.entity_description.attributes_fn
        return {} if attributes_fn is None else dict(attributes_fn(self.coordinator.data))


@callback
def async_add_when_present[D: P1MonitorEntityDescription](
    coordinator: P1MonitorCoordinator,
    descriptions: tuple[D, ...],
    async_add_entities: AddConfigEntryEntitiesCallback,
    make: Callable[[P1MonitorCoordinator, D], Entity],
) -> None:
    """Add each entity as soon as the device has data for the entity.

    A meter may begin to export, or a gas meter may be connected, long after the config entry was made.
    """
    waiting = list(descriptions)

    @callback
    def add_shown() -> None:
        shown = [item for item in waiting if item.has_fn(coordinator.data)]
        if shown:
            waiting[:] = [item for item in waiting if item not in shown]
            async_add_entities(make(coordinator, item) for item in shown)

    add_shown()
    coordinator.config_entry.async_on_unload(coordinator.async_add_listener(add_shown))


def main_device_info(coordinator: P1MonitorCoordinator) -> DeviceInfo:
    """Return the data of the board for the device registry."""
    device = coordinator.data.device
    info = DeviceInfo(
        identifiers={(DOMAIN, coordinator.device_id)},
        name=coordinator.config_entry.title,
        manufacturer=MANUFACTURER,
        model=device.board if device else ORIGINAL_MODEL,
        configuration_url=f"http://{coordinator.config_entry.data[CONF_HOST]}",
    )
    if device:
        info["sw_version"] = device.firmware
    if coordinator.mac:
        info["connections"] = {(CONNECTION_NETWORK_MAC, coordinator.mac)}
        info["serial_number"] = coordinator.device_id
    return info
