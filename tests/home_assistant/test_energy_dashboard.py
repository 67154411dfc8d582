"""The Energy dashboard takes electricity, gas and water as they are: its own validation finds nothing."""

from datetime import UTC, datetime
from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.components.recorder.common import (  # type: ignore[import-untyped]
    async_wait_recording_done,
    do_adhoc_statistics,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator  # type: ignore[import-untyped]

from .conftest import SetUp, state, until, value
from .device import P1Monitor, register

# Before Home Assistant itself is made.
pytestmark = pytest.mark.usefixtures("recorder_mock", "all_enabled")

PRICES = dict.fromkeys(
    (
        "stat_cost",
        "entity_energy_price",
        "number_energy_price",
        "stat_compensation",
        "entity_energy_price_export",
        "number_energy_price_export",
    )
)


def named(hass: HomeAssistant, key: str) -> str:
    found = state(hass, key)
    assert found, key
    return found.entity_id


async def flow_of(hass: HomeAssistant, monitor: P1Monitor, key: str) -> None:
    """Have the gas and water meters read once more, so that what flows is known."""
    later = [
        register(meter, meter["value"] + 0.01, time=meter["time"].replace(":30:", ":35:"))
        for meter in monitor.reading["mbus"]
    ]
    monitor.push(reading={"time": "2026-11-12T18:36:00+01:00", "mbus": later})
    await until(lambda: value(hass, key) not in (None, "unknown"))


@pytest.mark.parametrize("power_w", [3180, -2500], ids=["taking", "giving"])
async def test_it_finds_nothing_to_warn_of(
    hass: HomeAssistant,
    monitor: P1Monitor,
    set_up: SetUp,
    hass_ws_client: WebSocketGenerator,
    power_w: int,
) -> None:
    assert await async_setup_component(hass, "energy", {})
    monitor.reading |= {"power_import_w": max(0, power_w), "power_export_w": max(0, -power_w)}
    await set_up(monitor)
    gas, water = (f"{meter['id']}_{meter['type']}" for meter in monitor.reading["mbus"])
    await flow_of(hass, monitor, f"{gas}_flow")
    sources: list[dict[str, Any]] = [
        {
            "type": "grid",
            "stat_energy_from": named(hass, "energy_import"),
            "stat_energy_to": named(hass, "energy_export"),
            "power_config": {"stat_rate": named(hass, "power")},
            "cost_adjustment_day": 0,
            **PRICES,
        },
        {
            "type": "gas",
            "stat_energy_from": named(hass, gas),
            "stat_rate": named(hass, f"{gas}_flow"),
        },
        {
            "type": "water",
            "stat_energy_from": named(hass, water),
            "stat_rate": named(hass, f"{water}_flow"),
        },
    ]
    assert value(hass, "power") == str(power_w)
    await async_wait_recording_done(hass)
    do_adhoc_statistics(hass, start=begin_of_statistics())
    await async_wait_recording_done(hass)

    client = await hass_ws_client(hass)
    await client.send_json_auto_id(
        {"type": "energy/save_prefs", "energy_sources": sources, "device_consumption": []}
    )
    saved = await client.receive_json()
    assert saved["success"], saved
    await client.send_json_auto_id({"type": "energy/validate"})
    assert (await client.receive_json())["result"] == {
        "energy_sources": [[], [], []],
        "device_consumption": [],
        "device_consumption_water": [],
    }


def begin_of_statistics() -> datetime:
    """The begin of the running five minutes, for which the recorder has seen the states."""
    now = datetime.now(UTC)
    return now.replace(minute=now.minute // 5 * 5, second=0, microsecond=0)
