"""Gas, water and heat meters: devices of their own, told by their serial number, on any channel."""

from collections.abc import Callable
from typing import Any

import pytest
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr

from custom_components.p1_monitor import async_remove_config_entry_device
from custom_components.p1_monitor.const import DOMAIN

from .conftest import SetUp, state, until, value
from .device import DEVICE_ID, P1Monitor

GAS, WATER = "7FLO2119033733_gas", "8SET0000961173_water"


async def test_gas_and_water_are_devices_behind_the_board(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    entry = await set_up(monitor)
    registry = dr.async_get(hass)
    board = registry.async_get_device_by_identifier((DOMAIN, DEVICE_ID), entry.entry_id)
    gas = registry.async_get_device_by_identifier((DOMAIN, f"{DEVICE_ID}_{GAS}"), entry.entry_id)
    assert board
    assert gas
    assert (gas.name, gas.serial_number, gas.via_device_id) == ("Gas meter", "7FLO2119033733", board.id)


@pytest.mark.parametrize(
    ("kind", "given", "unit", "device"),
    [
        ("heat", {"energy_gj": 12.345, "volume_m3": None}, "GJ", "Heat meter"),
        ("hot_water", {"volume_m3": 12.345}, "m³", "Hot water meter"),
    ],
)
async def test_heat_and_hot_water(
    hass: HomeAssistant,
    monitor: P1Monitor,
    set_up: SetUp,
    kind: str,
    given: dict[str, Any],
    unit: str,
    device: str,
) -> None:
    entry = await set_up(monitor)
    meter = {**monitor.reading["mbus"][0], "type": kind, "id": None, "channel": 3, **given}
    monitor.push(reading={"mbus": [meter]})
    key = f"channel_3_{kind}"
    await until(lambda: value(hass, key) == "12.345")
    found = state(hass, key)
    assert found
    assert found.attributes["unit_of_measurement"] == unit
    registry = dr.async_get(hass)
    board = registry.async_get_device_by_identifier((DOMAIN, f"{DEVICE_ID}_{key}"), entry.entry_id)
    assert board
    assert board.name == device


async def test_a_channel_without_a_meter_is_none(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    gas = monitor.reading["mbus"][0]
    monitor.reading["mbus"] = [
        {**gas, "volume_m3": 0.0, "time": None, "id": None},  # never linked
        {**gas, "type": "electricity", "id": "1"},
        {"channel": 4},
    ]
    entry = await set_up(monitor)
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    assert len(devices) == 1


@pytest.mark.parametrize("order", [lambda meters: meters, lambda meters: meters[::-1]])
async def test_of_one_meter_on_two_channels_the_newest_counts(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, order: Callable[[list[Any]], list[Any]]
) -> None:
    gas = monitor.reading["mbus"][0]
    old = {**gas, "channel": 2, "time": "2026-01-01T00:00:00+01:00", "volume_m3": 99.0}
    monitor.reading["mbus"] = order([gas, old])
    await set_up(monitor)
    assert value(hass, GAS) == "112.384"


async def test_water_that_flows(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, all_enabled: None
) -> None:
    await set_up(monitor)
    gas, water = monitor.reading["mbus"]
    later = {**water, "time": "2026-11-12T18:35:05+01:00", "volume_m3": 872.284}
    monitor.push(reading={"mbus": [gas, later]})
    await until(lambda: value(hass, f"{WATER}_flow") == "10.0")  # 50 L in 5 minutes
    monitor.push(reading={"mbus": [gas]})
    await until(lambda: value(hass, f"{WATER}_flow") == STATE_UNKNOWN)
    assert value(hass, f"{WATER}_time") == STATE_UNKNOWN


async def test_a_new_gas_meter_begins_at_zero(hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp) -> None:
    coordinator = (await set_up(monitor)).runtime_data
    new = {**monitor.reading["mbus"][0], "id": "7FLO9999", "volume_m3": 0.0, "valve": None}
    for second in (56, 57, 58):
        before = coordinator.data
        monitor.push(reading={"time": f"2026-11-12T18:32:{second}+01:00", "mbus": [new]})
        await until(lambda before=before: coordinator.data is not before)  # type: ignore[misc]
    assert value(hass, "7FLO9999_gas") == "0.0"
    assert state(hass, "7FLO9999_gas_valve") is None


async def test_a_meter_that_went_can_be_removed_and_no_other(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    entry = await set_up(monitor)
    registry = dr.async_get(hass)

    async def may_go(name: str) -> bool:
        device = registry.async_get_device_by_identifier((DOMAIN, name), entry.entry_id)
        assert device
        return await async_remove_config_entry_device(hass, entry, device)

    assert not await may_go(DEVICE_ID)
    assert not await may_go(f"{DEVICE_ID}_{WATER}")
    monitor.push(reading={"mbus": []})
    await until(lambda: value(hass, WATER) == STATE_UNKNOWN)
    assert await may_go(f"{DEVICE_ID}_{WATER}")
    assert not await may_go(DEVICE_ID)
