"""History without holes: the hours that Home Assistant was away, filled in from what the board has stored.

Long-term statistics have a row per hour, with the register's state and a running sum at its end. Home Assistant
makes none while it is away, and books all of that energy in its first hour afterwards. A row put in between spreads
it over the hours that it belongs to: the rows on both sides, and what is compiled later, stay as they are.

Only hours between two rows that are there are written, never one that the recorder may still compile: that would cost
every entity its hour.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise

from homeassistant.components.recorder.models import StatisticData, StatisticMetaData
from homeassistant.components.recorder.statistics import (
    async_import_statistics,
    get_metadata,
    statistics_during_period,
)
from homeassistant.const import UnitOfEnergy, UnitOfVolume
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_time_change
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_conversion import BaseUnitConverter, EnergyConverter, VolumeConverter

from .api import P1MonitorError, StoredQuarter
from .const import DOMAIN, LOGGER
from .coordinator import P1MonitorCoordinator
from .sensor_mbus import meters_by_key

HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)
LOOK_BACK = timedelta(days=31)
# The recorder has compiled the hour before by then, and is not about to compile the next.
LOOK_AT_MINUTE = 15
# Rounding: what a register may differ from the sum of its steps, in its unit.
TOLERANCE = 0.01


@dataclass(frozen=True, kw_only=True)
class Counter:
    """A register that the board stores, and the entity that shows it."""

    key: str
    unit: str
    converter: type[BaseUnitConverter]
    value_fn: Callable[[StoredQuarter], float | None]


ENERGY = partial(Counter, unit=UnitOfEnergy.KILO_WATT_HOUR, converter=EnergyConverter)
VOLUME = partial(Counter, unit=UnitOfVolume.CUBIC_METERS, converter=VolumeConverter)


@dataclass(frozen=True, kw_only=True)
class Row:
    """An hour of the statistics: the register and the running sum at its end, in the unit of the database."""

    start: datetime
    state: float
    sum: float


@dataclass(frozen=True, kw_only=True)
class Hole:
    """Two rows that follow one another, with hours between them that have none."""

    before: Row
    after: Row

    @property
    def hours(self) -> list[datetime]:
        """The starts of the hours that are missing."""
        count = (self.after.start - self.before.start) // HOUR - 1
        return [self.before.start + HOUR * (number + 1) for number in range(count)]

    def lost(self) -> float:
        """What the sums after the hole lack: after long, Home Assistant forgot the sum and began at 0 again."""
        if self.after.sum >= self.before.sum or self.after.state < self.before.state:
            return 0.0
        return self.before.sum + self.after.state - self.before.state - self.after.sum

    def fill(self, states: dict[datetime, float]) -> list[Row]:
        """The rows of the missing hours whose state at their end is known, by their start.

        None at all where the register does not rise from one side to the other by what the sums say: it is another
        meter's, or somebody has changed the sums.
        """
        known = [states[hour] for hour in self.hours if hour in states]
        chain = [self.before.state, *known, self.after.state]
        risen = self.after.state - self.before.state
        summed = self.after.sum + self.lost() - self.before.sum
        if (
            any(second < first - TOLERANCE for first, second in pairwise(chain))
            or abs(risen - summed) > TOLERANCE
        ):
            return []
        return [
            Row(start=hour, state=states[hour], sum=self.before.sum + states[hour] - self.before.state)
            for hour in self.hours
            if hour in states
        ]


def holes(rows: list[Row]) -> Iterator[Hole]:
    """The holes between rows, which are given oldest first."""
    for before, after in pairwise(rows):
        if after.start - before.start > HOUR:
            yield Hole(before=before, after=after)


class Repair:
    """Looks once an hour for holes in the statistics of one device, and fills them from its card."""

    def __init__(self, hass: HomeAssistant, coordinator: P1MonitorCoordinator) -> None:
        """Serve one device."""
        self._hass = hass
        self._coordinator = coordinator
        # What the card cannot fill it will not fill an hour later: the holes that have been looked at.
        self._seen: set[tuple[str, datetime]] = set()

    def start(self) -> None:
        """Look once an hour, for as long as the entry is loaded."""
        self._coordinator.config_entry.async_on_unload(
            async_track_time_change(self._hass, self.look, minute=LOOK_AT_MINUTE, second=0)
        )

    async def look(self, now: datetime) -> None:
        """Fill the holes that there are at this moment; a device that does not answer is asked an hour later."""
        for counter in self._counters():
            entity_id = er.async_get(self._hass).async_get_entity_id(
                "sensor", DOMAIN, f"{self._coordinator.device_id}_{counter.key}"
            )
            if entity_id:
                try:
                    await self._repair(entity_id, counter, now)
                except P1MonitorError as err:
                    LOGGER.debug("The history of %s waits: %s", entity_id, err)
                    return

    def _counters(self) -> list[Counter]:
        """The registers that the board stores; of several meters of a kind it does not say which one."""
        counters = [
            ENERGY(key="energy_import", value_fn=lambda quarter: quarter.energy_import_kwh),
            ENERGY(key="energy_export", value_fn=lambda quarter: quarter.energy_export_kwh),
        ]
        keys = list(meters_by_key(self._coordinator.data))
        gas = [key for key in keys if key.endswith("_gas")]
        water = [key for key in keys if key.endswith("_water") and not key.endswith("_hot_water")]
        if len(gas) == 1:
            counters.append(VOLUME(key=gas[0], value_fn=lambda quarter: quarter.gas_volume_m3))
        if len(water) == 1:
            counters.append(VOLUME(key=water[0], value_fn=lambda quarter: quarter.water_volume_m3))
        return counters

    async def _repair(self, entity_id: str, counter: Counter, now: datetime) -> None:
        found = await get_instance(self._hass).async_add_executor_job(
            _read, self._hass, entity_id, now - LOOK_BACK
        )
        if found is None:
            return
        metadata, rows = found
        for hole in holes(rows):
            if (entity_id, hole.before.start) in self._seen:
                continue
            unit = metadata["unit_of_measurement"]
            states = await self._states(hole, counter, unit)
            self._seen.add((entity_id, hole.before.start))
            if lost := hole.lost():
                get_instance(self._hass).async_adjust_statistics(entity_id, hole.after.start, lost, str(unit))
                LOGGER.info("The sum of %s goes on where it was before %s", entity_id, hole.after.start)
            if filled := hole.fill(states):
                data = [StatisticData(start=row.start, state=row.state, sum=row.sum) for row in filled]
                async_import_statistics(self._hass, metadata, data)
                LOGGER.info("Filled in %s hours of %s from the card", len(filled), entity_id)

    async def _states(self, hole: Hole, counter: Counter, unit: str | None) -> dict[datetime, float]:
        """The register at the end of each missing hour that the board has, by the hour's start."""
        first, last = hole.hours[0], hole.hours[-1]
        states: dict[datetime, float] = {}
        async for quarter in self._coordinator.client.history(first, last + HOUR):
            end = (quarter.start + QUARTER).astimezone(UTC)
            value = counter.value_fn(quarter)
            if value is not None and end.minute == 0:
                states[end - HOUR] = counter.converter.convert(value, counter.unit, unit)
        return states


def _read(hass: HomeAssistant, entity_id: str, since: datetime) -> tuple[StatisticMetaData, list[Row]] | None:
    """The statistics of an entity as the database has them; None where it has none yet. Blocks."""
    known = get_metadata(hass, statistic_ids={entity_id}).get(entity_id)
    if known is None or known[1]["unit_class"] is None:
        return None
    metadata = known[1]
    # Its own unit, so that nothing is converted: a user may have chosen another.
    units = {str(metadata["unit_class"]): str(metadata["unit_of_measurement"])}
    rows = statistics_during_period(hass, since, None, {entity_id}, "hour", units, {"state", "sum"})
    return metadata, [
        Row(start=dt_util.utc_from_timestamp(row["start"]), state=state, sum=total)
        for row in rows.get(entity_id, [])
        if (state := row.get("state")) is not None and (total := row.get("sum")) is not None
    ]
