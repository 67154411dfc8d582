"""Every reply is what docs/openapi.yaml says, with every kind of meter and at every age of the device."""

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate as validate_document

from simulator import clock
from simulator.board import ROOT
from simulator.telegram_source import DIALECT_DEFAULT, simulated_meter
from tests.device.api import contract
from tests.device.api.device import START, Device, parse, request, running, wait_for

STORED = "/meter/{year}/{month}/{day}/{file}"
OPERATIONS = {
    (method, path)
    for path, item in contract.SPEC["paths"].items()
    for method in item
    if method != "parameters"
}
# How each path is read; {} of a path are filled in.
REQUESTS = {
    **{path: path for method, path in sorted(OPERATIONS) if method == "get" and "{" not in path},
    "/historic/months": "/historic/months?year=2026",
    "/historic/days": "/historic/days?year=2026&month=11",
    "/historic/quarters": "/historic/quarters?year=2026&month=11&day=12",
    STORED: "/meter/2026/11/12/1815W.json",
    "/api/days/{day}": "/api/days/2026-11-12",
    "/api/months/{month}": "/api/months/2026-11",
    "/api/years/{year}": "/api/years/2026",
    "/api/history": "/api/history?from=2026-11-12&to=2026-11-13",
}
# A stream does not end by itself, see test_event_stream.py.
ENDING = {path: asked for path, asked in REQUESTS.items() if path != "/api/live"}


def check_all(device: Device) -> dict[str, Any]:
    """Ask for every path; the contents by path."""
    return {path: contract.check(path, device.get(asked)) for path, asked in ENDING.items()}


def test_the_document_is_valid_openapi():
    validate_document(contract.SPEC)


def test_every_schema_of_an_object_is_closed():
    def walk(node: Any, place: str) -> None:
        if isinstance(node, dict):
            if node.get("type") == "object" and "Fields" not in place:
                assert False in (node.get("additionalProperties"), node.get("unevaluatedProperties")), place
            for key, value in node.items():
                walk(value, f"{place}/{key}")
        elif isinstance(node, list):
            for number, value in enumerate(node):
                walk(value, f"{place}/{number}")

    walk(contract.SPEC["components"]["schemas"], "")
    walk(contract.SPEC["paths"], "")


def test_every_example_is_valid():
    for name, schema in contract.SPEC["components"]["schemas"].items():
        for example in [*schema.get("examples", []), *([schema["example"]] if "example" in schema else [])]:
            contract.validate_schema(name, example)


def test_every_route_of_the_firmware_is_in_the_document():
    sources = [
        file for file in (ROOT / "firmware").rglob("*.py") if file.parent.name != "net"
    ]  # its portal has a server of its own
    found = {
        ((method or "get").lower(), path)
        for source in sources
        for method, path in re.findall(r'b"(?:([A-Z]+) )?(/[\w./]*)"', source.read_text())
    }
    prefixes = {path for _, path in found if path.endswith("/") and path != "/"}
    for prefix in prefixes:
        assert any(path.startswith(prefix) for _, path in OPERATIONS), prefix
    routes = {(method, path) for method, path in found if path not in prefixes}
    assert routes == {(method, path) for method, path in OPERATIONS if "{" not in path}


@pytest.fixture(scope="module")
def silent(sockets: None):
    with running(silent=True) as device:
        yield device


def test_before_the_first_telegram_all_is_null(silent: Device):
    found = check_all(silent)
    reading = found["/api/reading"]
    assert {key for key, value in reading.items() if value is not None} == {"mbus", "peaks"}
    assert (reading["mbus"], reading["peaks"]) == ([], [])
    quarter = found["/api/quarter"]
    assert {key: value for key, value in quarter.items() if value is not None} == {
        "at_risk": False,
        "unavoidable": False,
        "limit_w": 25000,
    }
    assert found["/api/peaks"] == {"running": None, "months": [], "billable_average_w": None}
    assert found["/api/telegram"] == "No telegram yet"
    assert found["/api/device"]["clock"] == {"source": None, "time": None, "set": None}
    assert found["/api/device"]["p1"] == {"telegrams": 0, "crc_errors": 0, "overruns": 0, "age_ms": None}
    assert found["/current/quarter"] == {}
    assert list(found["/current/month/peak"]) == ["memory"]
    assert found["/watt"] == "-1"


@pytest.mark.parametrize("path", REQUESTS)
def test_refusals_are_the_same_on_every_path(silent: Device, path: str):
    asked = REQUESTS[path]
    for status, headers in (
        (421, "Host: evil.example\r\n"),
        (413, "Host: digimon.local\r\nContent-Length: 3\r\n"),
        (431, f"X: {'x' * 2048}\r\n"),
    ):
        reply = parse(silent.exchange(f"GET {asked} HTTP/1.1\r\n{headers}\r\n".encode()))
        assert reply.status == status
        contract.check(path, reply)


@pytest.mark.parametrize(("method", "path"), sorted(each for each in OPERATIONS if each[0] != "get"))
def test_refusals_are_the_same_for_every_change(silent: Device, method: str, path: str):
    for status, headers in (
        (421, "Host: evil.example\r\n"),
        (403, "Host: digimon.local\r\nOrigin: http://evil.example\r\n"),
        (411, "Host: digimon.local\r\nTransfer-Encoding: chunked\r\n"),
        (400, "Host: digimon.local\r\nContent-Length: five\r\n"),
        (431, f"X: {'x' * 2048}\r\n"),
    ):
        reply = parse(silent.exchange(f"{method.upper()} {path} HTTP/1.1\r\n{headers}\r\n".encode()))
        assert reply.status == status
        contract.check(path, reply, method)


def test_path_that_is_not_read_is_a_405(silent: Device):
    paths = {path for _, path in OPERATIONS} - set(REQUESTS)
    assert len(paths) > 5
    for path in paths:
        reply = silent.get(path)
        assert (reply.status, reply.text()) == (405, "Not with this method"), path
        contract.check_headers(reply)


def test_where_reading_is_closed_all_figures_want_a_token(tmp_path: Path):
    (tmp_path / "config.json").write_text('{"access":{"closed":true}}')
    with running(flash=tmp_path, read=False) as device:
        for path, asked in REQUESTS.items():
            reply = device.get(asked)
            contract.check(path, reply)
            if path == "/api/proof":  # a client needs it before it sends its token
                assert reply.status in (400, 404)
                continue
            open_to_all = path in ("/", "/index.html", "/update", "/description.xml")
            assert reply.status == (200 if open_to_all else 401), path


UNKNOWN = (
    "/nothing",
    "/api",
    "/api/",
    "/api/device/",
    "/api/device/x",
    "/meter",
    "/historic",
    "/historic/",
    "//",
)


def test_unknown_path_is_a_404_in_one_line(silent: Device):
    for path in UNKNOWN:
        reply = silent.get(path)
        assert (reply.status, reply.text(), reply.headers["content-type"]) == (
            404,
            "Item not found",
            "text/plain",
        )
        contract.check_headers(reply)


METERS: dict[str, dict[str, Any]] = {
    "one phase": {"name": "sagemcom-s211-50217"},
    "one phase, before the peaks": {"name": "sagemcom-s211-50213"},
    "three phases, gas and water": {"name": "sagemcom-t211-50217"},
    "3x230 V": {"name": "sagemcom-t211-50217-230v"},
    "Landis+Gyr": {"name": "landis-e360-50221", "gas": 1, "water": 3},
    "Iskra without history": {"name": "iskra-ie5-2026", "gas": 2},
    "old Iskra without a letter": {"name": "iskra-ie5e-old"},
    "Brussels": {"name": "sibelga-s210"},
    "gas never linked": {"name": "sagemcom-t212-50221", "gas_linked": False},
    "with a message": {"name": "sagemcom-t211-50217", "message": 'Één "test" \\ met\r\nregels & <b>' * 30},
}


@pytest.mark.parametrize("meter", METERS)
def test_with_every_kind_of_meter_replies_are_as_documented(meter: str, tmp_path: Path):
    given: dict[str, Any] = {"gas": DIALECT_DEFAULT, "water": DIALECT_DEFAULT, **METERS[meter]}
    source = simulated_meter(start=START, **given)
    with running(source, speed=20, card=tmp_path) as device:
        check_all(device)
        wait_for(lambda: device.get(ENDING[STORED]).status == 200, "a closed quarter")
        found = check_all(device)

        reading, quarter = found["/api/reading"], found["/api/quarter"]
        assert reading["time"].startswith("2026-11-12T18:3")
        assert reading["voltage_l3_v"] is None or device.meter.load.phases == 3
        assert reading["energy_import_kwh"] == pytest.approx(sum(device.meter.import_wh) / 1000, abs=0.5)
        assert quarter["start"] == "2026-11-12T18:30:00+01:00"
        assert quarter["end"] == "2026-11-12T18:45:00+01:00"
        assert quarter["target_w"] >= 2500
        assert found["/historic/years"] == {"years": [2026]}
        assert found["/historic/quarters"]["quarters"][0] == clock.quarter_id(START - 890)
        assert (reading["message"] or "") == given.get("message", "")
        linked = [each for each in device.meter.devices if each.linked]
        assert [(each["channel"], each["id"]) for each in reading["mbus"]] == [
            (each.channel, each.id) for each in linked
        ]


def test_telegram_is_the_meters_own_byte_for_byte(sockets: None):
    with running(speed=5) as device:
        told = {device.get("/api/telegram").body for _ in range(5)}
        wait_for(lambda: told <= {telegram for _, telegram in device.sent}, "the telegrams")


def test_settings_on_the_card_are_told_and_heeded(tmp_path: Path):
    (tmp_path / "config.json").write_text(
        '{"wifi":{"ssid":"home","password":"geheim123"},"network":{"dhcp":true,"device_name":"meter2"},'
        '"capacity":{"area":"no_capacity_tariff","target_w":4200,"counted_from":"2026-10-01"}}'
    )
    with running(card=tmp_path) as device:
        found = check_all(device)
        assert found["/api/device"]["name"] == "meter2"
        assert found["/api/device"]["capacity"] == {
            "area": "no_capacity_tariff",
            "target_w": 4200,
            "warning_percent": 100,
            "counted_from": "2026-10-01",
        }
        assert found["/api/quarter"]["target_w"] == 4200
        assert found["/api/peaks"]["billable_average_w"] is None
        assert "<friendlyName>meter2</friendlyName>" in found["/description.xml"]


def test_without_tariff_and_target_there_is_nothing_to_keep_below(tmp_path: Path):
    (tmp_path / "config.json").write_text('{"capacity":{"area":"wallonia_impact"}}')
    with running(card=tmp_path) as device:
        quarter = contract.check("/api/quarter", device.get("/api/quarter"))
        assert (quarter["target_w"], quarter["allowed_w"], quarter["headroom_w"]) == (None, None, None)
        assert quarter["demand_w"] is not None


@pytest.mark.parametrize("broken", ["", '", x'])
def test_password_never_shows(tmp_path: Path, broken: str):
    password = "S3cret-of-this-house"
    (tmp_path / "config.json").write_text(
        f'{{"wifi":{{"ssid":"home","password":"{password}"{broken}}},"network":{{"device_name":"a b"}}}}'
    )
    with running(card=tmp_path) as device:
        shown = b"".join(device.exchange(request(path)) for path in ENDING.values())
        shown += device.exchange(request("/config.json")) + device.exchange(request("/meter/../config.json"))
        with device.connect() as end:
            end.sendall(request("/api/live"))
            while shown.count(b"event: status") < 2:
                shown += end.recv(65536)
        log = list(device.board.lines)
    assert any("config.json" in line for line in log)  # something was wrong, and was said
    assert password not in shown.decode("latin-1") + "\n".join(log)


def test_page_is_served_under_both_its_names(silent: Device):
    page = silent.get("/")
    assert page.status == 200
    assert page.text().lower().startswith("<!doctype html>")
    assert silent.get("/index.html").body == page.body


def test_page_that_a_browser_has_already_is_not_sent_again(silent: Device):
    page = silent.get("/")
    same = silent.get("/", f"If-None-Match: {page.headers['etag']}\r\n")
    assert (same.status, same.body) == (304, b"")
    assert same.headers["etag"] == page.headers["etag"]
    assert silent.get("/", 'If-None-Match: "0123456789abcdef"\r\n').body == page.body


def test_page_runs_nothing_but_its_own_script_and_is_framed_by_nobody(silent: Device):
    page = silent.get("/")
    policy = dict(part.split(" ", 1) for part in page.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert page.headers["x-frame-options"] == "DENY"
    for tag, rule in (("script", "script-src"), ("style", "style-src")):
        (inline,) = re.findall(f"<{tag}>(.*?)</{tag}>", page.text(), re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
        assert policy[rule] == f"'sha256-{digest}'"
    assert "unsafe" not in page.headers["content-security-policy"]
    assert not re.findall(r"""(?:src|href)=["']?https?:""", page.text())
