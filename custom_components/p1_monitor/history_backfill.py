"""Backfill of long-term statistics: the hours that Home Assistant missed, filled in from the board's card.

Home Assistant writes no rows while it does not run, and adds all of that energy to the first hour afterwards. Rows
written between spread the energy over the hours in which it was used. The rows on both sides, and rows that are
compiled later, do not change. Only hours between two existing rows are written.
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
# At this minute the recorder has compiled the previous hour, and does not soon compile the next.
RUN_AT_MINUTE = 15


@dataclass(frozen=True, kw_only=True)
class Gap:
    """Two successive rows with missing hours between them."""

    before: StatisticsRow
    after: StatisticsRow

    @property
    def hours(self) -> list[datetime]:
        """Return the starts of the missing hours."""
        count = (self.after.start - self.before.start) // HOUR - 1
        return [self.before.start + HOUR * (number + 1) for number in range(count)]

    def missing_sum(self) -> float:
        """Return what must be added to the sums after the gap.

        It is not 0 after a long gap, when Home Assistant no longer had the sum and began at 0 again.
        """
        if self.after.sum >= self.before.sum or self.after.state < self.before.state:
            return 0.0
        return self.before.sum + self.after.state - self.before.state - self.after.sum

    def filled_rows(self, states: HourlyStates) -> list[StatisticsRow]:
        """Return rows for the missing hours for which `states` has the register at their end.

        No rows if the register does not rise steadily across the gap, or not by as much as the sums: then the states
        are another meter's, or somebody has changed the sums.
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
    """Yield the gaps between rows, which are in order of time."""
    for before, after in pairwise(rows):
        if after.start - before.start > HOUR:
            yield Gap(before=before, after=after)


class HistoryBackfill:
    """Fills the gaps in the statistics of one device from its card, once an hour."""

    def __init__(self, hass: HomeAssistant, coordinator: P1MonitorCoordinator) -> None:
        """Fill the statistics of this coordinator's device."""
        self._hass = hass
        self._coordinator = coordinator
        # The gaps that have been tried. They are not tried again, because the card has no more data an hour later.
        self._tried: set[tuple[str, datetime]] = set()

    def start(self) -> None:
        """Run once an hour until the entry is unloaded."""
        self._coordinator.config_entry.async_on_unload(
            async_track_time_change(self._hass, self.run, minute=RUN_AT_MINUTE, second=0)
        )

    async def run(self, now: datetime) -> None:
        """Fill the gaps that exist now. If the device does not answer, the next run tries again."""
        async with self._coordinator.statistics_lock:
            for register in stored_registers(self._coordinator):
                try:
                    await self._fill(register, now)
                except P1MonitorError as err:
                    LOGGER.debug(
                        "Could not read the history of %s, trying again in an hour: %s", register.key, err
                    )
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
                LOGGER.info(
                    "Continued the sum of %s, which had begun at 0 again at %s",
                    found.entity_id,
                    gap.after.start,
                )
            known = {hour: found.in_database_unit(value) for hour, value in states[register.key].items()}
            if filled := gap.filled_rows(known):
                found.import_rows(self._hass, filled)
                LOGGER.info("Filled %s missing hours of %s from the card", len(filled), found.entity_id)
