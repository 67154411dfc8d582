"""Event entities for peaks and for the meter. event_detector.py decides when an event occurs."""

from dataclasses import dataclass
from typing import override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import CoreState, HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import P1MonitorConfigEntry, P1MonitorCoordinator
from .entity import P1MonitorEntity, P1MonitorEntityDescription, async_add_when_present
from .event_detector import (
    BREAKER,
    METER_TYPES,
    PEAK_TYPES,
    DetectedEvent,
    MeterEventDetector,
    PeakEventDetector,
)
from .sensor_meter import BREAKER_STATES

# 0: any number of entities may update at the same time, because an update of an entity sends no request. The
# coordinator fetches the data for all entities.
PARALLEL_UPDATES = 0

# Key under which the reported peak events are stored. Another key would lose the events that are stored already.
REPORTED_KEY = "told"


@dataclass(frozen=True, kw_only=True)
class P1MonitorEventDescription(P1MonitorEntityDescription, EventEntityDescription):
    """Description of an event entity."""


PEAK = P1MonitorEventDescription(
    key="peak",
    translation_key="peak",
    event_types=PEAK_TYPES,
    needs_telegrams=False,
    has_fn=lambda s: s.quarter.id is not None,
)
METER = P1MonitorEventDescription(
    key="meter",
    translation_key="meter",
    event_types=METER_TYPES,
    entity_category=EntityCategory.DIAGNOSTIC,
    entity_registry_enabled_default=False,
    needs_telegrams=False,
    has_fn=lambda s: s.device is not None and s.reading.time is not None,
)
EVENTS = (PEAK, METER)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: P1MonitorConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add each event entity as soon as the device has data for the entity."""
    coordinator = entry.runtime_data
    async_add_when_present(coordinator, (PEAK,), async_add_entities, PeakEvent)
    async_add_when_present(coordinator, (METER,), async_add_entities, MeterEvent)


class P1MonitorEvent(P1MonitorEntity, EventEntity):
    """Base of the event entities, which report detected events once Home Assistant is running."""

    entity_description: P1MonitorEventDescription

    def _detect(self) -> list[DetectedEvent]:
        """Return the events since the previous call."""
        raise NotImplementedError

    @override
    async def async_added_to_hass(self) -> None:
        """Detect the events of the present snapshot. The next update of the coordinator reports the events."""
        await super().async_added_to_hass()
        self._pending = self._detect()

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Detect events, and report the events if Home Assistant is running.

        While Home Assistant is starting, keep the events. Automations that are not loaded yet would miss the events.
        """
        if self.available != self._written_available:
            self._prepare_write(None)
            self.async_write_ha_state()
        self._pending += self._detect()
        if self.hass.state is not CoreState.running:
            return
        for detected in self._pending:
            self._trigger_event(detected.type, detected.data)
            self.async_write_ha_state()
        self._pending = []

    @override
    def _current_value(self) -> None:
        """Return None, because Home Assistant sets an event entity's state to the time of the newest event."""

    @override
    def _set_value(self, value: None) -> None:
        """Do nothing, because an event entity has no value."""


class PeakEvent(P1MonitorEvent):
    """Event entity that reports a warning, an exceeded target, a new month peak, and a closed month."""

    def __init__(self, coordinator: P1MonitorCoordinator, description: P1MonitorEventDescription) -> None:
        """Load the record of reported events, so that no event is reported again after a restart."""
        super().__init__(coordinator, description)
        self._detector = PeakEventDetector(coordinator.storage.get(REPORTED_KEY))

    @override
    def _detect(self) -> list[DetectedEvent]:
        found = self._detector.detect(self.coordinator.data)
        self.coordinator.storage.put(REPORTED_KEY, dict(self._detector.reported))
        return found


class MeterEvent(P1MonitorEvent):
    """Event entity that reports a change of the breaker, a message of the meter, and restored power."""

    def __init__(self, coordinator: P1MonitorCoordinator, description: P1MonitorEventDescription) -> None:
        """Create the detector, which reports no event in the first snapshot."""
        super().__init__(coordinator, description)
        self._detector = MeterEventDetector()

    @override
    def _detect(self) -> list[DetectedEvent]:
        return [
            DetectedEvent(
                type=BREAKER, data={key: BREAKER_STATES.get(value) for key, value in item.data.items()}
            )
            if item.type == BREAKER
            else item
            for item in self._detector.detect(self.coordinator.data)
        ]
