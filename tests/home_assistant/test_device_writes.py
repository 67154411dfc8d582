"""What changes a board: only with its token, with its own words when it refuses."""

import asyncio
from typing import Any

import pytest
from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er

from custom_components.p1_monitor.const import CONF_ORIGINAL

from .conftest import SetUp, state, until, value
from .device import DEVICE_ID, P1Monitor

WRITING = {
    ("peak_target", "number"),
    ("warning_threshold", "number"),
    ("led_brightness", "number"),
    ("status_light", "switch"),
    ("area", "select"),
    ("counted_from", "date"),
    ("restart", "button"),
}


async def call(hass: HomeAssistant, service: str, key: str, **data: Any) -> None:
    platform = service.partition(".")[0]
    found = state(hass, key, platform)
    assert found
    name = service.partition(".")[2]
    await hass.services.async_call(platform, name, {"entity_id": found.entity_id, **data}, blocking=True)


async def test_without_a_token_nothing_that_changes_it(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, all_enabled: None
) -> None:
    await set_up(monitor)
    for key, platform in WRITING:
        assert state(hass, key, platform) is None, key
    await call(hass, "button.press", "identify")
    assert monitor.done == ["/api/identify"]


async def test_what_an_earlier_token_brought_goes_with_it(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, all_enabled: None
) -> None:
    entry = await set_up(monitor, token=monitor.token)
    for key, platform in WRITING:
        assert state(hass, key, platform) is not None, key
    hass.config_entries.async_update_entry(entry, data={CONF_HOST: monitor.host, CONF_ORIGINAL: False})
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    left = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    assert not {(entity.unique_id.removeprefix(f"{DEVICE_ID}_"), entity.domain) for entity in left} & WRITING
    assert state(hass, "identify", "button") is not None


async def test_a_target_is_set_on_the_board(hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp) -> None:
    await set_up(monitor, token=monitor.token)
    assert value(hass, "peak_target", "number") == "unknown"
    target = state(hass, "peak_target", "number")
    assert target
    assert [target.attributes[name] for name in ("min", "max", "step")] == [2.5, 100, 0.1]
    await call(hass, "number.set_value", "peak_target", value=4.2)
    assert monitor.settings["capacity"]["target_w"] == 4200
    assert value(hass, "peak_target", "number") == "4.2"

    await call(hass, "number.set_value", "warning_threshold", value=90)
    assert monitor.settings["capacity"]["warning_percent"] == 90
    assert value(hass, "warning_threshold", "number") == "90.0"


async def test_the_area_and_the_day_from_which_peaks_count(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, all_enabled: None
) -> None:
    await set_up(monitor, token=monitor.token)
    assert value(hass, "area", "select") == "antwerpen"
    await call(hass, "select.select_option", "area", option="west")
    assert monitor.settings["capacity"]["area"] == "west"
    assert value(hass, "area", "select") == "west"
    assert value(hass, "capacity_cost_month") == "16.19"

    assert value(hass, "counted_from", "date") == "unknown"
    await call(hass, "date.set_value", "counted_from", date="2026-03-01")
    assert monitor.settings["capacity"]["counted_from"] == "2026-03-01"
    assert value(hass, "counted_from", "date") == "2026-03-01"
    monitor.push(status={"capacity": {**monitor.device["capacity"], "area": "x", "counted_from": "soon"}})
    await until(lambda: value(hass, "counted_from", "date") == "unknown")
    assert value(hass, "area", "select") == "unknown"


async def test_firmware_0_1_0_accepts_targets_up_to_25_kw(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    monitor.be_of_0_1_0()
    await set_up(monitor, token=monitor.token)
    target = state(hass, "peak_target", "number")
    assert target
    assert target.attributes["max"] == 25


async def test_a_target_that_is_changed_on_the_page_of_the_board(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    await set_up(monitor, token=monitor.token)
    monitor.push(status={"capacity": {**monitor.device["capacity"], "target_w": 5000}})
    await until(lambda: value(hass, "peak_target", "number") == "5.0")


async def test_where_peaks_cost_nothing_a_target_may_be_low(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    monitor.device["capacity"]["area"] = monitor.settings["capacity"]["area"] = "no_capacity_tariff"
    await set_up(monitor, token=monitor.token)
    await call(hass, "number.set_value", "peak_target", value=1.5)
    assert monitor.settings["capacity"]["target_w"] == 1500


async def test_the_light(hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, all_enabled: None) -> None:
    monitor.settings["light"]["brightness"] = 40
    await set_up(monitor, token=monitor.token)
    assert value(hass, "led_brightness", "number") == "40.0"
    assert value(hass, "status_light", "switch") == "on"
    await call(hass, "switch.turn_off", "status_light")
    assert monitor.settings["light"]["brightness"] == 0
    assert value(hass, "status_light", "switch") == "off"
    assert value(hass, "led_brightness", "number") == "0.0"
    await call(hass, "switch.turn_on", "status_light")
    assert monitor.settings["light"]["brightness"] == 40
    assert value(hass, "status_light", "switch") == "on"

    monitor.settings["light"]["brightness"] = None
    await call(hass, "number.set_value", "warning_threshold", value=80)
    await until(lambda: value(hass, "status_light", "switch") == "unknown")


async def test_a_restart(hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp) -> None:
    await set_up(monitor, token=monitor.token)
    await call(hass, "button.press", "restart")
    assert monitor.done == ["/api/restart"]


async def test_a_token_that_holds_no_more_asks_for_another(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    entry = await set_up(monitor, token=monitor.token)
    monitor.tokens.clear()
    with pytest.raises(HomeAssistantError) as caught:
        await call(hass, "number.set_value", "peak_target", value=4)
    assert caught.value.translation_key == "token_refused"
    await until(lambda: list(entry.async_get_active_flows(hass, {SOURCE_REAUTH})))


async def test_the_words_of_the_board(hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp) -> None:
    await set_up(monitor, token=monitor.token)
    monitor.bodies["/api/config"] = 400
    with pytest.raises(HomeAssistantError) as caught:
        await call(hass, "number.set_value", "peak_target", value=4)
    assert caught.value.translation_key == "refused"
    assert caught.value.translation_placeholders
    assert caught.value.translation_placeholders["error"] == "Item not found"


async def test_a_board_that_is_gone(hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp) -> None:
    await set_up(monitor, token=monitor.token)
    monitor.bodies["/api/restart"] = lambda _: asyncio.sleep(0)  # answers nothing that makes sense
    with pytest.raises(HomeAssistantError) as caught:
        await call(hass, "button.press", "restart")
    assert caught.value.translation_key in ("communication_error", "refused")


async def test_settings_that_cannot_be_read(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, all_enabled: None
) -> None:
    monitor.bodies["/api/config"] = 503
    monitor.closed = True
    await set_up(monitor, token=monitor.token)
    await until(lambda: monitor.count("/api/config"))
    assert state(hass, "led_brightness", "number") is None
    assert value(hass, "peak_target", "number") == "unknown"
