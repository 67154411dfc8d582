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
from .statistics import HOUR, TOLERANCE, Counter, Row, States, counters, statistics_of, stored_states

LOOK_BACK = timedelta(days=31)
# The recorder has compiled the hour before by then, and is not about to compile the next.
LOOK_AT_MINUTE = 15


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

    def fill(self, states: States) -> list[Row]:
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
        async with self._coordinator.statistics_lock:
            for counter in counters(self._coordinator):
                try:
                    await self._repair(counter, now)
                except P1MonitorError as err:
                    LOGGER.debug("The history of %s waits: %s", counter.key, err)
                    return

    async def _repair(self, counter: Counter, now: datetime) -> None:
        found = await statistics_of(self._hass, self._coordinator, counter, now - LOOK_BACK)
        if found is None:
            return
        for hole in holes(found.rows):
            if (found.entity_id, hole.before.start) in self._seen:
                continue
            states = await stored_states(self._coordinator, [counter], hole.hours[0], hole.hours[-1])
            self._seen.add((found.entity_id, hole.before.start))
            if lost := hole.lost():
                found.shift(self._hass, hole.after.start, lost)
                LOGGER.info("The sum of %s goes on where it was before %s", found.entity_id, hole.after.start)
            known = {hour: found.in_its_unit(value) for hour, value in states[counter.key].items()}
            if filled := hole.fill(known):
                found.put(self._hass, filled)
                LOGGER.info("Filled in %s hours of %s from the card", len(filled), found.entity_id)
