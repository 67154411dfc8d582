"""Strangers on the network: no token and no password reaches a host that has not proved that it is the owner's board.

The board runs the firmware. What pretends to be the board answers on another of this computer's addresses, or on the
board's own while the board is off. With P1_LONG=1 in the environment, each announcement comes fifty times.
"""

import asyncio
import hashlib
import json
import os
import socket
from collections.abc import AsyncIterator, Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import pytest_socket
from aiohttp import ClientSession, TCPConnector, web
from aiohttp.test_utils import TestServer
from homeassistant.config_entries import (
    SOURCE_DHCP,
    SOURCE_INTEGRATION_DISCOVERY,
    SOURCE_REAUTH,
    SOURCE_SSDP,
    SOURCE_ZEROCONF,
    ConfigEntryState,
)
from homeassistant.const import CONF_HOST, CONF_TOKEN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.aiohttp_client import HomeAssistantTCPConnector
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
from homeassistant.helpers.service_info.ssdp import SsdpServiceInfo
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
from pytest_homeassistant_custom_component.common import MockConfigEntry  # type: ignore[import-untyped]

from custom_components.p1_monitor import coordinator_live, device_identity
from custom_components.p1_monitor.const import (
    CONF_KNOWN_PEER,
    CONF_ORIGINAL,
    CONF_PROOF,
    CONF_TOKEN_ID,
    DOMAIN,
)
from simulator.board import Board, free_port
from simulator.clock import moment
from simulator.p1_port import P1Port
from simulator.telegram_source import simulated_meter

from .conftest import SetUp, beside, until
from .device import DEVICE_ID, P1Monitor, fixture, prove
from .test_access import answer

PASSWORD = "correct horse"
TIMES = 50 if os.environ.get("P1_LONG") else 1


@pytest.fixture(autouse=True)
def fast_retry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coordinator_live, "STREAM_RETRY_FIRST_S", 0.05)
    monkeypatch.setattr(coordinator_live, "STREAM_RETRY_LAST_S", 0.1)


@pytest.fixture
def _addresses(socket_enabled: None) -> None:
    """The plugin lets tests connect to 127.0.0.1 only."""
    pytest_socket.socket_allow_hosts([f"127.0.0.{number}" for number in (1, 2, 3)])


class Home:
    """A board with a token for Home Assistant, and the entry of that board."""

    def __init__(self, hass: HomeAssistant, folder: Path) -> None:
        self.hass = hass
        self.folder = folder
        self.token: dict[str, str] = {}
        self.entry: MockConfigEntry | None = None
        self._lines: list[P1Port] = []
        self.board = self._board("127.0.0.1")

    def _board(self, host: str, port: int = 0) -> Board:
        line = P1Port(simulated_meter(start=moment(2026, 11, 12, 18, 5)))
        line.__enter__()
        self._lines.append(line)
        flash = self.folder / "flash"
        flash.mkdir(exist_ok=True)
        return Board(line, host=host, port=port, flash=flash, compiled=True)

    @property
    def host(self) -> str:
        return f"{self.board.host}:{self.board.port}"

    async def switch_on(self) -> None:
        await asyncio.to_thread(self.board.start)

    async def switch_off(self) -> None:
        await asyncio.to_thread(self.board.stop)

    async def move(self, host: str, port: int = 0) -> None:
        """Take the board from its address and start it at another one."""
        await self.switch_off()
        self.board = self._board(host, port)
        await self.switch_on()

    async def ask(self, method: str, path: str, body: Any = None, token: str | None = None) -> Any:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with (
            ClientSession() as session,
            session.request(method, self.board.url + path, json=body, headers=headers) as reply,
        ):
            assert reply.status < 300, (reply.status, await reply.text())
            return await reply.json()

    async def give_token(self, *, closed: bool = False) -> None:
        """Set the password by the cable's way, and give Home Assistant a token."""
        session = await self.ask("POST", "api/session", {"password": PASSWORD})
        token = {"name": "Home Assistant"}
        self.token = await self.ask("POST", "api/tokens", token, session["token"])
        if closed:
            await self.ask("PATCH", "api/config", {"access": {"closed": True}}, session["token"])

    async def add(self, **data: Any) -> MockConfigEntry:
        """Add the entry of the board and set it up."""
        access = {CONF_TOKEN: self.token["token"], CONF_TOKEN_ID: self.token["id"]} if self.token else {}
        self.entry = entry = MockConfigEntry(
            domain=DOMAIN,
            version=3,
            title="P1 meter",
            unique_id=DEVICE_ID,
            data={CONF_HOST: self.host, CONF_ORIGINAL: False, **access, **data},
        )
        entry.add_to_hass(self.hass)
        await self.hass.config_entries.async_setup(entry.entry_id)
        await until(lambda: entry.state is ConfigEntryState.LOADED)
        await until(self.streams)
        await until(lambda: not beside(entry))
        return entry

    def streams(self) -> bool:
        entry = self.entry
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            return False
        return bool(entry.runtime_data.last_update_success and entry.runtime_data.update_interval is None)

    def is_away(self) -> bool:
        assert self.entry
        return self.entry.state is not ConfigEntryState.LOADED or (
            not self.entry.runtime_data.last_update_success
        )

    async def close(self) -> None:
        if self.entry and self.entry.state is ConfigEntryState.LOADED:
            await self.hass.config_entries.async_unload(self.entry.entry_id)
        await self.switch_off()
        for line in self._lines:
            line.__exit__(None, None, None)


class Thief:
    """Answers as the board would, and remembers every secret that it hears. `proof` is its answer to a nonce."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.secrets: list[str] = []
        self.proof: Callable[[web.Request], Any] = lambda _: None
        self.status: int | None = None
        self._server: TestServer | None = None

    async def start(self, host: str = "127.0.0.2", port: int = 0) -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._server = TestServer(app, host=host, port=port or free_port(host))
        await self._server.start_server(shutdown_timeout=0)

    async def stop(self) -> None:
        assert self._server
        await self._server.close()

    @property
    def host(self) -> str:
        assert self._server
        return f"{self._server.host}:{self._server.port}"

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request.path)
        if secret := request.headers.get("Authorization"):
            self.secrets.append(f"{request.path} {secret}")
        if PASSWORD in await request.text():
            self.secrets.append(PASSWORD)
        if request.path == "/api/proof":
            reply = self.proof(request)
            if reply is not None:
                reply = await reply
            return web.Response(status=404) if reply is None else web.json_response(reply)
        if self.status:
            return web.Response(status=self.status)
        name = request.path.removeprefix("/api/")
        if name in ("device", "reading", "quarter", "peaks"):
            return web.json_response(fixture(name))
        return web.Response(status=401)


@pytest.fixture
async def home(hass_with_us: HomeAssistant, _addresses: None, tmp_path: Path) -> AsyncIterator[Home]:
    """A board that is switched on, and has a password."""
    home = Home(hass_with_us, tmp_path)
    await asyncio.to_thread(set_password, tmp_path / "flash")
    await home.switch_on()
    yield home
    await home.close()


def set_password(flash: Path) -> None:
    """Store the device's password, as the firmware does."""
    salt = bytes(16)
    digest = hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), salt, 2000).hex()
    secrets = {"password": {"salt": salt.hex(), "rounds": 2000, "hash": digest}}
    (flash / "secrets.json").write_text(json.dumps(secrets))


@pytest.fixture
async def thief(_addresses: None, record_property: Callable[[str, object], None]) -> AsyncIterator[Thief]:
    thief = Thief()
    await thief.start()
    yield thief
    await thief.stop()
    # A figure of scripts/bench security: no thief ever proves that it is the board.
    record_property("security.strangers_heard_a_secret", int(bool(thief.secrets)))


async def by_ssdp(hass: HomeAssistant, host: str) -> Any:
    found = SsdpServiceInfo(
        ssdp_usn=f"uuid:70310000-0000-1000-8000-{DEVICE_ID}::upnp:rootdevice",
        ssdp_st="upnp:rootdevice",
        ssdp_location=f"http://{host}/description.xml",
        upnp={"manufacturer": "P1 Monitor", "serialNumber": DEVICE_ID, "friendlyName": "digimon"},
    )
    return await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_SSDP}, data=found)


async def by_dhcp(hass: HomeAssistant, host: str) -> Any:
    found = DhcpServiceInfo(ip=host, hostname="digimon", macaddress=DEVICE_ID)
    return await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_DHCP}, data=found)


async def by_mdns(hass: HomeAssistant, host: str) -> Any:
    address, _, port = host.partition(":")
    found = ZeroconfServiceInfo(
        ip_address=ip_address(address),
        ip_addresses=[ip_address(address)],
        port=int(port),
        hostname="digimon.local.",
        type="_http._tcp.local.",
        name="digimon._http._tcp.local.",
        properties={},
    )
    return await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_ZEROCONF}, data=found)


WAYS = [by_ssdp, by_dhcp, by_mdns]


def issue(home: Home, key: str) -> ir.IssueEntry | None:
    assert home.entry
    return ir.async_get(home.hass).async_get_issue(DOMAIN, f"{key}_{home.entry.entry_id}")


async def announce(home: Home, thief: Thief, way: Callable[..., Any]) -> None:
    """Let the thief announce itself as the board."""
    for _ in range(TIMES):
        assert (await way(home.hass, thief.host))["reason"] in ("already_configured", "add_by_hand")
    await home.hass.async_block_till_done()


@pytest.mark.parametrize("way", WAYS)
async def test_an_announcement_changes_nothing_while_the_board_streams(
    home: Home, thief: Thief, way: Callable[..., Any]
) -> None:
    await home.give_token()
    entry = await home.add()
    before = dict(entry.data)
    await announce(home, thief, way)
    assert (thief.secrets, dict(entry.data)) == ([], before)
    assert home.streams()
    assert "/api/live" not in thief.requests


@pytest.mark.parametrize("way", WAYS)
async def test_an_announcement_changes_nothing_while_the_board_is_away(
    home: Home, thief: Thief, way: Callable[..., Any]
) -> None:
    await home.give_token()
    entry = await home.add()
    before = dict(entry.data)
    await home.switch_off()
    await until(home.is_away)
    await announce(home, thief, way)
    await until(lambda: "/api/proof" in thief.requests)
    assert (thief.secrets, dict(entry.data)) == ([], before)
    await home.switch_on()
    await until(home.streams)


@pytest.mark.parametrize("way", WAYS)
async def test_an_announcement_changes_nothing_for_a_closed_board(
    home: Home, thief: Thief, way: Callable[..., Any]
) -> None:
    await home.give_token(closed=True)
    entry = await home.add()
    before = dict(entry.data)
    thief.status = 401
    await announce(home, thief, way)
    await home.switch_off()
    await until(home.is_away)
    await announce(home, thief, way)
    assert (thief.secrets, dict(entry.data)) == ([], before)


@pytest.mark.parametrize("way", WAYS)
async def test_an_announcement_changes_nothing_without_a_token(
    home: Home, thief: Thief, way: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = await home.add()
    before = dict(entry.data)
    await announce(home, thief, way)
    await home.switch_off()
    await until(home.is_away)
    await announce(home, thief, way)
    assert not list(entry.async_get_active_flows(home.hass, {SOURCE_INTEGRATION_DISCOVERY}))
    # After a minute, the owner is asked. Nothing changes before the answer, and the board's return withdraws the
    # question.
    monkeypatch.setattr(device_identity, "ASK_OWNER_AFTER_S", 0)
    await until(lambda: list(entry.async_get_active_flows(home.hass, {SOURCE_INTEGRATION_DISCOVERY})))
    assert (thief.secrets, dict(entry.data)) == ([], before)
    await home.switch_on()
    await until(home.streams)
    assert not list(entry.async_get_active_flows(home.hass, {SOURCE_INTEGRATION_DISCOVERY}))


async def test_the_owner_may_follow_a_board_without_a_token(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = await home.add()
    monkeypatch.setattr(device_identity, "ASK_OWNER_AFTER_S", 0)
    await home.move("127.0.0.3")
    await until(home.is_away)
    await by_ssdp(home.hass, home.host)
    await until(lambda: list(entry.async_get_active_flows(home.hass, {SOURCE_INTEGRATION_DISCOVERY})))
    (flow,) = entry.async_get_active_flows(home.hass, {SOURCE_INTEGRATION_DISCOVERY})
    assert (await answer(home.hass, flow))["reason"] == "reconfigure_successful"
    assert entry.data[CONF_HOST] == home.host
    await until(home.streams)


async def test_a_thief_at_the_same_address_hears_no_token(home: Home, thief: Thief) -> None:
    await home.give_token()
    entry = await home.add()
    before = dict(entry.data)
    port = home.board.port
    await home.switch_off()
    await thief.stop()
    await thief.start("127.0.0.1", port)
    # A 404 is no answer from a board that once proved its identity. The owner is told and asked.
    await until(lambda: thief.requests.count("/api/proof") > 2)
    await until(lambda: issue(home, "not_proved"))
    await until(lambda: list(entry.async_get_active_flows(home.hass, {SOURCE_REAUTH})))
    assert home.is_away()
    (flow,) = entry.async_get_active_flows(home.hass, {SOURCE_REAUTH})
    # A press of the button gives no secret away, and the password's form names the address.
    menu = await home.hass.config_entries.flow.async_configure(flow["flow_id"])
    assert menu["menu_options"] == ["button", "password", "read_only"]
    form = await answer(home.hass, menu, next_step_id="password")
    assert dict(form["description_placeholders"] or {})["host"] == entry.data[CONF_HOST]
    # Neither an action, nor a new start, nor the removal of the entry sends the token.
    assert await home.hass.config_entries.async_reload(entry.entry_id) is False
    assert (thief.secrets, dict(entry.data)) == ([], before)
    await thief.stop()
    await home.switch_on()
    await home.hass.config_entries.async_reload(entry.entry_id)
    await until(home.streams)
    await until(lambda: issue(home, "not_proved") is None)
    assert not list(entry.async_get_active_flows(home.hass, {SOURCE_REAUTH}))
    await thief.start()


async def test_the_removal_of_an_entry_sends_no_token_to_a_thief(home: Home, thief: Thief) -> None:
    await home.give_token()
    entry = await home.add()
    port = home.board.port
    await home.switch_off()
    await thief.stop()
    await thief.start("127.0.0.1", port)
    await home.hass.config_entries.async_remove(entry.entry_id)
    home.entry = None
    assert "/api/proof" in thief.requests
    assert thief.secrets == []


@pytest.mark.parametrize(
    "proof",
    [
        {"id": DEVICE_ID, "address": "{host}", "mac": "0" * 64},
        {"id": DEVICE_ID, "address": "{host}"},
        {"id": None, "address": 4, "mac": ["x"]},
        prove("another token", "0" * 32, DEVICE_ID, "127.0.0.1:80"),
    ],
)
async def test_a_wrong_proof_is_none(home: Home, thief: Thief, proof: dict[str, Any]) -> None:
    await home.give_token()
    entry = await home.add()
    before = dict(entry.data)

    async def wrong() -> dict[str, Any]:
        return {**proof, "address": thief.host if proof["address"] == "{host}" else proof["address"]}

    thief.proof = lambda _: wrong()
    await home.switch_off()
    await until(home.is_away)
    await announce(home, thief, by_ssdp)
    await until(lambda: "/api/proof" in thief.requests)
    assert (thief.secrets, dict(entry.data)) == ([], before)


async def test_a_proof_that_was_passed_on_is_none(home: Home, thief: Thief) -> None:
    await home.give_token()
    entry = await home.add()
    before = dict(entry.data)
    thief.proof = lambda request: home.ask("GET", str(request.rel_url)[1:])
    # The announced address: the real board proves its own address there.
    entry.runtime_data.identity._away_since = 0.0
    await announce(home, thief, by_ssdp)
    assert "/api/proof" in thief.requests
    assert (thief.secrets, dict(entry.data)) == ([], before)
    # The address of the entry, after the board got another one: the owner is told of both addresses.
    port = home.board.port
    await home.move("127.0.0.3")
    await thief.stop()
    await thief.start("127.0.0.1", port)
    await until(lambda: issue(home, "not_proved"))
    found = issue(home, "not_proved")
    assert found
    assert found.translation_key == "other_address"
    assert found.translation_placeholders
    assert found.translation_placeholders["told"] == home.host
    assert (thief.secrets, dict(entry.data)) == ([], before)


@pytest.mark.parametrize("way", [by_ssdp, by_mdns])
async def test_a_board_that_moved_is_followed(home: Home, thief: Thief, way: Callable[..., Any]) -> None:
    await home.give_token()
    entry = await home.add()
    port = free_port("127.0.0.3")
    # The announcement comes while the stream still stands, beside that of a thief.
    await by_ssdp(home.hass, f"127.0.0.3:{port}")
    await by_ssdp(home.hass, thief.host)
    assert home.streams()
    loop = home.hass.loop
    await home.move("127.0.0.3", port)
    began = loop.time()
    await until(lambda: entry.data[CONF_HOST] == home.host, 60)
    await until(home.streams, 60)
    assert loop.time() - began < 60
    assert thief.secrets == []
    # And once more, with an announcement that comes after the move.
    await home.move("127.0.0.1")
    await until(home.is_away)
    await way(home.hass, home.host)
    await until(lambda: entry.data[CONF_HOST] == home.host)
    await until(home.streams, 60)
    assert entry.data[CONF_PROOF] == [home.host, home.host]


async def test_a_board_that_moved_while_its_entry_was_not_loaded_is_followed(home: Home) -> None:
    await home.give_token()
    entry = await home.add()
    await home.hass.config_entries.async_unload(entry.entry_id)
    await home.move("127.0.0.3")
    await home.hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    await by_dhcp(home.hass, home.host)
    await until(home.streams)
    assert entry.data[CONF_HOST] == home.host


async def test_a_name_that_leads_to_another_address_gets_no_token(
    hass_with_us: HomeAssistant,
    monitor: P1Monitor,
    set_up: SetUp,
    thief: Thief,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = {"digimon.test": "127.0.0.1"}

    async def resolve(_: object, host: str, port: int, traces: object = None) -> list[dict[str, Any]]:
        address = {"hostname": host, "host": names.get(host, host), "port": port}
        return [{**address, "family": socket.AF_INET, "proto": 0, "flags": 0}]

    monkeypatch.setattr(HomeAssistantTCPConnector, "_resolve_host", resolve)
    monitor.be_of_0_1_0()
    real, monitor.name = monitor.host, "digimon.test"
    entry = await set_up(monitor, token=monitor.token)
    assert entry.data[CONF_KNOWN_PEER] == real
    await thief.stop()
    await thief.start("127.0.0.2", int(real.partition(":")[2]))
    names["digimon.test"] = "127.0.0.2"
    monitor.drop_streams()
    name = f"not_proved_{entry.entry_id}"
    await until(lambda: ir.async_get(hass_with_us).async_get_issue(DOMAIN, name))
    assert await hass_with_us.config_entries.async_reload(entry.entry_id) is False
    assert "/api/proof" in thief.requests
    assert thief.secrets == []
    # The owner may well say that the board has moved, or wait until the name leads to it again.
    names["digimon.test"] = "127.0.0.1"
    assert await hass_with_us.config_entries.async_reload(entry.entry_id)
    await until(lambda: monitor.streams)
    await hass_with_us.config_entries.async_unload(entry.entry_id)  # while the name is still known


async def test_an_ipv6_announcement_is_ignored(home: Home) -> None:
    await home.give_token()
    entry = await home.add()
    before = dict(entry.data)
    assert (await by_ssdp(home.hass, "[fd00::17]"))["reason"] == "not_p1_monitor"
    assert dict(entry.data) == before


async def test_an_offer_that_becomes_a_known_board_changes_nothing(home: Home, thief: Thief) -> None:
    await home.give_token()
    entry = await home.add()
    before = dict(entry.data)
    # The thief is a new board until the owner accepts the offer.
    thief.status = 401
    flow = home.hass.config_entries.flow
    found = SsdpServiceInfo(
        ssdp_usn="x",
        ssdp_st="x",
        ssdp_location=f"http://{thief.host}/",
        upnp={"manufacturer": "P1 Monitor", "serialNumber": "0200c3000099", "friendlyName": "digimon"},
    )
    form = await flow.async_init(DOMAIN, context={"source": SOURCE_SSDP}, data=found)
    assert form["step_id"] == "discovered"
    thief.status = None
    assert (await answer(home.hass, form))["reason"] == "already_configured_elsewhere"
    assert (thief.secrets, dict(entry.data)) == ([], before)


async def test_a_stolen_ticket_is_worth_nothing_to_another_address(home: Home) -> None:
    ask = await home.ask("POST", "api/tokens", {"name": "Home Assistant"})
    assert (ask["presses"] in range(1, 5), len(ask["ticket"])) == (True, 32)
    async with (
        ClientSession(connector=TCPConnector(local_addr=("127.0.0.9", 0))) as session,
        session.post(f"{home.board.url}api/tokens", json={"ticket": ask["ticket"]}) as reply,
    ):
        assert reply.status == 410
    again = await home.ask("POST", "api/tokens", {"ticket": ask["ticket"]})
    assert again == ask
