"""Conditions for automations, about a peak at risk, the headroom and the tariff."""

from collections.abc import Mapping
from typing import ClassVar, override

import probatio
from homeassistant.const import CONF_OPTIONS, STATE_ON, UnitOfPower
from homeassistant.core import HomeAssistant
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.condition import (
    ENTITY_STATE_CONDITION_SCHEMA_ANY_ALL,
    Condition,
    ConditionConfig,
    EntityConditionBase,
    EntityNumericalConditionWithUnitBase,
    EntityStateConditionBase,
)
from homeassistant.util.unit_conversion import PowerConverter

from .automation_targets import own_entities
from .sensor_meter import TARIFFS

CONF_TARIFF = "tariff"

SENSOR = {"sensor": DomainSpec()}


class OwnEntities(EntityConditionBase):
    """Base class of the conditions.

    A user chooses entities for a condition, or a whole area of Home Assistant. The condition checks only the chosen
    entities that belong to this integration and have the translation key `key`.
    """

    key: ClassVar[str]

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        """Return the entities that the condition checks.

        A user may choose a whole area of Home Assistant, which also has other entities.
        """
        return own_entities(self._hass, super().entity_filter(entities), self.key)


class PeakIsAtRisk(OwnEntities, EntityStateConditionBase):
    """Condition that the running quarter is at risk of exceeding the target."""

    _domain_specs: Mapping[str, DomainSpec] = {"binary_sensor": DomainSpec()}
    _states: set[str | bool] = {STATE_ON}  # noqa: RUF012 (as the base class has it)
    key = "peak_at_risk"


class HeadroomIs(OwnEntities, EntityNumericalConditionWithUnitBase):
    """Condition that the headroom is above, below or between thresholds."""

    _domain_specs = SENSOR
    _base_unit = UnitOfPower.WATT
    _unit_converter = PowerConverter
    key = "headroom"


class TariffIs(OwnEntities, EntityStateConditionBase):
    """Condition that the current tariff is the chosen tariff, which is day or night."""

    _domain_specs = SENSOR
    _schema = ENTITY_STATE_CONDITION_SCHEMA_ANY_ALL.extend(
        {
            probatio.Required(CONF_OPTIONS): {
                probatio.Required(CONF_TARIFF): probatio.In(list(TARIFFS.values())),
            },
        }
    )
    key = "tariff"

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        """Read the chosen tariff from the condition's options."""
        super().__init__(hass, config)
        assert config.options is not None
        self._states = {config.options[CONF_TARIFF]}


CONDITIONS: dict[str, type[Condition]] = {
    "headroom_is": HeadroomIs,
    "peak_is_at_risk": PeakIsAtRisk,
    "tariff_is": TariffIs,
}


async def async_get_conditions(hass: HomeAssistant) -> dict[str, type[Condition]]:
    """Return the conditions of this integration."""
    return CONDITIONS
