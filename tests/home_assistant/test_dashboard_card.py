"""The dashboard card's side of Home Assistant: the command that it listens to, and the module that pages load."""

from pathlib import Path

import pytest
from homeassistant.components.frontend import DATA_EXTRA_MODULE_URL
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.loader import async_get_integration
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.typing import (  # type: ignore[import-untyped]
    ClientSessionGenerator,
    WebSocketGenerator,
)

from custom_components.p1_monitor import dashboard_card
from custom_components.p1_monitor.const import DOMAIN

from .conftest import SetUp
from .device import DEVICE_ID, OriginalBoard, P1Monitor

COMMAND = f"{DOMAIN}/quarter/subscribe"
SLOTS = {
    "quarter_id": 436931658,
    "consumed_power_interval_avgs": [500, None, 600],
    "produced_power_interval_avgs": [0, None, -40],
}


def device_id(hass: HomeAssistant, entry_id: str, unique_id: str = DEVICE_ID) -> str:
    device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, unique_id), entry_id)
    assert device
    return device.id


async def test_snapshot_with_samples_and_then_each_telegram(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, hass_ws_client: WebSocketGenerator
) -> None:
    monitor.bodies["/current/quarter"] = SLOTS
    entry = await set_up(monitor)
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": COMMAND, "device_id": device_id(hass, entry.entry_id)})
    assert (await client.receive_json())["success"]
    first = (await client.receive_json())["event"]
    assert first["samples"] == {"id": 436931658, "imported": [500, None, 600], "exported": [0, None, 40]}
    assert first["quarter"]["projected_w"] == monitor.quarter["projected_w"]
    assert first["quarter"]["start"] == monitor.quarter["start"]
    assert first["available"] is True

    monitor.push(
        reading={"time": "2026-11-12T18:32:56+01:00", "power_import_w": 777}, quarter={"elapsed_s": 176}
    )
    event = (await client.receive_json())["event"]
    assert (event["power_import_w"], event["quarter"]["elapsed_s"]) == (777, 176)
    assert "samples" not in event
    assert monitor.count("/current/quarter") == 1  # the device is asked once, whatever a dashboard does


async def test_the_only_device_need_not_be_named_and_an_original_one_serves_too(
    hass: HomeAssistant, original: OriginalBoard, set_up: SetUp, hass_ws_client: WebSocketGenerator
) -> None:
    await set_up(original)
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": COMMAND})
    assert (await client.receive_json())["success"]
    first = (await client.receive_json())["event"]
    assert first["samples"]["imported"] == [3000] * 60
    assert first["quarter"]["demand_w"] == 1000


async def test_a_device_that_keeps_its_samples_to_itself_still_shows_its_quarter(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, hass_ws_client: WebSocketGenerator
) -> None:
    monitor.bodies["/current/quarter"] = 503
    await set_up(monitor)
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": COMMAND})
    assert (await client.receive_json())["success"]
    assert (await client.receive_json())["event"]["samples"] is None


async def test_a_device_that_is_not_there_is_an_error(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, hass_ws_client: WebSocketGenerator
) -> None:
    entry = await set_up(monitor)
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": COMMAND, "device_id": "nobody"})
    assert (await client.receive_json())["error"]["code"] == "not_found"
    await hass.config_entries.async_remove(entry.entry_id)
    await client.send_json_auto_id({"type": COMMAND})
    assert (await client.receive_json())["error"]["code"] == "not_found"


@pytest.mark.parametrize("named", [True, False])
async def test_who_listens_goes_on_when_the_entry_is_loaded_anew(
    hass: HomeAssistant,
    monitor: P1Monitor,
    set_up: SetUp,
    hass_ws_client: WebSocketGenerator,
    named: bool,
) -> None:
    entry = await set_up(monitor)
    client = await hass_ws_client(hass)
    which = {"device_id": device_id(hass, entry.entry_id)} if named else {}
    await client.send_json_auto_id({"type": COMMAND, **which})
    assert (await client.receive_json())["success"]
    assert (await client.receive_json())["event"]["available"] is True

    await hass.config_entries.async_unload(entry.entry_id)
    assert (await client.receive_json())["event"]["available"] is False
    monitor.quarter["projected_w"] = 4321
    await hass.config_entries.async_setup(entry.entry_id)
    event = (await client.receive_json())["event"]
    assert (event["available"], event["quarter"]["projected_w"]) == (True, 4321)
    assert "samples" in event
    monitor.push(reading={"time": "2026-11-12T18:32:57+01:00", "power_import_w": 778})
    assert (await client.receive_json())["event"]["power_import_w"] == 778


async def test_who_listens_before_the_entry_is_loaded_waits_for_it(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, hass_ws_client: WebSocketGenerator
) -> None:
    entry = await set_up(monitor)
    await hass.config_entries.async_unload(entry.entry_id)
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": COMMAND})
    assert (await client.receive_json())["success"]
    await hass.config_entries.async_setup(entry.entry_id)
    assert (await client.receive_json())["event"]["available"] is True


async def test_who_listens_no_more_is_told_nothing(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, hass_ws_client: WebSocketGenerator
) -> None:
    entry = await set_up(monitor)
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": COMMAND})
    number = (await client.receive_json())["id"]
    await client.receive_json()
    await client.send_json_auto_id({"type": "unsubscribe_events", "subscription": number})
    assert (await client.receive_json())["success"]
    await hass.config_entries.async_reload(entry.entry_id)
    await client.send_json_auto_id({"type": "ping"})
    assert (await client.receive_json())["type"] == "pong"


async def test_the_module_is_served_once_with_its_version(
    hass_with_us: HomeAssistant,
    hass_client: ClientSessionGenerator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = tmp_path / dashboard_card.MODULE.name
    module.write_text("// a card\n")
    monkeypatch.setattr(dashboard_card, "MODULE", module)
    assert await async_setup_component(hass_with_us, DOMAIN, {})
    (url,) = [url for url in hass_with_us.data[DATA_EXTRA_MODULE_URL].urls if "p1-quarter-card" in url]
    assert url == "/p1_monitor/p1-quarter-card.js?v=0.1.0"
    reply = await (await hass_client()).get(url)
    assert await reply.text() == "// a card\n"


async def test_a_new_version_has_a_new_address(
    hass_with_us: HomeAssistant,
    hass_client: ClientSessionGenerator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A browser may keep the module for a month; what it keeps is of the address with the version before."""
    module = tmp_path / dashboard_card.MODULE.name
    module.write_text("// the next card\n")
    monkeypatch.setattr(dashboard_card, "MODULE", module)
    integration = await async_get_integration(hass_with_us, DOMAIN)
    monkeypatch.setitem(integration.manifest, "version", "0.2.0")
    integration.__dict__.pop("version", None)
    assert await async_setup_component(hass_with_us, DOMAIN, {})
    (url,) = [url for url in hass_with_us.data[DATA_EXTRA_MODULE_URL].urls if "p1-quarter-card" in url]
    assert url == "/p1_monitor/p1-quarter-card.js?v=0.2.0"
    reply = await (await hass_client()).get(url)
    assert "max-age" in reply.headers["Cache-Control"]
    assert await reply.text() == "// the next card\n"


async def test_a_clone_without_the_module_goes_without(
    hass_with_us: HomeAssistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dashboard_card, "MODULE", tmp_path / "nothing.js")
    assert await async_setup_component(hass_with_us, DOMAIN, {})
    assert not [url for url in hass_with_us.data[DATA_EXTRA_MODULE_URL].urls if "p1" in url]
