"""Import of the hours on the board's card that are older than Home Assistant's first statistics.

Each row of statistics has a running sum. The first imported row has the sum 0, because Home Assistant shows the sum of
the first row as the consumption of that hour. The existing sums must continue from the imported sums. Therefore the
imported total is first added to each existing sum. Then the imported rows are written. If Home Assistant stops between
these two steps, a second run of the action writes the rows and does not add the total again.
"""

from datetime import UTC, date, datetime, time
from itertools import pairwise

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util

from .api import P1MonitorError
from .const import DOMAIN
from .coordinator import BRUSSELS, P1MonitorCoordinator
from .history_query import communication_error
from .statistics import (
    HOUR,
    TOLERANCE,
    EntityStatistics,
    HourlyStates,
    StatisticsRow,
    fetch_hourly_states,
    load_statistics,
    stored_registers,
)


async def import_history(
    hass: HomeAssistant, coordinator: P1MonitorCoordinator, first_day: date
) -> dict[str, int]:
    """Import, for each entity, the hours on the card from `first_day` up to the entity's first row of statistics.

    Return {entity id: number of imported hours}. Raise ServiceValidationError if the device has the original firmware,
    or if no entity has statistics. Raise HomeAssistantError if the board does not answer.
    """
    if coordinator.data.device is None:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="nothing_stored")
    if "recorder" not in hass.config.components:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_statistics")
    async with coordinator.statistics_lock:
        known = [
            found
            for register in stored_registers(coordinator)
            if (found := await load_statistics(hass, coordinator, register, dt_util.utc_from_timestamp(0)))
            and found.rows
        ]
        if not known:
            raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_statistics")
        begin = datetime.combine(first_day, time(), tzinfo=BRUSSELS).astimezone(UTC)
        registers = [found.register for found in known]
        try:
            states = await fetch_hourly_states(coordinator, registers, begin, _last_missing_hour(known))
        except P1MonitorError as err:
            raise communication_error(coordinator, err) from err
        written = {found.entity_id: _prepend(hass, found, states[found.register.key]) for found in known}
        # Wait until the rows are in the database, because the next import must read these rows.
        await get_instance(hass).async_block_till_done()
    return written


def _last_missing_hour(known: list[EntityStatistics]) -> datetime:
    """Return the last hour to request from the board.

    Each entity needs the hours before its first row of statistics. The first rows of two entities may have different
    hours. The last hour to request is the hour before the newest of these first rows.
    """
    return max(found.rows[0].start for found in known) - HOUR


def _prepend(hass: HomeAssistant, found: EntityStatistics, states: HourlyStates) -> int:
    first = found.rows[0]
    chain = _same_meter_hours(found, states)
    if not chain:
        return 0
    begin = found.in_database_unit(chain[0][1])
    raised = first.state - begin - first.sum
    if abs(raised) > TOLERANCE:
        found.raise_sums(hass, first.start, raised)
    rows = [(hour, found.in_database_unit(value)) for hour, value in chain]
    found.import_rows(
        hass, [StatisticsRow(start=hour, state=state, sum=state - begin) for hour, state in rows]
    )
    return len(chain)


def _same_meter_hours(found: EntityStatistics, states: HourlyStates) -> list[tuple[datetime, float]]:
    """Return (start of the hour, register) for the hours before the entity's first row of statistics, oldest first.

    Hours of a previous meter are left out. The meter counts as replaced between two hours if the register falls, or
    rises by more than the household's connection can carry between these hours.
    """
    first = found.rows[0]
    hours = sorted((item for item in states.items() if item[0] < first.start), reverse=True)
    first_value = found.register.converter.convert(first.state, found.unit, found.register.unit)
    chain: list[tuple[datetime, float]] = []
    for (later, after), (hour, value) in pairwise([(first.start, first_value), *hours]):
        max_increase = found.register.max_rate.max_increase(hour, later)
        if not -TOLERANCE <= after - value <= max_increase + TOLERANCE:
            break
        chain.append((hour, value))
    return chain[::-1]
