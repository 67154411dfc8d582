"""Backfill of long-term statistics: hours that Home Assistant missed are filled in from the board's card.

The long-term statistics of a register have a row per hour, with the register and a running sum at the end of the hour.
Home Assistant writes no rows while it is not running. Later, Home Assistant adds the energy of all missing hours to the
first hour after the gap. The backfill writes the missing rows, so that the energy is spread over the hours in which it
was used.

The backfill writes only hours between two existing rows. The backfill changes existing rows in one case only: if Home
Assistant began the sum at 0 again after a gap, the backfill corrects the sums of the rows after that gap.

If the meter was replaced during a gap, the backfill does not fill that gap, because the card does not identify the
meter.
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
from .register_leaps import recorded_leaps
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
# The backfill runs at this minute of each hour. By this minute, the recorder has written the row of the previous hour.
# The recorder writes the next row only when the present hour has ended.
RUN_AT_MINUTE = 15


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A gap in the statistics: the rows before and after one or more missing hours."""

    before: StatisticsRow
    after: StatisticsRow

    @property
    def hours(self) -> list[datetime]:
        """Start times of the missing hours, oldest first."""
        count = (self.after.start - self.before.start) // HOUR - 1
        return [self.before.start + HOUR * (number + 1) for number in range(count)]

    def missing_sum(self) -> float:
        """Return the amount to add to each sum after the gap, so that the sums continue from the row before the gap.

        The amount is usually 0. After a long gap, Home Assistant no longer has the previous sum and begins at 0 again.
        For example, the register was 500 and the sum 100 before the gap. After the gap, the register is 520 and the sum
        5. The register has risen by 20, so the sum must be 120, and the amount is 115. If the register is lower after
        the gap, the meter was replaced, and the amount is 0.
        """
        if self.after.sum >= self.before.sum or self.after.state < self.before.state:
            return 0.0
        return self.before.sum + self.after.state - self.before.state - self.after.sum

    def filled_rows(self, states: HourlyStates) -> list[StatisticsRow]:
        """Return a row for each missing hour that is in `states`, which is {start of the hour: register at its end}.

        If a value of the register is lower than an earlier value, the meter was replaced: return no rows. If the
        register and the sum rise by different amounts over the gap, a user has changed the sums: return no rows.
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
    """Yield the gaps in the statistics. The rows must be sorted by time."""
    for before, after in pairwise(rows):
        if after.start - before.start > HOUR:
            yield Gap(before=before, after=after)


class HistoryBackfill:
    """Hourly job that fills the gaps in the statistics of one device from the device's card."""

    def __init__(self, hass: HomeAssistant, coordinator: P1MonitorCoordinator) -> None:
        self._hass = hass
        self._coordinator = coordinator
        # Gaps that the backfill has tried to fill. Each gap is tried once, because the card gets no new data for a past
        # hour.
        self._tried: set[tuple[str, datetime]] = set()

    def start(self) -> None:
        """Run the backfill once an hour until the config entry is unloaded."""
        self._coordinator.config_entry.async_on_unload(
            async_track_time_change(self._hass, self.run, minute=RUN_AT_MINUTE, second=0)
        )

    async def run(self, now: datetime) -> None:
        """Fill the gaps that the statistics have now. If the device does not answer, the next run tries again."""
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
            if (found.entity_id, gap.before.start) in self._tried or self._has_leap(register, gap):
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

    def _has_leap(self, register: StoredRegister, gap: Gap) -> bool:
        begin, end = gap.before.start + HOUR, gap.after.start + HOUR
        return any(
            leap.key == register.key and begin <= leap.at < end
            for leap in recorded_leaps(self._coordinator.storage)
        )
