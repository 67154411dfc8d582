"""History without holes: the hours that Home Assistant was away, filled in from what the board has stored.

Home Assistant makes no rows while it is away, and books all of that energy in its first hour afterwards. A row put in
between spreads it over the hours that it belongs to: the rows on both sides, and what is compiled later, stay as they
are. Only hours between two rows that are there are written.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from homeassistant.core import HomeAssistant
from homeassistant.helpers.event import async_track_time_change

from .api import P1MonitorError
from .const import LOGGER
from .coordinator import P1MonitorCoordinator
from .statistics import (
    HOUR,
    TOLERANCE,
    HourlyStates,
    StatisticsRow,
    StoredRegister,
    fetch_hourly_states,
    load_statistics,
    stored_registers,
)

LOOK_BACK = timedelta(days=31)
# The recorder has compiled the hour before by then, and is not about to compile the next.
RUN_AT_MINUTE = 15


@dataclass(frozen=True, kw_only=True)
class Gap:
    """Two rows that follow one another, with hours between them that have none."""

    before: StatisticsRow
    after: StatisticsRow

    @property
    def hours(self) -> list[datetime]:
        """The starts of the hours that are missing."""
        count = (self.after.start - self.before.start) // HOUR - 1
        return [self.before.start + HOUR * (number + 1) for number in range(count)]

    def missing_sum(self) -> float:
        """What the sums after the hole lack: after long, Home Assistant forgot the sum and began at 0 again."""
        if self.after.sum >= self.before.sum or self.after.state < self.before.state:
            return 0.0
        return self.before.sum + self.after.state - self.before.state - self.after.sum

    def filled_rows(self, states: HourlyStates) -> list[StatisticsRow]:
        """The rows of the missing hours whose state at their end is known, by their start.

        None at all where the register does not rise from one side to the other by what the sums say: it is another
        meter's, or somebody has changed the sums.
        """
        known = [states[hour] for hour in self.hours if hour in states]
        chain = [self.before.state, *known, self.after.state]
        risen = self.after.state - self.before.state
        summed = self.after.sum + self.missing_sum() - self.before.sum
        if (
            any(second < first - TOLERANCE for first, second in pairwise(chain))
            or abs(risen - summed) > TOLERANCE
        ):
            return []
        return [
            StatisticsRow(
                start=hour, state=states[hour], sum=self.before.sum + states[hour] - self.before.state
            )
            for hour in self.hours
            if hour in states
        ]


def find_gaps(rows: list[StatisticsRow]) -> Iterator[Gap]:
    """The holes between rows, which are given oldest first."""
    for before, after in pairwise(rows):
        if after.start - before.start > HOUR:
            yield Gap(before=before, after=after)


class HistoryBackfill:
    """Looks once an hour for holes in the statistics of one device, and fills them from its card."""

    def __init__(self, hass: HomeAssistant, coordinator: P1MonitorCoordinator) -> None:
        """Serve one device."""
        self._hass = hass
        self._coordinator = coordinator
        # What the card cannot fill it will not fill an hour later: the holes that have been looked at.
        self._tried: set[tuple[str, datetime]] = set()

    def start(self) -> None:
        """Look once an hour, for as long as the entry is loaded."""
        self._coordinator.config_entry.async_on_unload(
            async_track_time_change(self._hass, self.run, minute=RUN_AT_MINUTE, second=0)
        )

    async def run(self, now: datetime) -> None:
        """Fill the holes that there are at this moment; a device that does not answer is asked an hour later."""
        async with self._coordinator.statistics_lock:
            for register in stored_registers(self._coordinator):
                try:
                    await self._fill(register, now)
                except P1MonitorError as err:
                    LOGGER.debug("The history of %s waits: %s", register.key, err)
                    return

    async def _fill(self, register: StoredRegister, now: datetime) -> None:
        found = await load_statistics(self._hass, self._coordinator, register, now - LOOK_BACK)
        if found is None:
            return
        for gap in find_gaps(found.rows):
            if (found.entity_id, gap.before.start) in self._tried:
                continue
            states = await fetch_hourly_states(self._coordinator, [register], gap.hours[0], gap.hours[-1])
            self._tried.add((found.entity_id, gap.before.start))
            if missing_sum := gap.missing_sum():
                found.raise_sums(self._hass, gap.after.start, missing_sum)
                LOGGER.info("The sum of %s goes on where it was before %s", found.entity_id, gap.after.start)
            known = {hour: found.in_database_unit(value) for hour, value in states[register.key].items()}
            if filled := gap.filled_rows(known):
                found.import_rows(self._hass, filled)
                LOGGER.info("Filled in %s hours of %s from the card", len(filled), found.entity_id)
