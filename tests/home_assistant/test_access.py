"""How a board lets Home Assistant in, and what happens when it does so no more."""

from typing import Any

import pytest
from homeassistant.components.repairs import repairs_flow_manager
from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_USER,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.const import CONF_HOST, CONF_TOKEN
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component

from custom_components.p1_monitor import flow_access
from custom_components.p1_monitor.const import CONF_ORIGINAL, CONF_PROOF, CONF_TOKEN_ID, DOMAIN
from custom_components.p1_monitor.flow_access import token_name

from .conftest import SetUp, until, value
from .device import Board, OriginalBoard, P1Monitor, running


def token_of(board: P1Monitor, number: int = 1) -> dict[str, Any]:
    """What an entry keeps of the token with this number, and of the board's proof that it gave this token."""
    return {
        CONF_TOKEN: f"{number:032x}",
        CONF_TOKEN_ID: f"{number:08x}",
        CONF_PROOF: [board.host, board.told or board.host],
    }


@pytest.fixture(autouse=True)
async def unload(hass_with_us: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(flow_access, "COUNT_S", 0)
    yield
    for entry in hass_with_us.config_entries.async_loaded_entries(DOMAIN):
        await hass_with_us.config_entries.async_unload(entry.entry_id)


async def answer(hass: HomeAssistant, form: ConfigFlowResult, **data: Any) -> ConfigFlowResult:
    result = await hass.config_entries.flow.async_configure(form["flow_id"], data)
    await hass.async_block_till_done()
    return result


async def menu(hass: HomeAssistant, board: Board) -> ConfigFlowResult:
    form = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    return await answer(hass, form, host=board.host)


def placeholders(form: ConfigFlowResult) -> dict[str, str]:
    """What a form shows within its text."""
    return dict(form["description_placeholders"] or {})


async def test_by_its_password(hass: HomeAssistant, monitor: P1Monitor) -> None:
    form = await answer(hass, await menu(hass, monitor), next_step_id="password")
    assert (form["step_id"], form["errors"]) == ("password", {})
    form = await answer(hass, form, password="a guess")
    assert form["errors"] == {"base": "wrong_password"}
    result = await answer(hass, form, password="correct horse")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"] == {CONF_HOST: monitor.host, CONF_ORIGINAL: False, **token_of(monitor)}


async def test_by_its_button(hass: HomeAssistant, monitor: P1Monitor) -> None:
    form = await answer(hass, await menu(hass, monitor), next_step_id="button")
    assert (form["step_id"], form["errors"]) == ("ask", {})
    shown = {"host": monitor.host, "digits": "4711", "presses": "2"}
    assert placeholders(form).items() >= shown.items()
    form = await answer(hass, form)
    assert form["errors"] == {"base": "not_pressed"}
    assert placeholders(form).items() >= shown.items()  # it is the same ask

    monitor.asks.clear()
    form = await answer(hass, form)
    assert (form["step_id"], form["errors"]) == ("ask", {"base": "ask_over"})
    assert placeholders(form)["digits"] == "4712"
    monitor.pressed = True
    result = await answer(hass, form)
    assert result["data"] == {CONF_HOST: monitor.host, CONF_ORIGINAL: False, **token_of(monitor)}


async def test_a_board_that_goes_while_it_waits_for_its_button(
    hass: HomeAssistant, monitor: P1Monitor
) -> None:
    form = await answer(hass, await menu(hass, monitor), next_step_id="button")
    await monitor.stop()
    form = await answer(hass, form)
    assert (form["step_id"], form["errors"]) == ("ask", {"base": "cannot_connect"})
    await monitor.start()
    monitor.pressed = True
    assert (await answer(hass, form))["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("wrong", [{"digits": "[x](http://a)"}, {"presses": 5}, {"ticket": "../x"}])
async def test_an_ask_of_another_shape_is_not_shown(
    hass: HomeAssistant, monitor: P1Monitor, wrong: dict[str, Any]
) -> None:
    ask = {"ticket": f"{0:032x}", "digits": "4711", "presses": 2, "expires_s": 120}
    monitor.bodies["/api/tokens"] = {**ask, **wrong}
    form = await answer(hass, await menu(hass, monitor), next_step_id="button")
    assert (form["step_id"], form["errors"]) == ("button", {"base": "cannot_connect"})


async def test_by_the_button_of_firmware_0_1_0(hass: HomeAssistant, monitor: P1Monitor) -> None:
    monitor.be_of_0_1_0()
    form = await answer(hass, await menu(hass, monitor), next_step_id="button")
    assert (form["step_id"], form["errors"]) == ("button", {})
    form = await answer(hass, form)
    assert form["errors"] == {"base": "not_pressed"}
    monitor.pressed = True
    result = await answer(hass, form)
    access = {CONF_TOKEN: f"{1:032x}", CONF_TOKEN_ID: f"{1:08x}"}
    assert result["data"] == {CONF_HOST: monitor.host, CONF_ORIGINAL: False, **access}


async def test_what_a_board_says_before_it_lets_anybody_in(hass: HomeAssistant, monitor: P1Monitor) -> None:
    form = await answer(hass, await menu(hass, monitor), next_step_id="password")

    async def trouble() -> str:
        shown = await answer(hass, form, password="correct horse")
        assert shown["errors"]
        return shown["errors"]["base"]

    monitor.waiting = True
    assert await trouble() == "wait"
    monitor.waiting = False

    monitor.password, monitor.settings["access"]["has_password"] = None, False
    assert await trouble() == "no_password"
    monitor.password, monitor.settings["access"]["has_password"] = "correct horse", True

    monitor.tokens = dict.fromkeys("abcdefgh", "")
    assert await trouble() == "too_many_tokens"
    monitor.closed = True
    assert await trouble() == "too_many_tokens"
    monitor.closed = False
    monitor.tokens = {}

    monitor.bodies["/api/tokens"] = {"tokens": []}
    assert await trouble() == "cannot_connect"


async def test_eight_tokens_and_a_press_of_the_button(hass: HomeAssistant, monitor: P1Monitor) -> None:
    form = await answer(hass, await menu(hass, monitor), next_step_id="button")
    monitor.tokens, monitor.pressed = dict.fromkeys("abcdefgh", ""), True
    assert (await answer(hass, form))["errors"] == {"base": "too_many_tokens"}


async def test_a_closed_board_tells_who_it_is_to_those_it_lets_in(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    monitor.closed = True
    ways = await menu(hass, monitor)
    assert ways["menu_options"] == ["password", "button"]
    form = await answer(hass, ways, next_step_id="password")
    result = await answer(hass, form, password="correct horse")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].state is ConfigEntryState.LOADED
    assert value(hass, "power") == "3180"

    tokens = dict(monitor.tokens)
    again = await answer(hass, await menu(hass, monitor), next_step_id="password")
    result = await answer(hass, again, password="correct horse")
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert monitor.tokens == tokens  # the second try leaves no token behind


async def test_a_closed_board_that_goes_after_its_token(
    hass: HomeAssistant, monitor: P1Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monitor.closed = True
    form = await answer(hass, await menu(hass, monitor), next_step_id="password")
    monitor.bodies["/api/device"] = 503
    tokens = dict(monitor.tokens)
    result = await answer(hass, form, password="correct horse")
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "not_p1_monitor")
    assert monitor.tokens == tokens


async def test_an_entry_that_goes_gives_its_token_back(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    entry = await set_up(monitor, token=monitor.token)
    assert monitor.tokens
    await hass.config_entries.async_remove(entry.entry_id)
    assert not monitor.tokens


async def test_an_entry_of_a_board_that_is_gone_goes_too(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    entry = await set_up(monitor, token=monitor.token)
    await monitor.stop()
    await hass.config_entries.async_remove(entry.entry_id)
    assert not hass.config_entries.async_entries(DOMAIN)


async def test_a_closed_board_with_another_token_asks_anew(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    monitor.closed = True
    entry = await set_up(monitor)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_key == "token_refused"
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH
    form = await answer(hass, flow, next_step_id="password")
    result = await answer(hass, form, password="correct horse")
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    assert entry.data == {CONF_HOST: monitor.host, CONF_ORIGINAL: False, **token_of(monitor)}
    await until(lambda: entry.state is ConfigEntryState.LOADED)


async def test_a_board_that_is_closed_while_it_is_watched(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    entry = await set_up(monitor)
    monitor.closed = True
    monitor.drop_streams()
    await until(lambda: list(entry.async_get_active_flows(hass, {SOURCE_REAUTH})))


async def reauth(hass: HomeAssistant, entry: Any) -> ConfigFlowResult:
    entry.async_start_reauth(hass)
    await hass.async_block_till_done()
    return next(iter(hass.config_entries.flow.async_progress()))


async def test_a_token_that_nobody_approved_is_refused(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    # A board that has proved its identity waits for its button. A token at once can only come from a stranger.
    entry = await set_up(monitor, token=monitor.token)
    before = dict(entry.data)
    monitor.be_of_0_1_0()
    monitor.pressed = True
    result = await answer(hass, await reauth(hass, entry), next_step_id="button")
    assert result["reason"] == "not_proved"
    assert entry.data == before


async def test_who_has_lost_the_token_can_go_on_reading(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    entry = await set_up(monitor, token=monitor.token)
    result = await answer(hass, await reauth(hass, entry), next_step_id="read_only")
    assert result["reason"] == "reauth_successful"
    assert entry.data == {CONF_HOST: monitor.host, CONF_ORIGINAL: False}
    assert not monitor.tokens  # nobody holds it any more


async def test_another_board_at_the_address_gets_no_token(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    entry = await set_up(monitor, token=monitor.token)
    monitor.device["id"] = "0200c3000002"
    entry.async_start_reauth(hass)
    await hass.async_block_till_done()
    assert not hass.config_entries.flow.async_progress()

    monitor.closed = True
    form = await answer(hass, await reauth(hass, entry), next_step_id="button")
    monitor.pressed = True
    assert (await answer(hass, form))["reason"] == "wrong_device"
    assert entry.data[CONF_TOKEN] == monitor.token


async def test_a_board_that_is_away_cannot_be_signed_in_to(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    entry = await set_up(monitor, token=monitor.token)
    await monitor.stop()
    entry.async_start_reauth(hass)
    await hass.async_block_till_done()
    assert not hass.config_entries.flow.async_progress()


async def test_reconfigured_to_another_address(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    entry = await set_up(monitor, token=monitor.token)
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_HOST: "192.168.0.250"})
    form = await entry.start_reconfigure_flow(hass)
    assert (form["step_id"], form["errors"]) == ("reconfigure", {})
    form = await answer(hass, form, host="http://")
    assert form["errors"] == {CONF_HOST: "invalid_host"}
    ways = await answer(hass, form, host=monitor.host)
    assert ways["menu_options"] == ["keep", "password", "button", "read_only"]
    result = await answer(hass, ways, next_step_id="keep")
    assert result["reason"] == "reconfigure_successful"
    assert (entry.data[CONF_HOST], entry.data[CONF_TOKEN]) == (monitor.host, monitor.token)


async def test_reconfigured_to_get_a_token(hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp) -> None:
    entry = await set_up(monitor)
    ways = await answer(hass, await entry.start_reconfigure_flow(hass), host=monitor.host)
    assert ways["menu_options"] == ["password", "button", "read_only"]
    monitor.pressed = True
    result = await answer(hass, await answer(hass, ways, next_step_id="button"))
    assert result["reason"] == "reconfigure_successful"
    assert entry.data == {CONF_HOST: monitor.host, CONF_ORIGINAL: False, **token_of(monitor)}


async def test_reconfigured_to_another_board_is_refused(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, socket_enabled: None
) -> None:
    entry = await set_up(monitor)
    async with running(P1Monitor()) as other:
        other.device["id"] = "0200c3000002"
        result = await answer(hass, await entry.start_reconfigure_flow(hass), host=other.host)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "wrong_device")
    assert entry.data[CONF_HOST] == monitor.host


async def test_an_original_device_is_reconfigured_without_a_question(
    hass: HomeAssistant, original: OriginalBoard, set_up: SetUp
) -> None:
    entry = await set_up(original)
    result = await answer(hass, await entry.start_reconfigure_flow(hass), host=original.host)
    assert result["reason"] == "reconfigure_successful"
    assert entry.data == {CONF_HOST: original.host, CONF_ORIGINAL: True}


async def test_behind_a_port_forward_the_owner_confirms_both_addresses(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    entry = await set_up(monitor, token=monitor.token)
    monitor.told = "192.168.0.10:80"
    monitor.drop_streams()
    name = f"not_proved_{entry.entry_id}"
    await until(lambda: ir.async_get(hass).async_get_issue(DOMAIN, name))
    ways = await answer(hass, await entry.start_reconfigure_flow(hass), host=monitor.host)
    form = await answer(hass, ways, next_step_id="keep")
    assert form["step_id"] == "forwarded"
    shown = {"peer": monitor.host, "told": "192.168.0.10:80"}
    assert placeholders(form).items() >= shown.items()
    assert (await answer(hass, form))["reason"] == "reconfigure_successful"
    assert entry.data[CONF_PROOF] == [monitor.host, "192.168.0.10:80"]
    await until(lambda: entry.state is ConfigEntryState.LOADED and entry.runtime_data.update_interval is None)
    assert ir.async_get(hass).async_get_issue(DOMAIN, name) is None


async def test_a_new_board_behind_a_port_forward(hass: HomeAssistant, monitor: P1Monitor) -> None:
    monitor.told = "192.168.0.10:80"
    form = await answer(hass, await menu(hass, monitor), next_step_id="password")
    form = await answer(hass, form, password="correct horse")
    assert form["step_id"] == "forwarded"
    result = await answer(hass, form)
    assert result["data"] == {CONF_HOST: monitor.host, CONF_ORIGINAL: False, **token_of(monitor)}


async def test_a_board_of_0_1_0_keeps_working_and_is_offered_the_update(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    monitor.be_of_0_1_0()
    monitor.closed = True
    entry = await set_up(monitor, token=monitor.token)
    assert value(hass, "power") == "3180"
    name = f"cannot_prove_{entry.entry_id}"
    assert ir.async_get(hass).async_get_issue(DOMAIN, name)
    # Updated, it proves its identity. From then on, the entry goes without a proof no more.
    monitor.bodies["/api/proof"] = proof = monitor._proof
    monitor.is_of_0_1_0 = False
    monitor.drop_streams()
    await until(lambda: CONF_PROOF in entry.data and monitor.streams)
    assert ir.async_get(hass).async_get_issue(DOMAIN, name) is None
    monitor.bodies["/api/proof"] = 404
    streams = monitor.count("/api/live")
    monitor.drop_streams()
    await until(lambda: ir.async_get(hass).async_get_issue(DOMAIN, f"not_proved_{entry.entry_id}"))
    assert monitor.count("/api/live") == streams
    monitor.bodies["/api/proof"] = proof


async def test_a_version_on_trial_makes_no_proof_necessary(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    monitor.device["update"]["state"] = "trial"
    entry = await set_up(monitor, token=monitor.token)
    monitor.bodies["/api/proof"] = 404
    monitor.drop_streams()
    await until(lambda: monitor.count("/api/live") == 2)
    monitor.push(reading={"power_import_w": 900})
    await until(lambda: value(hass, "power") == "900")
    assert CONF_PROOF not in entry.data


async def test_access_that_the_board_gave_to_others_is_shown_once(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    assert await async_setup_component(hass, "repairs", {})
    own = {"what": "token", "name": token_name(hass), "kind": "settings", "at": None}
    monitor.device["access"] = {"asks": [], "granted": own}
    entry = await set_up(monitor, token=monitor.token)
    name = f"granted_{entry.entry_id}"
    registry = ir.async_get(hass)
    assert registry.async_get_issue(DOMAIN, name) is None

    other = {**own, "name": "[thermostat](http://a.b)", "at": "2026-11-12T18:05:00+01:00"}
    monitor.push(status={"access": {"asks": [], "granted": other}})
    await until(lambda: registry.async_get_issue(DOMAIN, name))
    found = registry.async_get_issue(DOMAIN, name)
    assert found
    assert found.translation_placeholders == {
        "title": "P1 meter",
        "name": "`[thermostat](http://a.b)`",
        "kind": "settings",
        "at": "2026-11-12 17:05",
    }
    flows = repairs_flow_manager(hass)
    assert flows
    form = await flows.async_init(DOMAIN, data={"issue_id": name})
    await flows.async_configure(form["flow_id"], {})
    assert registry.async_get_issue(DOMAIN, name) is None
    monitor.push(status={"uptime_s": 9})
    await until(lambda: entry.runtime_data.data.device.uptime_s == 9)
    assert registry.async_get_issue(DOMAIN, name) is None
    # A stranger does not hide behind Home Assistant's name.
    monitor.push(status={"access": {"asks": [], "granted": {**own, "at": "2026-11-12T18:06:00+01:00"}}})
    await until(lambda: registry.async_get_issue(DOMAIN, name))
