"""What the board had stored before Home Assistant came, put before the statistics that there are."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.recorder import get_instance
from pytest_homeassistant_custom_component.common import MockConfigEntry  # type: ignore[import-untyped]
from pytest_homeassistant_custom_component.components.recorder.common import (  # type: ignore[import-untyped]
    async_wait_recording_done,
    do_adhoc_statistics,
)

from custom_components.p1_monitor.const import DOMAIN

from .conftest import SetUp
from .device import OriginalBoard, P1Monitor
from .test_history_backfill import HOUR, START, Rows, entity, gas_key, read, stored, write

# Before Home Assistant itself is made.
pytestmark = pytest.mark.usefixtures("recorder_mock")

FIVE_MINUTES = timedelta(minutes=5)
FIRST_DAY = f"{START - timedelta(days=1):%Y-%m-%d}"


async def bring(hass: HomeAssistant, entry: MockConfigEntry, start: str = FIRST_DAY) -> dict[str, int]:
    """How many hours of each entity the action put."""
    data = {"config_entry_id": entry.entry_id, "start": start}
    answer = await hass.services.async_call(
        DOMAIN, "import_history", data, blocking=True, return_response=True
    )
    assert answer
    await async_wait_recording_done(hass)
    hours: Any = answer["hours"]
    return dict(hours)


# Home Assistant came in the middle of the sixth hour, at 105.5 kWh: its sums begin there.
THERE: Rows = {START + 5 * HOUR: (106, 0.5), START + 6 * HOUR: (107, 1.5)}
ALL: Rows = {START + number * HOUR: (101 + number, number) for number in range(7)}


@pytest.fixture
async def late(hass_with_us: HomeAssistant, monitor: P1Monitor, set_up: SetUp) -> Any:
    """An entry whose board has stored a kWh in each of eight hours, of which Home Assistant has the last two."""
    entry = await set_up(monitor)
    monitor.stored = stored(8)
    await write(hass_with_us, entity(hass_with_us), THERE)
    return entry


async def test_the_hours_before_are_put_before(hass: HomeAssistant, late: MockConfigEntry) -> None:
    assert await bring(hass, late) == {entity(hass): 5}
    assert await read(hass, entity(hass)) == ALL


async def test_doing_it_twice_changes_nothing(hass: HomeAssistant, late: MockConfigEntry) -> None:
    await bring(hass, late)
    assert await bring(hass, late) == {entity(hass): 0}
    assert await read(hass, entity(hass)) == ALL


async def test_what_is_asked_for_in_parts_is_the_same(
    hass: HomeAssistant, late: MockConfigEntry, monitor: P1Monitor
) -> None:
    monitor.stored = monitor.stored[12:]
    assert await bring(hass, late) == {entity(hass): 2}
    monitor.stored = stored(8)
    assert await bring(hass, late) == {entity(hass): 3}
    assert await read(hass, entity(hass)) == ALL


async def test_an_end_between_raising_and_writing_is_made_good(
    hass: HomeAssistant, late: MockConfigEntry
) -> None:
    get_instance(hass).async_adjust_statistics(entity(hass), START + 5 * HOUR, 4.5, "kWh")
    await async_wait_recording_done(hass)
    await bring(hass, late)
    assert await read(hass, entity(hass)) == ALL


async def test_the_recorder_goes_on_with_the_sums_that_were_raised(
    hass: HomeAssistant, late: MockConfigEntry, monitor: P1Monitor
) -> None:
    entity_id = entity(hass)
    now = datetime.now(UTC)
    begin = now.replace(minute=now.minute // 5 * 5, second=0, microsecond=0)
    await async_wait_recording_done(hass)
    do_adhoc_statistics(hass, start=begin)
    await async_wait_recording_done(hass)
    before = await sums_of_five_minutes(hass, entity_id)
    await bring(hass, late)
    do_adhoc_statistics(hass, start=begin + FIVE_MINUTES)
    await async_wait_recording_done(hass)
    after = await sums_of_five_minutes(hass, entity_id)
    assert after == [pytest.approx(before[0] + 4.5)] * 2  # nothing was used meanwhile


async def sums_of_five_minutes(hass: HomeAssistant, entity_id: str) -> list[float]:
    found = await get_instance(hass).async_add_executor_job(
        lambda: statistics_during_period(
            hass, START, None, {entity_id}, "5minute", {"energy": "kWh"}, {"sum"}
        )
    )
    return [row["sum"] or 0 for row in found[entity_id]]


@pytest.mark.parametrize("register", [0.5, 99_000.0], ids=["falls", "leaps"])
async def test_what_another_meter_counted_stays_out(
    hass: HomeAssistant, late: MockConfigEntry, monitor: P1Monitor, register: float
) -> None:
    for quarter in monitor.stored[:8]:  # before there was this meter
        quarter["energy_import_kwh"] = register
    assert await bring(hass, late) == {entity(hass): 3}
    assert await read(hass, entity(hass)) == {
        START + number * HOUR: (101 + number, number - 2) for number in range(2, 7)
    }


async def test_gas_in_the_unit_that_the_user_chose(
    hass: HomeAssistant, late: MockConfigEntry, monitor: P1Monitor
) -> None:
    gas = entity(hass, gas_key(monitor))
    for number, quarter in enumerate(stored(8)):
        monitor.stored[number] = {**quarter, "gas_volume_m3": 10 + (number + 1) / 4}
    await write(hass, gas, {START + 5 * HOUR: (16_000, 0)}, unit="L", kind="volume")
    assert await bring(hass, late) == {entity(hass): 5, gas: 5}
    assert await read(hass, gas, "L", "volume") == {
        START + number * HOUR: (11_000 + number * 1000, number * 1000) for number in range(6)
    }


async def test_without_statistics_there_is_nothing_to_put_it_before(
    hass_with_us: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    entry = await set_up(monitor)
    with pytest.raises(ServiceValidationError) as caught:
        await bring(hass_with_us, entry)
    assert caught.value.translation_key == "no_statistics"


async def test_an_original_device_has_nothing_to_give(
    hass: HomeAssistant, original: OriginalBoard, set_up: SetUp
) -> None:
    entry = await set_up(original)
    with pytest.raises(ServiceValidationError) as caught:
        await hass.services.async_call(
            DOMAIN, "import_history", {"config_entry_id": entry.entry_id, "start": FIRST_DAY}, blocking=True
        )
    assert caught.value.translation_key == "nothing_stored"


async def test_a_device_that_does_not_answer_changes_nothing(
    hass: HomeAssistant, late: MockConfigEntry, monitor: P1Monitor
) -> None:
    monitor.bodies["/api/history"] = 503
    with pytest.raises(HomeAssistantError) as caught:
        await bring(hass, late)
    assert caught.value.translation_key == "communication_error"
    assert await read(hass, entity(hass)) == THERE
