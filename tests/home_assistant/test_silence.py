"""What a meter measures when it falls silent, and when its board starts without it."""

from time import monotonic

import pytest
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant

from custom_components.p1_monitor import coordinator as module

from .conftest import SetUp, until, value
from .device import P1Monitor

GAS = "7FLO2119033733_gas"
KNOWN = {
    "peak_month": "3.21",
    "dsmr_version": "50217",
    "last_telegram": "2026-11-12T17:32:55+00:00",
    "crc_errors": "2",
}
"""What stays true while the meter says nothing."""


async def test_a_silent_meter_makes_what_it_measures_unavailable(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, all_enabled: None
) -> None:
    await set_up(monitor)
    monitor.push(status={"p1": {"age_ms": 31_000, "crc_errors": 2}})
    await until(lambda: value(hass, "p1_connected", "binary_sensor") == "off")
    for key in ("power", "energy_import", "headroom", GAS):
        assert value(hass, key) == STATE_UNAVAILABLE, key
    assert value(hass, "peak_at_risk", "binary_sensor") == STATE_UNAVAILABLE
    for key, known in KNOWN.items():
        assert value(hass, key) == known, key

    monitor.push(reading={"time": "2026-11-12T18:34:00+01:00"})
    await until(lambda: value(hass, "p1_connected", "binary_sensor") == "on")
    assert value(hass, "power") == "3180"


async def test_a_board_that_restarts_without_its_meter(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    await set_up(monitor)
    monitor.before_first_telegram()
    monitor.push(status={}, peaks={}, reading={}, quarter={})
    await until(lambda: value(hass, "p1_connected", "binary_sensor") == "off")
    assert value(hass, "power") == STATE_UNAVAILABLE
    assert value(hass, "peak_month") == STATE_UNKNOWN


async def test_a_meter_that_falls_silent_between_two_statuses(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    await set_up(monitor)
    now = monotonic()
    monkeypatch.setattr(module, "monotonic", lambda: now + 31)
    monitor.push(quarter={})
    await until(lambda: value(hass, "power") == STATE_UNAVAILABLE)
