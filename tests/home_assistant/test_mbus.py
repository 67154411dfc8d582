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
from .device import DEVICE_ID, P1Monitor, register

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
    ("kind", "unit", "shown", "device_class", "device"),
    [
        ("heat", "GJ", "GJ", "energy", "Heat meter"),
        ("heat", "MJ", "MJ", "energy", "Heat meter"),
        ("heat", "kWh", "kWh", "energy", "Heat meter"),
        ("heat", "Wh", "Wh", "energy", "Heat meter"),
        ("heat", "m3", "m³", "volume", "Heat meter"),
        ("hot_water", "m3", "m³", "water", "Hot water meter"),
        ("electricity", "kWh", "kWh", "energy", "Electricity submeter"),
        ("gas", "kWh", "kWh", "energy", "Gas meter"),
    ],
)
async def test_a_register_has_the_unit_that_the_meter_sends(
    hass: HomeAssistant,
    monitor: P1Monitor,
    set_up: SetUp,
    kind: str,
    unit: str,
    shown: str,
    device_class: str,
    device: str,
) -> None:
    entry = await set_up(monitor)
    meter = register(monitor.reading["mbus"][0], 12.345, unit, type=kind, id=None, channel=3)
    monitor.push(reading={"mbus": [meter]})
    key = f"channel_3_{kind}"
    await until(lambda: value(hass, key) == "12.345")
    found = state(hass, key)
    assert found
    assert found.attributes["unit_of_measurement"] == shown
    assert found.attributes["device_class"] == device_class
    assert found.attributes["state_class"] == "total_increasing"
    registry = dr.async_get(hass)
    board = registry.async_get_device_by_identifier((DOMAIN, f"{DEVICE_ID}_{key}"), entry.entry_id)
    assert board
    assert board.name == device


async def test_an_unknown_unit_is_shown_without_a_class(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    await set_up(monitor)
    for number in (12.5, 11.5):  # it may be no register at all
        meter = register(monitor.reading["mbus"][0], number, "m3/h", type="heat", id="H")
        monitor.push(reading={"mbus": [meter]})
        await until(lambda number=number: value(hass, "H_heat") == str(number))  # type: ignore[misc]
    found = state(hass, "H_heat")
    assert found
    assert found.attributes["unit_of_measurement"] == "m3/h"
    assert {"device_class", "state_class"}.isdisjoint(found.attributes)


@pytest.mark.parametrize(
    ("kind", "sent", "shown"),
    [
        ("gas", {"volume_m3": 12.345, "energy_gj": None}, "12.345"),
        ("heat", {"volume_m3": None, "energy_gj": 12.345}, "12.345"),
        ("heat", {"volume_m3": 12.345, "energy_gj": None}, None),  # of whatever unit
        ("electricity", {"volume_m3": 12.345, "energy_gj": None}, None),
    ],
)
async def test_firmware_0_1_0_sends_no_unit(
    hass: HomeAssistant,
    monitor: P1Monitor,
    set_up: SetUp,
    kind: str,
    sent: dict[str, Any],
    shown: str | None,
) -> None:
    monitor.be_of_0_1_0()
    monitor.reading["mbus"][0] |= {"type": kind, **sent}
    await set_up(monitor)
    assert value(hass, f"7FLO2119033733_{kind}") == shown
    assert value(hass, WATER) == "872.234"


async def test_a_channel_without_a_meter_is_none(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    gas = monitor.reading["mbus"][0]
    monitor.reading["mbus"] = [
        register(gas, 0.0, time=None, id=None),  # never linked
        {**gas, "type": "other", "id": "1"},
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
    old = register(gas, 99.0, channel=2, time="2026-01-01T00:00:00+01:00")
    monitor.reading["mbus"] = order([gas, old])
    await set_up(monitor)
    assert value(hass, GAS) == "112.384"


async def test_water_that_flows(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, all_enabled: None
) -> None:
    await set_up(monitor)
    gas, water = monitor.reading["mbus"]
    later = register(water, 872.284, time="2026-11-12T18:35:05+01:00")
    monitor.push(reading={"mbus": [gas, later]})
    await until(lambda: value(hass, f"{WATER}_flow") == "10.0")  # 50 L in 5 minutes
    monitor.push(reading={"mbus": [gas]})
    await until(lambda: value(hass, f"{WATER}_flow") == STATE_UNKNOWN)
    assert value(hass, f"{WATER}_time") == STATE_UNKNOWN


async def test_one_wrong_reading_is_no_flow(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, all_enabled: None
) -> None:
    await set_up(monitor)
    gas, water = monitor.reading["mbus"]
    for minute, volume in ((35, 872.284), (40, 0.0), (45, 872.384)):
        later = register(water, volume, time=f"2026-11-12T18:{minute}:05+01:00")
        monitor.push(reading={"mbus": [gas, later]})
        await until(lambda minute=minute: f":{minute}:05" in (value(hass, f"{WATER}_time") or ""))  # type: ignore[misc]
        assert value(hass, f"{WATER}_flow") == "10.0"


async def test_a_new_gas_meter_begins_at_zero(hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp) -> None:
    coordinator = (await set_up(monitor)).runtime_data
    for minute in (35, 40, 45):  # when the meter was read
        new = register(
            monitor.reading["mbus"][0],
            0.0,
            id="7FLO9999",
            valve=None,
            time=f"2026-11-12T18:{minute}:01+01:00",
        )
        before = coordinator.data
        monitor.push(reading={"mbus": [new]})
        await until(lambda before=before: coordinator.data is not before)  # type: ignore[misc]
        assert value(hass, "7FLO9999_gas") == ("0.0" if minute == 45 else STATE_UNKNOWN)
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
