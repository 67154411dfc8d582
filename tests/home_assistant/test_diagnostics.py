"""Diagnostics hold what a report of a fault needs, and nothing of who lives there."""

import json

from homeassistant.core import HomeAssistant
from homeassistant.helpers.json import JSONEncoder

from custom_components.p1_monitor.diagnostics import async_get_config_entry_diagnostics

from .conftest import SetUp
from .device import DEVICE_ID, OriginalBoard, P1Monitor

SECRET = (
    "a token",
    "0000000a",
    DEVICE_ID,
    "127.0.0.1",
    "1SAG3100776593",
    "7FLO2119033733",
    "8SET0000961173",
    '"home"',
    "digimon",
)


async def test_no_secret_and_no_meter_comes_out(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, all_enabled: None
) -> None:
    monitor.reading["message"] = "Beste mevrouw Peeters"
    for part in ("card", "update"):
        monitor.device[part]["error"] = "meter of mevrouw Peeters failed"
    entry = await set_up(monitor, token=monitor.token)
    found = await async_get_config_entry_diagnostics(hass, entry)
    text = json.dumps(found, cls=JSONEncoder)
    for secret in (*SECRET, "Peeters"):
        assert secret not in text, secret

    assert found["has_token"]
    assert found["streaming"]
    assert found["snapshot"]["reading"]["power_import_w"] == 3180
    assert found["snapshot"]["quarter"]["quarter_id"] == 436931658
    assert found["snapshot"]["device"]["firmware"] == "0.1.0"
    assert {"power", "…_gas", "…_water_flow", "peak_target"} <= set(found["entities"])


async def test_of_an_original_device(hass: HomeAssistant, original: OriginalBoard, set_up: SetUp) -> None:
    entry = await set_up(original, area="antwerpen")
    found = await async_get_config_entry_diagnostics(hass, entry)
    assert found["entry"]["options"] == {"area": "antwerpen"}
    assert found["snapshot"]["device"] is None
    assert DEVICE_ID not in json.dumps(found, cls=JSONEncoder)


async def test_before_the_first_telegram(hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp) -> None:
    monitor.before_first_telegram()
    entry = await set_up(monitor)
    assert (await async_get_config_entry_diagnostics(hass, entry))["snapshot"]["silent"]
