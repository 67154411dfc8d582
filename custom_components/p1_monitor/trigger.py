"""Triggers for automations: a peak at risk or exceeded, a new month peak, a month that closed, and thresholds."""

from collections.abc import Mapping
from typing import ClassVar, override

import probatio
from homeassistant.const import CONF_FOR, CONF_OPTIONS, STATE_ON, UnitOfPower
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.trigger import (
    ENTITY_STATE_TRIGGER_SCHEMA,
    EntityNumericalStateCrossedThresholdTriggerWithUnitBase,
    EntityTargetStateTriggerBase,
    EntityTriggerBase,
    NotTriggeredReasonReporter,
    StatelessEntityTriggerBase,
    Trigger,
)
from homeassistant.util.unit_conversion import PowerConverter

from .automation_targets import own_entities
from .event_detector import MONTH_CLOSED, NEW_MONTH_PEAK

SENSOR = {"sensor": DomainSpec()}

EVENT_SCHEMA = ENTITY_STATE_TRIGGER_SCHEMA.extend(
    {
        probatio.Required(CONF_OPTIONS, default={}): {
            probatio.Optional(CONF_FOR): cv.positive_time_period,
        },
    }
)


class OwnEntities(EntityTriggerBase):
    """Narrows a target to our entities of one kind."""

    key: ClassVar[str]

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        """Leave out what is not ours, also where a whole area is the target."""
        return own_entities(self._hass, super().entity_filter(entities), self.key)


class TurnsOn(OwnEntities, EntityTargetStateTriggerBase):
    """A binary sensor of ours turns on."""

    _domain_specs: Mapping[str, DomainSpec] = {"binary_sensor": DomainSpec()}
    _to_states: set[str] = {STATE_ON}  # noqa: RUF012 (as the base class has it)


class PeakAtRisk(TurnsOn):
    """The running quarter heads for a peak, and there is time to do something."""

    key = "peak_at_risk"


class PeakExceeded(TurnsOn):
    """The running quarter has passed its target."""

    key = "peak_unavoidable"


class PeakEventTrigger(OwnEntities, StatelessEntityTriggerBase):
    """The event entity tells of something of this type."""

    _domain_specs: Mapping[str, DomainSpec] = {"event": DomainSpec()}
    _schema = EVENT_SCHEMA
    key = "peak"
    event_type: ClassVar[str]

    @override
    def is_valid_state(self, state: State, report_not_triggered: NotTriggeredReasonReporter) -> bool:
        """Whether the newest event is of this type."""
        return bool(state.attributes.get("event_type") == self.event_type)


class NewMonthPeak(PeakEventTrigger):
    """A quarter was the highest of its month, and above what is billed anyway."""

    event_type = NEW_MONTH_PEAK


class MonthClosed(PeakEventTrigger):
    """A month is over, and its peak is final."""

    event_type = MONTH_CLOSED


class PowerCrossed(OwnEntities, EntityNumericalStateCrossedThresholdTriggerWithUnitBase):
    """A power of ours crosses a threshold."""

    _domain_specs = SENSOR
    _base_unit = UnitOfPower.WATT
    _unit_converter = PowerConverter


class ProjectedDemandCrossed(PowerCrossed):
    """Where the running quarter is heading crosses a threshold."""

    key = "projected_demand"


class HeadroomCrossed(PowerCrossed):
    """What may still be used crosses a threshold."""

    key = "headroom"


class TariffChanged(OwnEntities):
    """Day begins, or night."""

    _domain_specs = SENSOR
    key = "tariff"


TRIGGERS: dict[str, type[Trigger]] = {
    "headroom_crossed": HeadroomCrossed,
    "month_closed": MonthClosed,
    "new_month_peak": NewMonthPeak,
    "peak_at_risk": PeakAtRisk,
    "peak_exceeded": PeakExceeded,
    "projected_demand_crossed": ProjectedDemandCrossed,
    "tariff_changed": TariffChanged,
}


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """The triggers of this integration."""
    return TRIGGERS
