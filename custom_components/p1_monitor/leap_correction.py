"""Correction of the statistics of a register after a leap, for example to the value of another meter.

Home Assistant's recorder counts a leap as use. The correction waits until the recorder has generated the 5-minute row
that contains the leap. In this row the sum has risen by another amount than the use that the meters counted. The
correction adds the difference to the sums of this row and of all later rows. A repeated correction finds the difference
0 and changes nothing.
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

# The correction reads the 5-minute rows of this time span before a leap. By default the recorder deletes such rows
# after ten days.
SHORT_TERM = timedelta(days=31)
# Two sums that differ by at most this value, in any unit, count as equal. Such a difference is only an error of
# computing with floats.
ROUNDING = 1e-6


class LeapCorrection:
    """Job that corrects one device's statistics each time the recorder has generated its 5-minute statistics."""

    def __init__(self, hass: HomeAssistant, coordinator: P1MonitorCoordinator) -> None:
        self._hass = hass
        self._coordinator = coordinator

    def start(self) -> None:
        """Correct the statistics each time the recorder has generated its 5-minute statistics.

        The corrections end when the config entry is unloaded.
        """
        self._coordinator.config_entry.async_on_unload(
            self._hass.bus.async_listen(EVENT_RECORDER_5MIN_STATISTICS_GENERATED, self.run)
        )

    async def run(self, _: Event[Any]) -> None:
        """Correct the sums after each leap whose 5-minute row the recorder has generated."""
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
        """Correct the sums of the statistics after a leap. Return True if the sums were already correct."""
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
        # If there is no row before the leap, assume a row with the sum 0 and with the register's last value before the
        # leap.
        before = before or StatisticsRow(start=leap.row_start, state=between[0].last, sum=0.0)
        missing = before.sum + counted(before.state, between, after.state) - after.sum
        if abs(missing) <= ROUNDING:
            return True
        recorder = get_instance(self._hass)
        recorder.async_adjust_statistics(entity_id, after.start, missing, leap.unit)
        # Wait until the row is changed, because the next leap may be in the same row.
        await recorder.async_block_till_done()
        return False


def counted(state: float, leaps: Iterable[RecordedLeap], new_state: float) -> float:
    """Return the use that the meters counted between two values of a register.

    leaps: the leaps between the two values. For example, a register rises from 100 to 110, leaps to 5 and rises to 8.
    The use is 10 + 3 = 13.
    """
    use = 0.0
    for leap in leaps:
        use += max(0.0, leap.last - state)
        state = leap.first
    return use + max(0.0, new_state - state)


def _rows_around(
    hass: HomeAssistant, entity_id: str, leap: RecordedLeap
) -> tuple[StatisticsRow | None, StatisticsRow | None]:
    """Return two rows of statistics: the newest row before the leap, and the 5-minute row that contains the leap.

    A row that does not exist is None. If the recorder has already deleted all 5-minute rows before the leap, the row
    before the leap is the row of a whole hour.
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
