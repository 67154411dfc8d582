"""History without holes: hours that Home Assistant missed come from the card, and nothing else changes."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from homeassistant.components.recorder.models import StatisticMeanType
from homeassistant.components.recorder.statistics import (
    async_import_statistics,
    get_metadata,
    statistics_during_period,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
from homeassistant.util.hass_dict import HassKey
from pytest_homeassistant_custom_component.common import async_fire_time_changed  # type: ignore[import-untyped]
from pytest_homeassistant_custom_component.components.recorder.common import (  # type: ignore[import-untyped]
    async_wait_recording_done,
)

from custom_components.p1_monitor.history_backfill import HistoryBackfill
from custom_components.p1_monitor.register_guard import Leap
from custom_components.p1_monitor.register_leaps import record_leaps

from .conftest import SetUp, state
from .device import P1Monitor
from .test_history_query import quarter

HOUR = timedelta(hours=1)
# Real time: a clock that stands still would keep the network waiting.
START = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - 10 * HOUR
LOOK = START + 12 * HOUR + timedelta(minutes=15)
REPAIR: HassKey[HistoryBackfill] = HassKey("repair")
type Rows = dict[datetime, tuple[float, float]]


# Before Home Assistant itself is made.
pytestmark = pytest.mark.usefixtures("recorder_mock")


def entity(hass: HomeAssistant, key: str = "energy_import") -> str:
    found = state(hass, key)
    assert found
    return found.entity_id


async def write(
    hass: HomeAssistant, entity_id: str, rows: Rows, unit: str = "kWh", kind: str = "energy"
) -> None:
    """Have these hours, each with its state and sum, as the recorder compiled them."""
    async_import_statistics(
        hass,
        {
            "mean_type": StatisticMeanType.NONE,
            "has_sum": True,
            "name": None,
            "source": "recorder",
            "statistic_id": entity_id,
            "unit_class": kind,
            "unit_of_measurement": unit,
        },
        [{"start": start, "state": value, "sum": total} for start, (value, total) in rows.items()],
    )
    await async_wait_recording_done(hass)


async def read(hass: HomeAssistant, entity_id: str, unit: str = "kWh", kind: str = "energy") -> Rows:
    def rows() -> Rows:
        found = statistics_during_period(
            hass, START - HOUR, None, {entity_id}, "hour", {kind: unit}, {"state", "sum"}
        )
        return {
            datetime.fromtimestamp(row["start"], UTC): (
                round(row["state"] or 0, 3),
                round(row["sum"] or 0, 3),
            )
            for row in found.get(entity_id, [])
        }

    return await get_instance(hass).async_add_executor_job(rows)


def stored(hours: int, kwh: float = 1.0, **more: Any) -> list[dict[str, Any]]:
    """The quarters of so many hours from START, in each of which the register rises by `kwh`, from 100."""
    first = datetime.fromisoformat(quarter(0)["start"])
    return [
        quarter(
            (START + number * timedelta(minutes=15) - first) // timedelta(minutes=15),
            energy_import_kwh=round(100 + (number + 1) * kwh / 4, 3),
            **more,
        )
        for number in range(hours * 4)
    ]


async def look(hass: HomeAssistant, now: datetime = LOOK) -> None:
    """Have the holes looked for, and all that follows from it."""
    await hass.data[REPAIR].run(now)
    await async_wait_recording_done(hass)


@pytest.fixture
async def away(hass_with_us: HomeAssistant, monitor: P1Monitor, set_up: SetUp) -> str:
    """An import that was at 101 and 102 kWh, then nothing for three hours, and all of it in the hour after."""
    entry = await set_up(monitor)
    hass_with_us.data[REPAIR] = HistoryBackfill(hass_with_us, entry.runtime_data)
    monitor.stored = stored(8)
    entity_id = entity(hass_with_us)
    await write(
        hass_with_us,
        entity_id,
        {START: (101, 11), START + HOUR: (102, 12), START + 5 * HOUR: (106, 16), START + 6 * HOUR: (107, 17)},
    )
    return entity_id


async def test_missing_hours_are_filled_in(hass: HomeAssistant, away: str) -> None:
    await look(hass)
    assert await read(hass, away) == {
        START + number * HOUR: (101 + number, 11 + number) for number in range(7)
    }


async def test_filling_in_twice_changes_nothing_and_asks_no_more(
    hass: HomeAssistant, away: str, monitor: P1Monitor
) -> None:
    await look(hass)
    before, asked = await read(hass, away), monitor.count("/api/history")
    await look(hass, LOOK + HOUR)
    assert await read(hass, away) == before
    assert monitor.count("/api/history") == asked


async def test_an_hour_that_the_card_lacks_stays_missing(
    hass: HomeAssistant, away: str, monitor: P1Monitor
) -> None:
    monitor.stored = [item for item in monitor.stored if item["energy_import_kwh"] != 104]
    await look(hass)
    assert await read(hass, away) == {
        START + number * HOUR: (101 + number, 11 + number) for number in (0, 1, 2, 4, 5, 6)
    }


async def test_nothing_is_written_after_the_newest_row(
    hass: HomeAssistant, away: str, monitor: P1Monitor
) -> None:
    monitor.stored = stored(30)
    await look(hass)
    assert max(await read(hass, away)) == START + 6 * HOUR


async def test_another_meters_registers_are_not_mixed_in(
    hass: HomeAssistant, away: str, monitor: P1Monitor
) -> None:
    before = await read(hass, away)
    monitor.stored = stored(8, kwh=50)
    await look(hass)
    assert await read(hass, away) == before


async def test_a_gap_in_which_another_meter_came_is_left_alone(
    hass: HomeAssistant, away: str, monitor: P1Monitor
) -> None:
    """Its sums began at 0 again, but its registers are those of two meters."""
    storage = hass.data[REPAIR]._coordinator.storage
    record_leaps(storage, "energy_import", START + 5 * HOUR, [Leap(last=102.5, first=5105.5)], "kWh")
    await write(hass, away, {START + 5 * HOUR: (5106, 0.5), START + 6 * HOUR: (5107, 1.5)})
    before = await read(hass, away)
    await look(hass)
    assert await read(hass, away) == before


async def test_sums_that_somebody_changed_are_left_alone(hass: HomeAssistant, away: str) -> None:
    get_instance(hass).async_adjust_statistics(away, START + 5 * HOUR, 3.0, "kWh")
    await async_wait_recording_done(hass)
    before = await read(hass, away)
    await look(hass)
    assert await read(hass, away) == before


async def test_a_sum_that_began_at_0_again_goes_on(hass: HomeAssistant, away: str) -> None:
    await write(hass, away, {START + 5 * HOUR: (106, 0), START + 6 * HOUR: (107, 1)})
    await look(hass)
    assert await read(hass, away) == {
        START + number * HOUR: (101 + number, 11 + number) for number in range(7)
    }


async def test_a_device_that_is_away_is_asked_again(
    hass: HomeAssistant, away: str, monitor: P1Monitor
) -> None:
    answer, monitor.bodies["/api/history"] = monitor.bodies["/api/history"], 503
    await look(hass)
    assert len(await read(hass, away)) == 4
    monitor.bodies["/api/history"] = answer
    await look(hass, LOOK + HOUR)
    assert len(await read(hass, away)) == 7


async def test_a_unit_that_the_user_chose_is_kept(hass: HomeAssistant, away: str, monitor: P1Monitor) -> None:
    gas = entity(hass, gas_key(monitor))
    monitor.stored = stored(8, gas_volume_m3=10.0)
    await write(hass, gas, {START: (10_000, 500), START + 3 * HOUR: (10_000, 500)}, unit="L", kind="volume")
    await look(hass)
    assert await read(hass, gas, "L", "volume") == {
        START + number * HOUR: (10_000, 500) for number in range(4)
    }
    metadata = await get_instance(hass).async_add_executor_job(
        lambda: get_metadata(hass, statistic_ids={gas})
    )
    assert metadata[gas][1]["unit_of_measurement"] == "L"


def gas_key(monitor: P1Monitor) -> str:
    meter = next(meter for meter in monitor.reading["mbus"] if meter["type"] == "gas")
    return f"{meter['id']}_gas"


async def test_the_recorder_goes_on_as_if_nothing_had_been_missing(hass: HomeAssistant, away: str) -> None:
    """What it compiles afterwards continues its own chain of sums."""
    await look(hass)
    await write(hass, away, {START + 7 * HOUR: (108, 18)})
    sums = [total for _, total in (await read(hass, away)).values()]
    assert [later - earlier for earlier, later in pairwise(sums)] == [1.0] * 7


async def test_it_looks_once_an_hour_while_the_entry_is_loaded(
    hass: HomeAssistant, away: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[datetime] = []

    async def note(_: HistoryBackfill, now: datetime) -> None:
        looks.append(now)

    monkeypatch.setattr(HistoryBackfill, "run", note)
    repair = hass.data[REPAIR]
    repair.start()
    async_fire_time_changed(hass, LOOK)
    await hass.async_block_till_done()
    assert [now.minute for now in looks] == [15]
