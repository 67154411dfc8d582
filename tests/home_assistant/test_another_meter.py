"""Nothing is booked but what a meter counted while it was read: tried with the recorder itself."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import freezegun
import pytest
from freezegun.api import real_monotonic
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE, EVENT_RECORDER_5MIN_STATISTICS_GENERATED
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry  # type: ignore[import-untyped]
from pytest_homeassistant_custom_component.components.recorder.common import (  # type: ignore[import-untyped]
    async_wait_recording_done,
    do_adhoc_statistics,
)

from custom_components.p1_monitor.coordinator import BRUSSELS
from custom_components.p1_monitor.register_guard import Leap
from custom_components.p1_monitor.register_leaps import MOST_RECORDED, record_leaps, recorded_leaps

from .conftest import SetUp, state, until, value
from .device import P1Monitor, register
from .test_history_backfill import entity, write

# Before Home Assistant itself is made.
pytestmark = pytest.mark.usefixtures("recorder_mock")

FIVE_MINUTES = timedelta(minutes=5)
OLD, NEW = "1SAG3100776593", "1SAG9999999999"
HIGHER_LOWER_AND_ZERO = [30_000.5, 560.0, 5.0, 0.0]


@pytest.fixture
def clock(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A clock that runs and can be moved, while the network runs by the real one."""
    # The loop of these tests reads time.monotonic, so that each jump would end the live stream as silent for 30 s.
    monkeypatch.setattr(hass.loop, "time", real_monotonic)
    with freezegun.freeze_time(
        "2026-11-12T17:32:57Z", tick=True, real_asyncio=True, ignore=["aiohttp.web_log"]
    ) as frozen:
        yield frozen


class House:
    """A board in Home Assistant, whose recorder compiles when the test says so."""

    def __init__(self, hass: HomeAssistant, monitor: P1Monitor, entry: MockConfigEntry, clock: Any) -> None:
        self.hass, self.monitor, self.entry, self.clock = hass, monitor, entry, clock

    async def at(self, clock: str, **reading: Any) -> None:
        """Let it be this time of the day, and let the board send this reading."""
        self.clock.move_to(f"2026-11-{clock}Z" if "T" in clock else f"2026-11-12T{clock}Z")
        now = dt_util.utcnow().astimezone(BRUSSELS)
        changes = {"time": now.isoformat(timespec="seconds"), **reading}
        self.monitor.push(reading=changes)
        await until(lambda: self.time() == datetime.fromisoformat(changes["time"]))

    def time(self) -> datetime | None:
        time: datetime | None = self.entry.runtime_data.data.reading.time
        return time

    async def compile(self, slot: str) -> None:
        """Compile the five minutes from this time of the day on, and all that follows from it."""
        await async_wait_recording_done(self.hass)
        text = f"2026-11-{slot}+00:00" if "T" in slot else f"2026-11-12T{slot}+00:00"
        do_adhoc_statistics(self.hass, start=datetime.fromisoformat(text))
        await self.correct()

    async def correct(self) -> None:
        """Let the recorder say that it has compiled."""
        await async_wait_recording_done(self.hass)
        self.hass.bus.async_fire(EVENT_RECORDER_5MIN_STATISTICS_GENERATED)
        await self.hass.async_block_till_done()
        await async_wait_recording_done(self.hass)

    async def sums(
        self, key: str = "energy_import", period: Any = "5minute", unit: str = "kWh"
    ) -> list[float]:
        found = state(self.hass, key)
        assert found
        entity_id = found.entity_id
        rows = await get_instance(self.hass).async_add_executor_job(
            lambda: statistics_during_period(
                self.hass,
                datetime(2026, 1, 1, tzinfo=UTC),
                None,
                {entity_id},
                period,
                {"energy": unit, "volume": unit},
                {"sum"},
            )
        )
        return [round(row["sum"] or 0, 3) for row in rows.get(entity_id, [])]

    async def restart(self, off: Any = None) -> None:
        """Stop the integration, do this meanwhile, and start it again."""
        await self.hass.config_entries.async_unload(self.entry.entry_id)
        await until(lambda: not self.monitor.streams)
        if off:
            off()
        await self.hass.config_entries.async_setup(self.entry.entry_id)
        await until(lambda: self.monitor.streams)


@pytest.fixture
async def house(hass_with_us: HomeAssistant, monitor: P1Monitor, set_up: SetUp, clock: Any) -> House:
    """A house that has used 0.5 kWh of its meter, which is at 572.62 kWh."""
    entry = await set_up(monitor, every_second=True)
    there = House(hass_with_us, monitor, entry, clock)
    await there.compile("17:30:00")
    await there.at("17:36:00", energy_import_kwh=572.62)
    await there.compile("17:35:00")
    assert await there.sums() == [0.0, 0.5]
    return there


@pytest.mark.parametrize("first", HIGHER_LOWER_AND_ZERO)
async def test_another_meter_is_no_use(hass: HomeAssistant, house: House, first: float) -> None:
    await house.at("17:41:00", energy_import_kwh=572.72)
    await house.at("17:43:00", energy_import_kwh=first, meter_id=NEW)
    assert value(hass, "energy_import") == str(first)
    await house.at("17:44:00", energy_import_kwh=first + 0.2)
    await house.compile("17:40:00")
    assert await house.sums() == [0.0, 0.5, 0.8]
    await house.at("17:46:00", energy_import_kwh=first + 0.3)
    await house.compile("17:45:00")
    await house.at("17:58:00", energy_import_kwh=first + 0.4)
    await house.compile("17:55:00")
    assert await house.sums() == [0.0, 0.5, 0.8, 0.9, 1.0]
    assert await house.sums(period="hour") == [1.0]


@pytest.mark.parametrize("first", HIGHER_LOWER_AND_ZERO)
async def test_another_meter_came_while_home_assistant_was_off(
    hass: HomeAssistant, monitor: P1Monitor, house: House, clock: Any, first: float
) -> None:
    def another_meter() -> None:
        clock.move_to("2026-11-14T09:02:00Z")
        monitor.reading |= {"time": "2026-11-14T10:02:00+01:00", "energy_import_kwh": first, "meter_id": NEW}

    await house.restart(another_meter)
    await house.at("14T09:03:00", energy_import_kwh=first + 0.2)
    await house.compile("14T09:00:00")
    assert value(hass, "energy_import") == str(first + 0.2)
    assert await house.sums() == [0.0, 0.5, 0.7]


async def test_another_meter_came_while_the_board_was_off(
    hass: HomeAssistant, monitor: P1Monitor, house: House, clock: Any
) -> None:
    await monitor.stop()
    await until(lambda: not house.entry.runtime_data.last_update_success)
    clock.move_to("2026-11-12T17:43:00Z")
    monitor.reading |= {"time": "2026-11-12T18:43:00+01:00", "energy_import_kwh": 30_000.5, "meter_id": NEW}
    await monitor.start()
    await house.entry.runtime_data.async_refresh()
    await until(lambda: value(hass, "energy_import") == "30000.5")
    await house.compile("17:40:00")
    assert await house.sums() == [0.0, 0.5, 0.5]


async def test_another_meter_came_in_an_absence_of_months(
    hass_with_us: HomeAssistant, monitor: P1Monitor, set_up: SetUp, clock: Any
) -> None:
    """The recorder has no rows of five minutes left, and begins its sum at 0 again."""
    house = House(hass_with_us, monitor, await set_up(monitor, every_second=True), clock)
    before = datetime(2026, 9, 12, 17, tzinfo=UTC)
    await write(hass_with_us, entity(hass_with_us), {before: (1000.0, 500.0)})
    leap = Leap(last=1000.25, first=572.02)
    record_leaps(house.entry.runtime_data.storage, "energy_import", dt_util.utcnow(), [leap], "kWh")
    await house.compile("17:30:00")
    assert await house.sums() == [500.35]


async def test_meters_that_change_all_the_time_do_not_fill_the_storage(house: House) -> None:
    storage = house.entry.runtime_data.storage
    for number in range(MOST_RECORDED + 5):
        leap = Leap(last=float(number), first=0.0)
        record_leaps(storage, "energy_import", dt_util.utcnow(), [leap], "kWh")
    assert [leap.last for leap in recorded_leaps(storage)] == [float(5 + n) for n in range(MOST_RECORDED)]


async def test_a_restart_after_the_change_corrects_it_still(house: House) -> None:
    await house.at("17:43:00", energy_import_kwh=30_000.5, meter_id=NEW)
    await house.restart()
    await house.compile("17:40:00")
    assert await house.sums() == [0.0, 0.5, 0.5]


async def test_registers_and_leaps_are_stored_when_home_assistant_stops(
    hass: HomeAssistant, house: House, hass_storage: dict[str, Any]
) -> None:
    await house.at("17:43:00", energy_import_kwh=30_000.5, meter_id=NEW)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await hass.async_block_till_done()
    stored = hass_storage[f"p1_monitor.{house.entry.entry_id}"]["data"]
    assert stored["register_energy_import"] == {
        "value": 30_000.5,
        "unit": "kWh",
        "read_at": "2026-11-12T18:43:00+01:00",
        "meter_id": NEW,
    }
    leaps = {leap["key"]: (leap["last"], leap["first"]) for leap in stored["register_leaps"]}
    assert leaps["energy_import"] == (572.62, 30_000.5)


async def test_a_correction_is_made_once(house: House) -> None:
    await house.at("17:43:00", energy_import_kwh=30_000.5, meter_id=NEW)
    await house.compile("17:40:00")
    await house.correct()
    await house.restart()
    await house.correct()
    assert await house.sums() == [0.0, 0.5, 0.5]


async def test_two_meters_within_five_minutes(house: House) -> None:
    await house.at("17:41:00", energy_import_kwh=30_000.5, meter_id=NEW)
    await house.at("17:42:00", energy_import_kwh=30_000.6)
    await house.at("17:43:00", energy_import_kwh=572.92, meter_id=OLD)
    await house.at("17:44:00", energy_import_kwh=573.02)
    await house.compile("17:40:00")
    assert await house.sums() == [0.0, 0.5, 0.7]


async def test_a_meter_that_starts_at_0_for_three_seconds(hass: HomeAssistant, house: House) -> None:
    for second in range(3):
        await house.at(f"17:41:0{second}", energy_import_kwh=0.0)
        assert value(hass, "energy_import") == "572.62"
    await house.at("17:41:03", energy_import_kwh=572.72)
    await house.compile("17:40:00")
    assert await house.sums() == [0.0, 0.5, 0.6]


async def test_a_meter_that_was_set_under_its_old_number_costs_an_hour(
    hass: HomeAssistant, house: House
) -> None:
    for clock, kwh in (("17:41:00", 10.0), ("18:11:00", 10.5), ("18:40:59", 10.9)):
        await house.at(clock, energy_import_kwh=kwh)
        assert value(hass, "energy_import") == "572.62"
    await house.at("18:41:00", energy_import_kwh=11.0)
    await house.at("18:42:00", energy_import_kwh=11.1)
    assert value(hass, "energy_import") == "11.1"
    await house.compile("18:40:00")
    assert await house.sums() == [0.0, 0.5, 0.6]


async def test_one_wrong_reading_of_gas_is_no_use(
    hass: HomeAssistant, house: House, monitor: P1Monitor
) -> None:
    gas = monitor.reading["mbus"][0]
    key = f"{gas['id']}_gas"
    for minute in range(36, 46):  # one wrong reading, repeated each minute
        at = "2026-11-12T18:35:00+01:00" if minute < 41 else "2026-11-12T18:40:00+01:00"
        await house.at(f"17:{minute}:30", mbus=[register(gas, 0.0 if minute < 41 else 112.484, time=at)])
        assert value(hass, key) == ("112.384" if minute < 41 else "112.484")
    await house.compile("17:35:00")
    await house.compile("17:40:00")
    assert (await house.sums(key, unit="m³"))[-1] == 0.1
