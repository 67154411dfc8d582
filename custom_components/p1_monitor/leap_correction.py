"""Correction of the statistics of registers after a leap, for example to the value of another meter.

The recorder counts a leap as use. The correction waits until the recorder has compiled the five minutes with the leap.
It then changes the sums by the difference between the compiled rise and the use that the meters counted. After the
correction the difference is 0, so that a repeated correction changes nothing.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from homeassistant.const import EVENT_RECORDER_5MIN_STATISTICS_GENERATED
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util

from .coordinator import P1MonitorCoordinator
from .register_leaps import RecordedLeap, recorded_leaps, store_leaps
from .statistics import HOUR, StatisticsRow, load_rows, statistics_entity_id

# The recorder deletes rows of five minutes after ten days by default.
SHORT_TERM = timedelta(days=31)
# Largest difference, in any unit, that computing with floats causes.
ROUNDING = 1e-6


class LeapCorrection:
    """Job that corrects the statistics of one device's registers after each compilation of the recorder."""

    def __init__(self, hass: HomeAssistant, coordinator: P1MonitorCoordinator) -> None:
        self._hass = hass
        self._coordinator = coordinator

    def start(self) -> None:
        """Run the correction after each compilation until the config entry is unloaded."""
        self._coordinator.config_entry.async_on_unload(
            self._hass.bus.async_listen(EVENT_RECORDER_5MIN_STATISTICS_GENERATED, self.run)
        )

    async def run(self, _: Event[Any]) -> None:
        """Correct the sums after those leaps whose five minutes are compiled."""
        storage = self._coordinator.storage
        if all(leap.corrected for leap in recorded_leaps(storage)):
            return
        async with self._coordinator.statistics_lock:
            for leap in recorded_leaps(storage):
                if not leap.corrected and await self._correct(leap):
                    now = recorded_leaps(storage)
                    store_leaps(
                        storage, [replace(other, corrected=True) if other == leap else other for other in now]
                    )

    async def _correct(self, leap: RecordedLeap) -> bool:
        """Correct the sums after a leap. Return True if they were correct before."""
        entity_id = statistics_entity_id(self._hass, self._coordinator, leap.key)
        if entity_id is None:
            return False
        before, after = await get_instance(self._hass).async_add_executor_job(
            _rows_around, self._hass, entity_id, leap
        )
        if after is None:
            return False
        between = [
            other
            for other in recorded_leaps(self._coordinator.storage)
            if other.key == leap.key
            and other.row_start <= after.start
            and (before is None or before.start < other.row_start)
        ]
        # Without an earlier row, the recorder counts from its first state on.
        before = before or StatisticsRow(start=leap.row_start, state=between[0].last, sum=0.0)
        missing = before.sum + counted(before.state, between, after.state) - after.sum
        if abs(missing) <= ROUNDING:
            return True
        recorder = get_instance(self._hass)
        recorder.async_adjust_statistics(entity_id, after.start, missing, leap.unit)
        await recorder.async_block_till_done()  # the next leap may be in the same row
        return False


def counted(state: float, leaps: Iterable[RecordedLeap], new_state: float) -> float:
    """Return the use that the meters counted from one state to a later one, with these leaps between the two."""
    use = 0.0
    for leap in leaps:
        use += max(0.0, leap.last - state)
        state = leap.first
    return use + max(0.0, new_state - state)


def _rows_around(
    hass: HomeAssistant, entity_id: str, leap: RecordedLeap
) -> tuple[StatisticsRow | None, StatisticsRow | None]:
    """Return the newest row before the leap, and the row of five minutes that contains the leap.

    After a long absence only rows of whole hours are left from the time before the leap.
    """
    since = leap.row_start - SHORT_TERM
    rows = load_rows(hass, entity_id, since, "5minute", leap.unit)
    after = next((row for row in rows if row.start >= leap.row_start), None)
    earlier = [row for row in rows if row.start < leap.row_start] or [
        row
        for row in load_rows(hass, entity_id, dt_util.utc_from_timestamp(0), "hour", leap.unit)
        if row.start + HOUR <= leap.row_start
    ]
    return earlier[-1] if earlier else None, after
