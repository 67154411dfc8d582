"""A meter whose clock was never set: what it measures is shown, and only what needs the time waits."""

from datetime import timedelta
from functools import partial
from time import monotonic

import pytest
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from custom_components.p1_monitor import coordinator as module

from .conftest import SetUp, state, until, value
from .device import P1Monitor

GAS = "7FLO2119033733_gas"


async def power(hass: HomeAssistant, monitor: P1Monitor, power_w: int) -> None:
    """Send a telegram with this power, and wait until it is shown."""
    monitor.push(reading={"power_import_w": power_w})
    await until(lambda: value(hass, "power") == str(power_w))


async def test_live_values_go_on_without_a_time(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, all_enabled: None
) -> None:
    monitor.lose_clock()
    await set_up(monitor, every_second=True)
    assert value(hass, "energy_import") == "572.12"
    assert value(hass, "power_l2") == "2300"
    assert value(hass, GAS) == "112.384"
    assert value(hass, "clock_problem", "binary_sensor") == "on"
    assert state(hass, "average_demand") is None
    await power(hass, monitor, 400)
    await power(hass, monitor, 500)


async def test_a_clock_that_is_lost_makes_quarters_unknown(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    await set_up(monitor, every_second=True)
    monitor.lose_clock()
    monitor.push(status={}, reading={"power_import_w": 400}, quarter={}, peaks={})
    await until(lambda: value(hass, "power") == "400")
    assert value(hass, "average_demand") == STATE_UNKNOWN
    assert value(hass, "energy_import") == "572.12"


async def test_telegrams_without_a_time_are_no_silence(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monitor.lose_clock()
    await set_up(monitor, every_second=True)
    begin = monotonic()
    for seconds in (20, 40, 60):
        monkeypatch.setattr(module, "monotonic", lambda seconds=seconds: begin + seconds)
        await power(hass, monitor, seconds)
    monkeypatch.setattr(module, "monotonic", lambda: begin + 91)
    monitor.push(quarter={})
    await until(lambda: value(hass, "power") == STATE_UNAVAILABLE)


async def test_a_board_that_is_polled_says_whether_telegrams_come(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monitor.lose_clock()
    monitor.streaming = False
    entry = await set_up(monitor)
    begin = monotonic()
    monkeypatch.setattr(module, "monotonic", lambda: begin + 40)
    await entry.runtime_data.async_refresh()
    assert value(hass, "power") == "3180"
    monitor.device["p1"]["age_ms"] = 40_000
    await entry.runtime_data.async_refresh()
    assert value(hass, "power") == STATE_UNAVAILABLE


async def test_a_register_without_a_time_is_checked_by_the_time_of_its_receipt(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three telegrams, as the stamps of the readings are missing; and an hour of Home Assistant's clock."""
    monitor.lose_clock()
    entry = await set_up(monitor, every_second=True)
    now = dt_util.utcnow()
    for minutes, shown in ((0, "572.12"), (30, "572.12"), (59, "572.12"), (61, "5.0")):
        later = now + timedelta(minutes=minutes)
        monkeypatch.setattr(
            "custom_components.p1_monitor.coordinator_live.dt_util.utcnow", lambda at=later: at
        )
        await power_of(hass, monitor, entry.runtime_data, 5.0, minutes)
        assert value(hass, "energy_import") == shown


async def power_of(
    hass: HomeAssistant,
    monitor: P1Monitor,
    coordinator: module.P1MonitorCoordinator,
    kwh: float,
    power_w: int,
) -> None:
    """Send a telegram with this register and power, and wait until it has come."""
    monitor.push(reading={"energy_import_kwh": kwh, "power_import_w": power_w})
    await until(partial(_has_come, coordinator, power_w))


def _has_come(coordinator: module.P1MonitorCoordinator, power_w: int) -> bool:
    return coordinator.data.reading.power_import_w == power_w
