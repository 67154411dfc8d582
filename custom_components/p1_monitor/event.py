"""Events: what happens to peaks, and to the meter. See event_detector.py for when."""

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

# The coordinator fetches for all of them; nothing here talks to the device.
PARALLEL_UPDATES = 0

# Under which the storage keeps what was told of peaks.
REPORTED_KEY = "told"


@dataclass(frozen=True, kw_only=True)
class P1MonitorEventDescription(P1MonitorEntityDescription, EventEntityDescription):
    """A line in the table of events."""


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
    """Add the events once there is something that they can come from."""
    coordinator = entry.runtime_data
    async_add_when_present(coordinator, (PEAK,), async_add_entities, PeakEvent)
    async_add_when_present(coordinator, (METER,), async_add_entities, MeterEvent)


class P1MonitorEvent(P1MonitorEntity, EventEntity):
    """An event of the table."""

    entity_description: P1MonitorEventDescription

    def _detect(self) -> list[DetectedEvent]:
        """What is new since the last look."""
        raise NotImplementedError

    @override
    async def async_added_to_hass(self) -> None:
        """Look once: what is there already happened before we came."""
        await super().async_added_to_hass()
        self._pending = self._detect()

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Tell each event; those who listen are only there once Home Assistant runs."""
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
        """An event has no value; its state is when it came."""

    @override
    def _set_value(self, value: None) -> None:
        """Nothing to show."""


class PeakEvent(P1MonitorEvent):
    """A warning, a target exceeded, a new month peak, a month that closed."""

    def __init__(self, coordinator: P1MonitorCoordinator, description: P1MonitorEventDescription) -> None:
        """Go on where the last life of Home Assistant ended."""
        super().__init__(coordinator, description)
        self._detector = PeakEventDetector(coordinator.storage.get(REPORTED_KEY))

    @override
    def _detect(self) -> list[DetectedEvent]:
        found = self._detector.detect(self.coordinator.data)
        self.coordinator.storage.put(REPORTED_KEY, dict(self._detector.reported))
        return found


class MeterEvent(P1MonitorEvent):
    """The breaker, a message, or power that came back."""

    def __init__(self, coordinator: P1MonitorCoordinator, description: P1MonitorEventDescription) -> None:
        """Begin with what there is."""
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
