"""Adding a device: what users type, who answers, and what is wrong when nobody does."""

from typing import Any

import pytest
from homeassistant.config_entries import (
    SOURCE_USER,
    ConfigFlowResult,
)
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from pytest_homeassistant_custom_component.common import MockConfigEntry  # type: ignore[import-untyped]

from custom_components.p1_monitor.const import (
    CONF_AREA,
    CONF_COUNTED_FROM,
    CONF_EVERY_SECOND,
    CONF_ORIGINAL,
    CONF_TARGET_W,
    DOMAIN,
)
from custom_components.p1_monitor.host import normalize_host

from .conftest import SetUp, value
from .device import DEVICE_ID, Board, OriginalBoard, P1Monitor, running


async def begin(hass: HomeAssistant) -> ConfigFlowResult:
    return await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})


async def answer(hass: HomeAssistant, form: ConfigFlowResult, **data: Any) -> ConfigFlowResult:
    result = await hass.config_entries.flow.async_configure(form["flow_id"], data)
    await hass.async_block_till_done()
    return result


async def read_only(hass: HomeAssistant, menu: ConfigFlowResult) -> ConfigFlowResult:
    """Choose to go on without a token."""
    assert (menu["type"], menu["step_id"]) == (FlowResultType.MENU, "access")
    return await answer(hass, menu, next_step_id="read_only")


async def add(hass: HomeAssistant, board: Board) -> ConfigFlowResult:
    return await read_only(hass, await answer(hass, await begin(hass), host=board.host))


@pytest.fixture(autouse=True)
async def unload(hass_with_us: HomeAssistant) -> Any:
    yield
    for entry in hass_with_us.config_entries.async_loaded_entries(DOMAIN):
        await hass_with_us.config_entries.async_unload(entry.entry_id)


async def test_our_device(hass: HomeAssistant, monitor: P1Monitor) -> None:
    form = await begin(hass)
    assert (form["type"], form["step_id"], form["errors"]) == (FlowResultType.FORM, "user", {})

    menu = await answer(hass, form, host=f" http://{monitor.host}/ ")
    assert menu["menu_options"] == ["password", "button", "read_only"]
    result = await read_only(hass, menu)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "P1 meter"
    assert result["data"] == {CONF_HOST: monitor.host, CONF_ORIGINAL: False}
    assert result["options"] == {}
    assert result["result"].unique_id == DEVICE_ID
    assert result["result"].version == 3
    assert value(hass, "power") == "3180"


async def test_a_device_without_a_telegram_is_added(hass: HomeAssistant, monitor: P1Monitor) -> None:
    monitor.before_first_telegram()
    result = await add(hass, monitor)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_original_device_asks_what_it_cannot_hold(hass: HomeAssistant, original: OriginalBoard) -> None:
    form = await answer(hass, await begin(hass), host=original.host)
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "capacity")

    result = await answer(hass, form, area="antwerpen", counted_from="2023-05-01", target_w=3500.0)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"] == {CONF_HOST: original.host, CONF_ORIGINAL: True}
    assert result["options"] == {
        CONF_AREA: "antwerpen",
        CONF_COUNTED_FROM: "2023-05-01",
        CONF_TARGET_W: 3500,
    }
    assert type(result["options"][CONF_TARGET_W]) is int
    assert result["result"].unique_id == DEVICE_ID


async def test_original_device_with_nothing_chosen(hass: HomeAssistant, original: OriginalBoard) -> None:
    form = await answer(hass, await begin(hass), host=original.host)
    result = await answer(hass, form)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["options"] == {}


@pytest.mark.parametrize("wrong", [{"area": "brussels"}, {"target_w": 100_100}, {"counted_from": "tomorrow"}])
async def test_settings_that_cannot_be(
    hass: HomeAssistant, original: OriginalBoard, wrong: dict[str, Any]
) -> None:
    form = await answer(hass, await begin(hass), host=original.host)
    with pytest.raises(InvalidData):
        await answer(hass, form, **wrong)
    assert (await answer(hass, form))["type"] is FlowResultType.CREATE_ENTRY


async def test_original_device_without_serial_number_is_told_by_its_host(
    hass: HomeAssistant, original: OriginalBoard
) -> None:
    del original.bodies["/description.xml"]
    form = await answer(hass, await begin(hass), host=original.host)
    result = await answer(hass, form)
    assert result["result"].unique_id == original.host


async def test_an_unreachable_device_and_recovery(hass: HomeAssistant, monitor: P1Monitor) -> None:
    await monitor.stop()
    form = await answer(hass, await begin(hass), host=monitor.host)
    assert form["type"] is FlowResultType.FORM
    assert form["errors"] == {CONF_HOST: "cannot_connect"}

    await monitor.start()
    result = await read_only(hass, await answer(hass, form, host=monitor.host))
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_another_web_server_and_recovery(
    hass: HomeAssistant, monitor: P1Monitor, socket_enabled: None
) -> None:
    async with running(Board()) as router:
        form = await answer(hass, await begin(hass), host=router.host)
        assert form["errors"] == {CONF_HOST: "not_p1_monitor"}
        router.bodies["/api/device"] = "<html>Welcome</html>"
        form = await answer(hass, form, host=router.host)
        assert form["errors"] == {CONF_HOST: "not_p1_monitor"}
    result = await read_only(hass, await answer(hass, form, host=monitor.host))
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_name_that_the_device_refuses_and_recovery(hass: HomeAssistant, monitor: P1Monitor) -> None:
    right, monitor.bodies["/api/device"] = monitor.bodies["/api/device"], 421
    form = await answer(hass, await begin(hass), host=monitor.host)
    assert form["errors"] == {CONF_HOST: "host_refused"}
    monitor.bodies["/api/device"] = right
    result = await read_only(hass, await answer(hass, form, host=monitor.host))
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_no_host_and_recovery(hass: HomeAssistant, monitor: P1Monitor) -> None:
    form = await answer(hass, await begin(hass), host="http://")
    assert form["errors"] == {CONF_HOST: "invalid_host"}
    result = await read_only(hass, await answer(hass, form, host=monitor.host))
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_device_is_added_once_and_only_reconfiguring_moves_it(
    hass: HomeAssistant, monitor: P1Monitor
) -> None:
    entry = MockConfigEntry(
        domain=DOMAIN,
        version=3,
        unique_id=DEVICE_ID,
        data={CONF_HOST: "192.168.0.250", CONF_ORIGINAL: False},
    )
    entry.add_to_hass(hass)
    result = await answer(hass, await begin(hass), host=monitor.host)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured_elsewhere"
    assert entry.data[CONF_HOST] == "192.168.0.250"


async def test_an_original_device_is_added_once(
    hass: HomeAssistant, original: OriginalBoard, set_up: SetUp
) -> None:
    await set_up(original)
    result = await answer(hass, await begin(hass), host=original.host)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"


async def test_options_of_our_device(hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp) -> None:
    entry = await set_up(monitor)
    form = await hass.config_entries.options.async_init(entry.entry_id)
    assert form["step_id"] == "live"
    await hass.config_entries.options.async_configure(form["flow_id"], {CONF_EVERY_SECOND: True})
    await hass.async_block_till_done()
    assert entry.options == {CONF_EVERY_SECOND: True}
    assert entry.runtime_data.every_second


async def test_options_of_an_original_device(
    hass: HomeAssistant, original: OriginalBoard, set_up: SetUp
) -> None:
    entry = await set_up(original, area="antwerpen", target_w=4000)
    assert value(hass, "headroom") == str((4000 - 1000) * 900 // 600 - 3000)
    form = await hass.config_entries.options.async_init(entry.entry_id)
    assert form["step_id"] == "capacity"
    await hass.config_entries.options.async_configure(form["flow_id"], {CONF_AREA: "west"})
    await hass.async_block_till_done()
    assert entry.options == {CONF_AREA: "west"}
    assert value(hass, "headroom") == str((2500 - 1000) * 900 // 600 - 3000)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("digimon.local", "digimon.local"),
        ("DigiMon.local", "digimon.local"),
        ("http://digimon.local/", "digimon.local"),
        ("p1.example.be.:81", "p1.example.be:81"),
        ("https://digimon.local", "digimon.local"),
        ("  digimon.local/index.html?a=b ", "digimon.local"),
        ("192.168.0.250", "192.168.0.250"),
        ("192.168.0.250:80", "192.168.0.250"),
        ("192.168.0.250:8080/", "192.168.0.250:8080"),
        ("http://user:secret@digimon:81/", "digimon:81"),
        ("[fe80::1]:8080", "[fe80::1]:8080"),
    ],
)
def test_host_as_typed(typed: str, kept: str) -> None:
    assert normalize_host(typed) == kept


@pytest.mark.parametrize("typed", ["", " ", ".", "http://", "/", "digimon local", "digimon:port", "a:99999"])
def test_what_holds_no_host(typed: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        normalize_host(typed)
