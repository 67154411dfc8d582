"""Setting an entry up: who answers at its address, and whose entry it is."""

import logging

import pytest
from homeassistant.components.repairs import repairs_flow_manager
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry  # type: ignore[import-untyped]

from custom_components.p1_monitor import built_in_issue_id
from custom_components.p1_monitor.const import CONF_ORIGINAL, DOMAIN

from .conftest import SetUp, until, value
from .device import DEVICE_ID, Board, OriginalBoard, P1Monitor, running


async def test_set_up_and_unload(hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp) -> None:
    entry = await set_up(monitor)
    assert entry.state is ConfigEntryState.LOADED
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert value(hass, "power") == STATE_UNAVAILABLE
    await until(lambda: not monitor.streams)


async def test_the_board_on_its_device_page(hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp) -> None:
    entry = await set_up(monitor)
    device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, DEVICE_ID), entry.entry_id)
    assert device
    assert (device.name, device.model, device.sw_version) == ("P1 meter", "TTGO_T8_ESP32_C3", "0.1.0")
    assert device.connections == {(dr.CONNECTION_NETWORK_MAC, "02:00:c3:00:00:01")}
    assert device.configuration_url == f"http://{monitor.host}"


async def test_new_firmware_shows_on_the_device_page(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    entry = await set_up(monitor)
    monitor.push(status={"firmware": "0.2.0"})
    await until(lambda: entry.runtime_data.data.device.firmware == "0.2.0")
    device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, DEVICE_ID), entry.entry_id)
    assert device
    assert device.sw_version == "0.2.0"


async def test_an_unreachable_device_is_tried_again(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    await monitor.stop()
    entry = await set_up(monitor)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == "communication_error"


async def test_another_web_server_at_the_address_is_tried_again(
    hass: HomeAssistant, socket_enabled: None, set_up: SetUp
) -> None:
    async with running(Board()) as router:
        entry = await set_up(router)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == "not_p1_monitor"


async def test_a_device_that_refuses_its_name_is_tried_again(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    monitor.bodies |= {"/api/live": 421, "/api/device": 421}
    entry = await set_up(monitor)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == "host_refused"


async def test_a_device_that_fails_after_its_name_is_tried_again(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    monitor.streaming = False
    monitor.bodies["/api/reading"] = 503
    entry = await set_up(monitor)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == "communication_error"


async def test_another_p1_monitor_at_the_address_is_refused(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    monitor.streaming = False
    monitor.device["id"] = "0200c3000002"
    entry = await set_up(monitor)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == "other_device"
    assert entry.reason
    assert "0200c3000002" in entry.reason


async def test_another_p1_monitor_on_the_stream_is_refused(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    monitor.device["id"] = "0200c3000002"
    entry = await set_up(monitor)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == "other_device"
    await hass.async_block_till_done()
    monitor.push(quarter={})
    await until(lambda: not monitor.streams)  # nor does it hold one of the board's three streams


async def test_two_requests_are_all_that_a_reload_needs(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    await set_up(monitor)
    assert monitor.requests == ["/api/live", "/api/history"]


async def test_another_original_device_is_refused(
    hass: HomeAssistant, original: OriginalBoard, set_up: SetUp
) -> None:
    original.serial = "02:00:C3:00:00:02"
    entry = await set_up(original)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == "other_device"


async def test_a_board_with_new_firmware_keeps_its_entry(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    entry = await set_up(monitor)
    await hass.config_entries.async_unload(entry.entry_id)
    hass.config_entries.async_update_entry(entry, data={CONF_HOST: monitor.host, CONF_ORIGINAL: True})
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.data[CONF_ORIGINAL] is False
    assert value(hass, "energy_import") == "572.12"


@pytest.mark.parametrize(
    ("version", "data"),
    [(1, {CONF_HOST: "192.168.1.2:80"}), (2, {CONF_HOST: "192.168.1.2", "port": 80})],
)
async def test_an_entry_of_the_built_in_integration_is_refused_and_can_be_removed(
    hass_with_us: HomeAssistant, caplog: pytest.LogCaptureFixture, version: int, data: dict[str, object]
) -> None:
    hass = hass_with_us
    assert await async_setup_component(hass, "repairs", {})
    entry = MockConfigEntry(domain=DOMAIN, version=version, title="ztatz", data=data)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()

    assert entry.state is ConfigEntryState.MIGRATION_ERROR
    assert (entry.version, entry.data) == (version, data)
    assert not [record for record in caplog.records if record.exc_info]
    issue = ir.async_get(hass).async_get_issue(DOMAIN, built_in_issue_id(entry.entry_id))
    assert issue
    assert issue.is_fixable
    assert issue.translation_placeholders == {"title": "ztatz"}

    manager = repairs_flow_manager(hass)
    assert manager
    form = await manager.async_init(DOMAIN, data={"issue_id": issue.issue_id})
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "confirm")
    assert form["description_placeholders"] == {"title": "ztatz"}
    result = await manager.async_configure(form["flow_id"], {})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert not hass.config_entries.async_entries(DOMAIN)
    assert not ir.async_get(hass).async_get_issue(DOMAIN, issue.issue_id)


async def test_an_entry_of_a_later_minor_version_of_ours_is_no_built_in_one(
    hass_with_us: HomeAssistant, monitor: P1Monitor
) -> None:
    hass = hass_with_us
    monitor.streaming = False
    entry = MockConfigEntry(
        domain=DOMAIN,
        version=3,
        minor_version=2,
        unique_id=DEVICE_ID,
        data={CONF_HOST: monitor.host, CONF_ORIGINAL: False},
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert not ir.async_get(hass).issues
    await hass.config_entries.async_unload(entry.entry_id)


async def test_a_built_in_entry_that_the_user_removes_takes_its_issue_along(
    hass_with_us: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    hass = hass_with_us
    assert await async_setup_component(hass, "repairs", {})
    entry = MockConfigEntry(domain=DOMAIN, version=2, data={CONF_HOST: "192.168.1.2", "port": 80})
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    issue_id = built_in_issue_id(entry.entry_id)
    assert ir.async_get(hass).async_get_issue(DOMAIN, issue_id)

    manager = repairs_flow_manager(hass)
    assert manager
    form = await manager.async_init(DOMAIN, data={"issue_id": issue_id})
    await hass.config_entries.async_remove(entry.entry_id)
    assert not ir.async_get(hass).async_get_issue(DOMAIN, issue_id)
    # The fix flow that was open meanwhile has nothing left to do.
    result = await manager.async_configure(form["flow_id"], {})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert not [record for record in caplog.records if record.levelno > logging.ERROR]
