"""Access to long-term statistics, and to the registers that the board has stored for the same hours.

Long-term statistics have a row per hour, with the register's state and a running sum at the end of the hour. Write a
row only for an hour for which the recorder has already generated its rows. Otherwise the recorder would skip that hour
for every entity.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Literal

from homeassistant.components.recorder.models import StatisticData, StatisticMetaData
from homeassistant.components.recorder.statistics import (
    STATISTIC_UNIT_TO_UNIT_CONVERTER,
    async_import_statistics,
    get_metadata,
    statistics_during_period,
)
from homeassistant.const import UnitOfEnergy, UnitOfVolume
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_conversion import BaseUnitConverter, EnergyConverter, VolumeConverter

from .api import StoredQuarter
from .const import DOMAIN
from .coordinator import P1MonitorCoordinator
from .register_guard import MaxRate
from .sensor_mbus import KINDS, meters_by_key, unit_of
from .sensor_meter import electricity_max_rate

HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)
# Largest difference between two values of a register that counts as a rounding error, in the register's unit.
TOLERANCE = 0.01


@dataclass(frozen=True, kw_only=True)
class StoredRegister:
    """A register that the board stores. `key` is the key of the entity that shows the register."""

    key: str
    unit: str
    max_rate: MaxRate
    converter: type[BaseUnitConverter]
    value_fn: Callable[[StoredQuarter], float | None]


_energy_register = partial(StoredRegister, unit=UnitOfEnergy.KILO_WATT_HOUR, converter=EnergyConverter)
_volume_register = partial(StoredRegister, unit=UnitOfVolume.CUBIC_METERS, converter=VolumeConverter)


@dataclass(frozen=True, kw_only=True)
class StatisticsRow:
    """The statistics of one hour: register (state) and running sum at the hour's end, in the database's unit."""

    start: datetime
    state: float
    sum: float


@dataclass(frozen=True, kw_only=True)
class EntityStatistics:
    """The statistics of one entity in the database. The oldest row comes first."""

    entity_id: str
    register: StoredRegister
    metadata: StatisticMetaData
    rows: list[StatisticsRow]

    @property
    def unit(self) -> str:
        """Unit of the entity in the database. A user may have chosen this unit."""
        return str(self.metadata["unit_of_measurement"])

    def in_database_unit(self, value: float) -> float:
        """Convert a value of the board's register to the unit of the database."""
        return self.register.converter.convert(value, self.register.unit, self.unit)

    def import_rows(self, hass: HomeAssistant, rows: list[StatisticsRow]) -> None:
        """Write the rows to the database. A row that exists for the same hour is replaced."""
        data = [StatisticData(start=row.start, state=row.state, sum=row.sum) for row in rows]
        async_import_statistics(hass, self.metadata, data)

    def raise_sums(self, hass: HomeAssistant, since: datetime, by: float) -> None:
        """Add `by`, which may be negative, to the sums of the hour `since` and of all later hours.

        The rows that the recorder generates later continue from the changed sum.
        """
        get_instance(hass).async_adjust_statistics(self.entity_id, since, by, self.unit)


def stored_registers(coordinator: P1MonitorCoordinator) -> list[StoredRegister]:
    """Return the registers that the board stores on its card.

    Gas is included only if exactly one gas meter counts in m3. Water is included only if exactly one water meter counts
    in m3. With two meters the register would be ambiguous, because the card does not identify the meter.
    """
    max_rate = electricity_max_rate(coordinator.data)
    found = [
        _energy_register(
            key="energy_import", max_rate=max_rate, value_fn=lambda quarter: quarter.energy_import_kwh
        ),
        _energy_register(
            key="energy_export", max_rate=max_rate, value_fn=lambda quarter: quarter.energy_export_kwh
        ),
    ]
    volumes = [
        (key, meter.type)
        for key, meter in meters_by_key(coordinator.data).items()
        if unit_of(meter) == UnitOfVolume.CUBIC_METERS
    ]
    gas = [key for key, kind in volumes if kind == "gas"]
    water = [key for key, kind in volumes if kind == "water"]
    if len(gas) == 1:
        found.append(
            _volume_register(
                key=gas[0], max_rate=KINDS["gas"].max_rate, value_fn=lambda quarter: quarter.gas_volume_m3
            )
        )
    if len(water) == 1:
        found.append(
            _volume_register(
                key=water[0],
                max_rate=KINDS["water"].max_rate,
                value_fn=lambda quarter: quarter.water_volume_m3,
            )
        )
    return found


async def load_statistics(
    hass: HomeAssistant, coordinator: P1MonitorCoordinator, register: StoredRegister, since: datetime
) -> EntityStatistics | None:
    """Return the statistics of the entity that shows the register, from `since` on.

    None if the entity has no statistics yet.
    """
    entity_id = statistics_entity_id(hass, coordinator, register.key)
    if entity_id is None:
        return None
    return await get_instance(hass).async_add_executor_job(_query, hass, entity_id, register, since)


def statistics_entity_id(hass: HomeAssistant, coordinator: P1MonitorCoordinator, key: str) -> str | None:
    """Return the id of the entity that shows the register with this key, None if the entity does not exist."""
    return er.async_get(hass).async_get_entity_id("sensor", DOMAIN, f"{coordinator.device_id}_{key}")


def _query(
    hass: HomeAssistant, entity_id: str, register: StoredRegister, since: datetime
) -> EntityStatistics | None:
    known = get_metadata(hass, statistic_ids={entity_id}).get(entity_id)
    if known is None or known[1]["unit_class"] is None:
        return None
    metadata = known[1]
    rows = load_rows(hass, entity_id, since, "hour", str(metadata["unit_of_measurement"]))
    return EntityStatistics(entity_id=entity_id, register=register, metadata=metadata, rows=rows)


def load_rows(
    hass: HomeAssistant, entity_id: str, since: datetime, period: Literal["5minute", "hour"], unit: str
) -> list[StatisticsRow]:
    """Return the rows of an entity's statistics from `since` on, oldest first, converted to `unit`.

    Call this function in the recorder's executor, because the function reads the database.
    """
    converter = STATISTIC_UNIT_TO_UNIT_CONVERTER.get(unit)
    units = {str(converter.UNIT_CLASS): unit} if converter else None
    found = statistics_during_period(hass, since, None, {entity_id}, period, units, {"state", "sum"})
    return [
        StatisticsRow(start=dt_util.utc_from_timestamp(row["start"]), state=state, sum=total)
        for row in found.get(entity_id, [])
        if (state := row.get("state")) is not None and (total := row.get("sum")) is not None
    ]


type HourlyStates = dict[datetime, float]


async def fetch_hourly_states(
    coordinator: P1MonitorCoordinator, registers: list[StoredRegister], first: datetime, last: datetime
) -> dict[str, HourlyStates]:
    """Return {key: {start of the hour: value}} for the registers, with the value at the end of each stored hour.

    The hours are `first` to `last` inclusive, and the values are in the board's units. Raise P1MonitorError if the
    board does not answer.
    """
    states: dict[str, HourlyStates] = {register.key: {} for register in registers}
    async for quarter in coordinator.client.history(first, last + HOUR):
        end = (quarter.start + QUARTER).astimezone(UTC)
        if end.minute == 0:
            for register in registers:
                if (value := register.value_fn(quarter)) is not None:
                    states[register.key][end - HOUR] = value
    return states
