"""Triggers for automations: peak at risk or exceeded, new month peak, closed month, tariff, power thresholds."""

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
    """Base class of the triggers.

    A user chooses entities for a trigger, or a whole area of Home Assistant. The trigger watches only the chosen
    entities that belong to this integration and have the translation key `key`.
    """

    key: ClassVar[str]

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        """Return the entities that this trigger watches.

        A user may choose a whole area of Home Assistant, which also has other entities.
        """
        return own_entities(self._hass, super().entity_filter(entities), self.key)


class TurnsOn(OwnEntities, EntityTargetStateTriggerBase):
    """Base class of the triggers that fire when a binary sensor of this integration turns on."""

    _domain_specs: Mapping[str, DomainSpec] = {"binary_sensor": DomainSpec()}
    _to_states: set[str] = {STATE_ON}  # noqa: RUF012 (as the base class has it)


class PeakAtRisk(TurnsOn):
    """Trigger for a running quarter that is at risk of exceeding the target, while there is still time to act."""

    key = "peak_at_risk"


class PeakExceeded(TurnsOn):
    """Trigger for a running quarter that has already reached its target."""

    key = "peak_unavoidable"


class PeakEventTrigger(OwnEntities, StatelessEntityTriggerBase):
    """Base class of the triggers that fire when the event entity of the peaks reports a certain type of event."""

    _domain_specs: Mapping[str, DomainSpec] = {"event": DomainSpec()}
    _schema = EVENT_SCHEMA
    key = "peak"
    event_type: ClassVar[str]

    @override
    def is_valid_state(self, state: State, report_not_triggered: NotTriggeredReasonReporter) -> bool:
        """True if the newest event has the type of this trigger."""
        return bool(state.attributes.get("event_type") == self.event_type)


class NewMonthPeak(PeakEventTrigger):
    """Trigger for a quarter that is the highest of its month so far, and above 2.5 kW, the smallest billed peak."""

    event_type = NEW_MONTH_PEAK


class MonthClosed(PeakEventTrigger):
    """Trigger for the end of a month, when the month's peak is final."""

    event_type = MONTH_CLOSED


class PowerCrossed(OwnEntities, EntityNumericalStateCrossedThresholdTriggerWithUnitBase):
    """Base class of the triggers that fire when a power sensor of this integration crosses a threshold."""

    _domain_specs = SENSOR
    _base_unit = UnitOfPower.WATT
    _unit_converter = PowerConverter


class ProjectedDemandCrossed(PowerCrossed):
    """Trigger for a projected demand that crosses a threshold."""

    key = "projected_demand"


class HeadroomCrossed(PowerCrossed):
    """Trigger for a headroom that crosses a threshold."""

    key = "headroom"


class TariffChanged(OwnEntities):
    """Trigger for a change of the tariff between day and night."""

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
    """Return the triggers of this integration."""
    return TRIGGERS
