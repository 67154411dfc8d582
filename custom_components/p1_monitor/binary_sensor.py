"""Binary sensors for a peak at risk, an exceeded target, the P1 connection, the card and the clock."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.binary_sensor import (
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import P1MonitorConfigEntry, Snapshot
from .entity import P1MonitorEntity, P1MonitorEntityDescription, async_add_when_present

# 0: any number of entities may update at the same time, because an update of an entity sends no request. The
# coordinator fetches the data for all entities.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class P1MonitorBinarySensorDescription(P1MonitorEntityDescription, BinarySensorEntityDescription):
    """A row of the table BINARY_SENSORS. value_fn returns True if the sensor is on."""

    value_fn: Callable[[Snapshot], bool]


BINARY_SENSORS = (
    P1MonitorBinarySensorDescription(
        key="peak_at_risk",
        translation_key="peak_at_risk",
        device_class=BinarySensorDeviceClass.PROBLEM,
        has_fn=lambda s: s.quarter.id is not None,
        value_fn=lambda s: s.quarter.at_risk,
    ),
    P1MonitorBinarySensorDescription(
        key="peak_unavoidable",
        translation_key="peak_unavoidable",
        device_class=BinarySensorDeviceClass.PROBLEM,
        has_fn=lambda s: s.quarter.id is not None,
        value_fn=lambda s: s.quarter.unavoidable,
    ),
    P1MonitorBinarySensorDescription(
        key="p1_connected",
        translation_key="p1_connected",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        needs_telegrams=False,
        has_fn=lambda s: s.device is not None,
        value_fn=lambda s: not s.silent,
    ),
    P1MonitorBinarySensorDescription(
        key="sd_problem",
        translation_key="sd_problem",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        needs_telegrams=False,
        has_fn=lambda s: s.device is not None and s.device.card.state is not None,
        # Without a card, the device stores no history. Therefore the sensor is also on if the card is missing.
        value_fn=lambda s: s.device is not None and s.device.card.state != "ok",
    ),
    P1MonitorBinarySensorDescription(
        key="clock_problem",
        translation_key="clock_problem",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        needs_telegrams=False,
        has_fn=lambda s: s.device is not None,
        # Quarters begin and end by the meter's time. Therefore the sensor is on until the device knows this time.
        value_fn=lambda s: s.device is not None and s.device.clock.source is None,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: P1MonitorConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add each binary sensor as soon as the device has data for the sensor."""
    async_add_when_present(entry.runtime_data, BINARY_SENSORS, async_add_entities, P1MonitorBinarySensor)


class P1MonitorBinarySensor(P1MonitorEntity, BinarySensorEntity):
    """A binary sensor for one row of the table BINARY_SENSORS."""

    entity_description: P1MonitorBinarySensorDescription

    @override
    def _current_value(self) -> bool:
        return self.entity_description.value_fn(self.coordinator.data)

    @override
    def _set_value(self, value: bool) -> None:
        self._attr_is_on = value
