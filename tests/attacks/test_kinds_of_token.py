"""What each kind of token may do: the matrix of kinds and routes, generated from docs/openapi.yaml."""

import hashlib
import json
import re
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path

import pytest

from simulator.board import ROOT
from tests.device.api.contract import SPEC
from tests.device.auth.conftest import (  # noqa: F401  # fixtures
    PASSWORD,
    Device,
    _sockets_are_allowed,
    make_device,
)

type Make = Callable[..., Device]
KINDS = ("nobody", "read", "settings", "owner")
LOWEST = {"none": "nobody", "read": "read", "settings": "settings", "owner": "owner"}
OPERATIONS = {
    (method, path): facts
    for path, methods in SPEC["paths"].items()
    for method, facts in methods.items()
    if method in ("get", "post", "patch", "put", "delete")
}
NEEDS_NO_TOKEN = {
    ("get", "/"): "the page has the form to sign in, and no data of the household",
    ("get", "/index.html"): "the same page by its original name",
    ("get", "/update"): "a form, whose package needs a token",
    (
        "get",
        "/description.xml",
    ): "PCs list the device by it; it has the name and the id, which are announced anyway",
    ("post", "/api/session"): "it gives the first token, for the password or by BOOT",
    ("get", "/api/proof"): "a program asks it before it sends its token",
    ("post", "/api/identify"): "it flashes the light",
}
# Routes whose handler decides by the request, with what somebody without a token gets.
HANDLER_DECIDES = {
    ("patch", "/api/config"): {401},
    ("post", "/api/tokens"): {202},  # an ask, which gives nothing until BOOT is pressed
    ("post", "/api/session"): {202},
    ("post", "/api/identify"): {200, 429},  # once a minute
}
BODIES = {
    ("patch", "/api/config"): {"capacity": {}},
    ("post", "/api/tokens"): {"name": "made"},
    ("post", "/api/session"): {},
}
RESTARTS = {("post", "/api/restart"), ("post", "/api/wifi/erase")}


def status(device: Device, method: str, path: str, token: str, body: object = None) -> int:
    """The reply's status, without its content: some have no end."""
    connection = HTTPConnection(device.board.host, device.board.port, timeout=10)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        connection.request(method.upper(), path, None if body is None else json.dumps(body), headers)
        return connection.getresponse().status
    finally:
        connection.close()


def answers(device: Device, token: str) -> bool:
    try:
        return status(device, "get", "/api/tokens", token) == 200
    except OSError:
        return False  # it has not started yet


def example(method: str, path: str) -> str:
    """The path with the examples of its parameters."""
    query = []
    for parameter in OPERATIONS[method, path].get("parameters", ()):
        if "$ref" in parameter:
            parameter = SPEC["components"]["parameters"][parameter["$ref"].rpartition("/")[2]]
        value = str(parameter.get("example", "00000000"))
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", value)
        else:
            query.append(f"{parameter['name']}={value}".replace("+", "%2B"))
    return "?".join([path, "&".join(query)]) if query else path


def may(kind: str, x_token: str, is_closed: bool) -> bool:
    needed = ("read" if is_closed else "nobody") if x_token == "reading" else LOWEST[x_token]
    return KINDS.index(kind) >= KINDS.index(needed)


@pytest.fixture
def tokens(make_device: Make, tmp_path: Path) -> tuple[Device, dict[str, str]]:  # noqa: F811
    """A device with a token of each kind, of which that for settings is as version 0.1.0 stored it."""
    old = "0123456789abcdef" * 2
    stored = {
        "id": "a1b2c3d4",
        "name": "Home Assistant",
        "created": None,
        "hash": hashlib.sha256(old.encode()).hexdigest(),
    }
    flash = tmp_path / "flash"
    flash.mkdir()
    (flash / "secrets.json").write_text(json.dumps({"tokens": [stored]}))
    device = make_device()
    device.sign_in()
    found = {"nobody": "", "settings": old}
    for kind in ("read", "owner"):
        reply = device.ask("POST", "/api/tokens", {"name": kind, "kind": kind})
        assert reply.status == 201, reply.text
        found[kind] = reply.json["token"]
    return device, found


def test_each_kind_may_do_what_its_routes_say(tokens: tuple[Device, dict[str, str]]) -> None:
    device, by_kind = tokens
    device.until(lambda: device.ask("GET", "/api/telegram").status == 200)
    wrong = []
    for is_closed in (False, True):
        change = {"access": {"closed": is_closed}}
        assert device.ask("PATCH", "/api/config", change, token=by_kind["owner"]).status == 200
        for (method, path), facts in OPERATIONS.items():
            for kind in KINDS:
                allowed = may(kind, facts["x-token"], is_closed)
                if allowed and (method, path) in RESTARTS:
                    continue  # the last test
                refused = {401} if kind == "nobody" else {403}
                if kind == "nobody" and (method, path) in HANDLER_DECIDES:
                    refused, allowed = HANDLER_DECIDES[method, path], False
                seen = status(
                    device, method, example(method, path), by_kind[kind], BODIES.get((method, path))
                )
                if seen in {401, 403} if allowed else seen not in refused:
                    wrong.append((method, path, kind, is_closed, seen))
    assert not wrong
    listed = device.ask("GET", "/api/tokens", token=by_kind["owner"]).json["tokens"]
    assert [(token["name"], token["kind"]) for token in listed if token["name"] != "made"] == [
        ("Home Assistant", "settings"),
        ("read", "read"),
        ("owner", "owner"),
    ]


def test_sections_of_access_and_network_are_for_an_owner(tokens: tuple[Device, dict[str, str]]) -> None:
    device, by_kind = tokens
    for kind in KINDS[1:]:
        for changes, needed in (
            ({"capacity": {"target_w": 3000}}, "settings"),
            ({"light": {"brightness": 50}, "language": "fr"}, "settings"),
            ({"wifi": {"ssid": "other"}}, "owner"),
            ({"network": {"device_name": "other"}}, "owner"),
            ({"access": {"hosts": ["p1.example.be"]}}, "owner"),
            ({"capacity": {"target_w": 3000}, "access": {}}, "owner"),
            ({"access": {"password": "another one", "old_password": PASSWORD}}, "owner"),
        ):
            seen = status(device, "patch", "/api/config", by_kind[kind], changes)
            assert seen == (200 if may(kind, needed, False) else 403), (kind, changes)


def test_token_may_delete_itself_and_no_other(tokens: tuple[Device, dict[str, str]]) -> None:
    device, by_kind = tokens
    ids = {token["kind"]: token["id"] for token in device.ask("GET", "/api/tokens").json["tokens"]}
    for kind, other in (("read", "settings"), ("settings", "read")):
        path = "/api/tokens?id="
        assert device.ask("DELETE", path + ids[other], token=by_kind[kind]).status == 403
    for kind in ("read", "settings"):
        assert device.ask("DELETE", "/api/tokens?id=" + ids[kind], token=by_kind[kind]).json == {"tokens": []}
        assert device.ask("DELETE", "/api/tokens?id=" + ids[kind], token=by_kind[kind]).status == 401


def test_settings_may_restart_and_an_owner_may_erase(tokens: tuple[Device, dict[str, str]]) -> None:
    device, by_kind = tokens
    for kind, path in (("settings", "/api/restart"), ("owner", "/api/wifi/erase")):
        before = device.board.restarts
        assert device.ask("POST", path, token=by_kind[kind]).status == 200
        device.until(lambda: device.board.restarts == before + 1 and answers(device, by_kind["owner"]))  # noqa: B023


def test_each_route_that_needs_no_token_has_its_reason() -> None:
    assert {key for key, facts in OPERATIONS.items() if facts["x-token"] == "none"} == NEEDS_NO_TOKEN.keys()


def test_each_route_of_the_firmware_is_in_the_matrix() -> None:
    source = (ROOT / "firmware/routes.py").read_text()
    rows = re.findall(r'^    b"(\w+) (\S+)": \("[\w.]+", "\w+", (\w+)\)', source, re.MULTILINE)
    assert len(rows) == source.count('    b"')
    for method, path, kind in rows:
        found = [
            facts["x-token"]
            for (known, place), facts in OPERATIONS.items()
            if known == method.lower() and re.sub(r"\{.*\}", "", place) == path
        ]
        assert len(found) == 1, path
        if kind == "_OPEN":
            assert found[0] in ("reading", "none") or (method.lower(), path) in HANDLER_DECIDES, path
        elif (method, path) != ("DELETE", "/api/tokens"):  # a token may delete itself
            assert found[0] == kind.lower(), path
