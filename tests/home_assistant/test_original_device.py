"""A board with the original firmware: everything from two polled endpoints."""

import logging
from datetime import timedelta
from time import monotonic

import pytest
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import (  # type: ignore[import-untyped]
    async_fire_time_changed,
)

from custom_components.p1_monitor import coordinator as base, coordinator_original as module
from custom_components.p1_monitor.const import CONF_ORIGINAL, DOMAIN, ORIGINAL_MODEL

from .conftest import SetUp, until, value
from .device import DEVICE_ID, OriginalBoard, P1Monitor

EVERYTHING = {
    "power": "3000",
    "power_import": "3000",
    "power_export": "0",
    "average_demand": "1.0",
    "projected_demand": "3.0",
    "allowed_power": "2250",
    "headroom": "-750",
    "last_quarter_demand": "unknown",
    "peak_today": "unknown",
    "quarter_end": "2023-12-02T09:00:00+00:00",
    "peak_month": "2.453",
    "peak_month_time": "2023-12-01T23:15:00+00:00",
    "peak_target_active": "2.5",
    "last_telegram": "2023-12-02T08:50:00+00:00",
}


async def poll(hass: HomeAssistant) -> None:
    """Let the time for the next poll come."""
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=6))
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_everything_it_has(
    hass: HomeAssistant, original: OriginalBoard, set_up: SetUp, all_enabled: None
) -> None:
    entry = await set_up(original)
    assert {key: value(hass, key) for key in EVERYTHING} == EVERYTHING
    assert value(hass, "peak_at_risk", "binary_sensor") == "on"
    assert value(hass, "peak_unavoidable", "binary_sensor") == "off"
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    assert len(entities) == len(EVERYTHING) + 3  # two binary sensors and the event


async def test_import_is_enabled(hass: HomeAssistant, original: OriginalBoard, set_up: SetUp) -> None:
    await set_up(original)
    assert value(hass, "power_import") == "3000"


async def test_its_device_page(hass: HomeAssistant, original: OriginalBoard, set_up: SetUp) -> None:
    entry = await set_up(original)
    device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, DEVICE_ID), entry.entry_id)
    assert device
    assert (device.model, device.sw_version) == (ORIGINAL_MODEL, None)


async def test_polled_every_5_s_and_the_peak_with_each_quarter(
    hass: HomeAssistant, original: OriginalBoard, set_up: SetUp
) -> None:
    await set_up(original)
    quarters, peaks = original.count("/current/quarter"), original.count("/current/month/peak")
    original.consumed.append(1000)
    original.produced.append(-20)
    await poll(hass)
    assert value(hass, "power") == "980"
    assert original.count("/current/quarter") == quarters + 1
    assert original.count("/current/month/peak") == peaks

    original.quarter_id, original.consumed, original.produced = 386662952, [500], [0]
    original.peak = {"quarter_id": 386662951, "power": 2700}
    await poll(hass)
    assert value(hass, "peak_month") == "2.7"
    assert original.count("/current/month/peak") == peaks + 1


async def test_the_peak_is_polled_every_minute(
    hass: HomeAssistant, original: OriginalBoard, set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = await set_up(original)
    peaks = original.count("/current/month/peak")
    monkeypatch.setattr(module, "monotonic", lambda: entry.runtime_data._peak_due)
    await poll(hass)
    assert original.count("/current/month/peak") == peaks + 1


async def test_risk_comes_at_once(hass: HomeAssistant, original: OriginalBoard, set_up: SetUp) -> None:
    original.consumed, original.produced = [3000] * 35, [0] * 35
    await set_up(original)
    assert value(hass, "peak_at_risk", "binary_sensor") == "off"
    original.consumed, original.produced = [3000] * 36, [0] * 36
    await poll(hass)
    assert value(hass, "peak_at_risk", "binary_sensor") == "on"


async def test_target_and_area_are_options(
    hass: HomeAssistant, original: OriginalBoard, set_up: SetUp, all_enabled: None
) -> None:
    await set_up(original, area="no_capacity_tariff", target_w=1500)
    assert value(hass, "peak_target_active") == "1.5"


async def test_a_warning_before_the_target(
    hass: HomeAssistant, original: OriginalBoard, set_up: SetUp
) -> None:
    original.consumed, original.produced = [2400] * 60, [0] * 60
    await set_up(original, warning_percent=90)
    assert value(hass, "peak_at_risk", "binary_sensor") == "on"
    assert value(hass, "peak_unavoidable", "binary_sensor") == "off"
    assert value(hass, "headroom") == "150"  # against the target itself


async def test_a_peak_above_25_kw_is_within_the_connection(
    hass: HomeAssistant, original: OriginalBoard, set_up: SetUp, all_enabled: None
) -> None:
    original.peak = {"quarter_id": original.quarter_id - 1, "power": 30_000}
    original.consumed = [1000] * 179
    await set_up(original)
    assert value(hass, "allowed_power") == "37500"


async def test_what_a_month_costs(hass: HomeAssistant, original: OriginalBoard, set_up: SetUp) -> None:
    await set_up(original, area="antwerpen")
    assert value(hass, "capacity_cost_month") == "10.91"
    assert value(hass, "capacity_cost_quarter") == "2.18"
    assert value(hass, "capacity_cost_year") is None


async def test_without_a_target_there_is_no_headroom(
    hass: HomeAssistant, original: OriginalBoard, set_up: SetUp, all_enabled: None
) -> None:
    await set_up(original, area="wallonia_impact")
    assert value(hass, "projected_demand") == "3.0"
    assert value(hass, "headroom") is None
    assert value(hass, "peak_target_active") is None


@pytest.mark.parametrize(("day", "peak"), [("2023-12-02", "2.453"), ("2023-12-03", None)])
async def test_peak_before_the_day_from_which_peaks_count_does_not_count(
    hass: HomeAssistant, original: OriginalBoard, set_up: SetUp, day: str, peak: str | None
) -> None:
    await set_up(original, counted_from=day)
    assert value(hass, "peak_month") == peak


async def test_last_months_peak_is_not_this_months(
    hass: HomeAssistant, original: OriginalBoard, set_up: SetUp
) -> None:
    original.peak = {"quarter_id": 386530048, "power": 6000}  # 2023-11-30
    await set_up(original)
    assert value(hass, "peak_month") is None
    assert value(hass, "headroom") == "-750"


async def test_the_doubled_hour_while_home_assistant_runs_in_utc(
    hass: HomeAssistant, original: OriginalBoard, set_up: SetUp, all_enabled: None
) -> None:
    original.quarter_id = 403315595  # 2024-10-27 02:45, the first time
    await set_up(original)
    assert value(hass, "quarter_end") == "2024-10-27T01:00:00+00:00"
    original.quarter_id = 403315464  # 02:00, the second time
    await poll(hass)
    assert value(hass, "quarter_end") == "2024-10-27T01:15:00+00:00"


async def test_before_its_first_telegram(hass: HomeAssistant, original: OriginalBoard, set_up: SetUp) -> None:
    consumed, peak = original.consumed, original.peak
    original.consumed, original.peak = [], None
    entry = await set_up(original)
    assert entry.state is ConfigEntryState.LOADED
    assert not er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)

    original.consumed, original.peak = consumed, peak
    await poll(hass)
    assert value(hass, "power") == "3000"


@pytest.mark.parametrize("quarter_id", [386662951, 0])
async def test_a_quarter_of_no_telegrams_or_no_date(
    hass: HomeAssistant, original: OriginalBoard, set_up: SetUp, quarter_id: int
) -> None:
    await set_up(original)
    original.quarter_id = quarter_id
    original.consumed, original.produced = [None, None], [None, None]
    original.peak = {"quarter_id": quarter_id & 0xFFFFFF00 | 0x7F, "power": 100}
    await poll(hass)
    assert value(hass, "power") == STATE_UNAVAILABLE


async def test_a_peak_of_no_date_is_none(hass: HomeAssistant, original: OriginalBoard, set_up: SetUp) -> None:
    original.peak = {"quarter_id": 386662951 | 0x7F, "power": 100}
    await set_up(original)
    assert value(hass, "peak_month") is None


async def test_a_meter_that_falls_silent(
    hass: HomeAssistant, original: OriginalBoard, set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    await set_up(original)
    await poll(hass)
    assert value(hass, "power") == "3000"
    now = monotonic()
    monkeypatch.setattr(base, "monotonic", lambda: now + 31)
    await poll(hass)
    assert value(hass, "power") == STATE_UNAVAILABLE
    assert value(hass, "peak_month") == "2.453"


async def test_it_goes_and_comes_back(
    hass: HomeAssistant, original: OriginalBoard, set_up: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    await set_up(original)
    await original.stop()
    for _ in range(3):
        await poll(hass)
    assert value(hass, "power") == STATE_UNAVAILABLE
    assert len([record for record in caplog.records if record.levelno >= logging.ERROR]) == 1
    await original.start()
    await poll(hass)
    assert value(hass, "power") == "3000"


async def test_another_one_that_comes_back_is_refused(
    hass: HomeAssistant, original: OriginalBoard, set_up: SetUp
) -> None:
    await set_up(original)
    await original.stop()
    await poll(hass)
    original.serial = "02:00:C3:00:00:02"
    await original.start()
    await poll(hass)
    assert value(hass, "power") == STATE_UNAVAILABLE
    original.serial = "02:00:C3:00:00:01"
    await poll(hass)
    assert value(hass, "power") == "3000"


async def test_a_board_that_comes_back_with_our_firmware(
    hass: HomeAssistant, original: OriginalBoard, set_up: SetUp
) -> None:
    entry = await set_up(original)
    await original.stop()
    await poll(hass)
    ours = P1Monitor()
    ours.streaming = False
    original.bodies |= ours.bodies
    await original.start()
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=6))
    await until(lambda: value(hass, "energy_import") == "572.12")
    assert entry.data[CONF_ORIGINAL] is False
    assert value(hass, "peak_month") == "3.21"
