"""Who may change something, on the running firmware."""

import json
import time
from collections.abc import Callable

import pytest

from tests.device.auth.conftest import PASSWORD, WIFI_PASSWORD, Device

CHANGES = (
    ("PATCH", "/api/config", {"capacity": {"target_w": 4000}}),
    ("PATCH", "/api/config", {"access": {"closed": True}}),
    ("PATCH", "/api/config", {"access": {"password": "another one"}}),
    ("POST", "/api/restart", None),
    ("POST", "/api/card/format", {"confirm": "format"}),
    ("POST", "/api/card/rebuild", None),
    ("POST", "/api/wifi/erase", None),
    ("GET", "/api/networks", None),
    ("GET", "/api/tokens", None),
    ("POST", "/api/tokens", {"name": "mine"}),
    ("DELETE", "/api/tokens?id=1", None),
)


def test_nothing_is_changed_without_signing_in(device: Device) -> None:
    before = device.ask("GET", "/api/config").json
    for _ in range(2):
        for method, path, body in CHANGES:
            for token in ("", "0" * 32, PASSWORD):
                reply = device.ask(method, path, body, token=token)
                asks = (method, path, token) == ("POST", "/api/tokens", "")
                assert reply.status == (202 if asks else 401), (method, path)
                assert len(reply.text.splitlines()) == 1
        assert device.ask("GET", "/api/config").json == before
        device.sign_in()
        before["access"]["has_password"] = True
    device.board.check()


def test_first_password_needs_who_stands_at_the_device(device: Device) -> None:
    change = {"access": {"password": PASSWORD}}
    assert device.ask("PATCH", "/api/config", change).status == 401
    assert device.ask("POST", "/api/session", {"password": PASSWORD}).status == 409
    device.press()
    assert (
        device.ask("PATCH", "/api/config", change).status == 401
    )  # a press before the ask counts for nobody
    token = device.session_by_button()
    assert device.ask("PATCH", "/api/config", change, token=token).status == 200
    another = {"access": {"password": "another one"}}
    assert device.ask("PATCH", "/api/config", another, token=token).status == 401
    assert device.ask("POST", "/api/session", {"password": PASSWORD}).status == 200


def test_ask_ends_two_minutes_after_it_was_repeated(device: Device) -> None:
    asked = device.ask("POST", "/api/tokens", {"name": "late"}).json
    ticket = {"ticket": asked["ticket"]}
    for _ in range(2):
        device.wait(80)
        assert device.ask("POST", "/api/tokens", ticket).json == asked
    device.wait(125)
    assert device.ask("GET", "/api/device").json["access"]["asks"] == []
    device.press(asked["presses"])
    assert device.ask("POST", "/api/tokens", ticket).status == 410


def test_session_by_the_button_opens_the_way_to_a_new_password(device: Device) -> None:
    device.sign_in()
    device.token = None
    change = {"access": {"password": "another one"}}
    assert device.ask("PATCH", "/api/config", change, token=device.session_by_button()).status == 200
    assert device.ask("POST", "/api/session", {"password": PASSWORD}).status == 401
    device.wait(3)
    assert device.ask("POST", "/api/session", {"password": "another one"}).status == 200


def test_changed_password_needs_the_old_one(device: Device) -> None:
    device.sign_in()
    for access in (
        {"password": "another one"},
        {"password": "another one", "old_password": None},
        {"password": "another one", "old_password": 5},
        {"password": "another one", "old_password": "wrong"},
    ):
        reply = device.ask("PATCH", "/api/config", {"access": access, "capacity": {"target_w": 4000}})
        assert reply.status == 403, access
        device.wait(5)
    assert device.ask("GET", "/api/config").json["capacity"]["target_w"] is None
    change = {"access": {"password": "another one", "old_password": PASSWORD}}
    assert device.ask("PATCH", "/api/config", change).status == 200
    assert device.ask("POST", "/api/session", {"password": "another one"}).status == 200


def test_new_password_ends_the_sessions_of_the_old_one_and_no_token(device: Device) -> None:
    device.sign_in()
    token = device.ask("POST", "/api/tokens", {"name": "Home Assistant"}).json["token"]
    change = {"access": {"password": "another one", "old_password": PASSWORD}}
    assert device.ask("PATCH", "/api/config", change).status == 200
    assert device.ask("GET", "/api/tokens").status == 401
    assert device.ask("GET", "/api/networks", token=token).status == 403  # it is known


def test_session_ends_by_its_own_token_and_no_other_does(device: Device) -> None:
    device.sign_in()
    named = device.ask("POST", "/api/tokens", {"name": "display", "kind": "owner"}).json["token"]
    other = device.ask("POST", "/api/session", {"password": PASSWORD}).json["token"]
    assert device.ask("DELETE", "/api/session", token=named).status == 404
    assert device.ask("DELETE", "/api/session", token="").status == 401
    assert device.ask("DELETE", "/api/session").status == 200
    assert device.ask("GET", "/api/tokens").status == 401
    for token in (named, other):
        assert device.ask("GET", "/api/tokens", token=token).status == 200


def test_waits_after_wrong_passwords_grow(make_device: Callable[..., Device]) -> None:
    device = make_device(speed=2)  # the first wait is longer than two requests take
    device.sign_in()
    waits = []
    for _ in range(3):
        assert device.ask("POST", "/api/session", {"password": "wrong"}).status == 401
        refused = device.ask("POST", "/api/session", {"password": PASSWORD})
        assert refused.status == 429
        waits.append(int(refused.headers["retry-after"]))
        device.wait(waits[-1] + 1)
    assert waits[0] < waits[1] < waits[2]
    assert device.ask("POST", "/api/session", {"password": PASSWORD}).status == 200


def test_measuring_goes_on_while_a_password_is_looked_at(device: Device) -> None:
    device.sign_in()
    device.until(lambda: device.ask("GET", "/api/device").json["p1"]["telegrams"] > 3)
    before = device.ask("GET", "/api/device").json["p1"]
    for _ in range(5):
        device.ask("POST", "/api/session", {"password": PASSWORD})
    device.until(lambda: device.ask("GET", "/api/device").json["p1"]["telegrams"] > before["telegrams"])
    after = device.ask("GET", "/api/device").json["p1"]
    assert (after["crc_errors"], after["overruns"]) == (0, 0)


def test_token_survives_a_restart_and_ends_when_it_is_deleted(device: Device) -> None:
    device.sign_in()
    made = device.ask("POST", "/api/tokens", {"name": "Home Assistant", "kind": "owner"})
    assert made.status == 201
    token, number = made.json["token"], made.json["id"]
    device.restarted()
    listed = device.ask("GET", "/api/tokens", token=token)
    assert [(entry["id"], entry["name"]) for entry in listed.json["tokens"]] == [(number, "Home Assistant")]
    assert device.ask("DELETE", f"/api/tokens?id={number}", token=token).json == {"tokens": []}
    assert device.ask("GET", "/api/tokens", token=token).status == 401
    device.restarted()
    assert device.ask("GET", "/api/tokens", token=token).status == 401


def test_closed_reading_is_for_who_has_a_token(device: Device) -> None:
    device.until(lambda: device.ask("GET", "/api/reading").json["time"] is not None)
    figures = (
        "/api/device",
        "/api/reading",
        "/api/quarter",
        "/api/peaks",
        "/api/telegram",
        "/api/config",
        "/api/log",
        "/current/quarter",
        "/current/month/peak",
        "/historic/years",
        "/watt",
        "/crashlog.txt",
    )
    device.sign_in()
    token = device.ask("POST", "/api/tokens", {"name": "Home Assistant", "kind": "owner"}).json["token"]
    assert device.ask("PATCH", "/api/config", {"access": {"closed": True}}).status == 200
    for restarts in range(2):
        for path in (*figures, "/api/live", "/meter/2026/11/12/1800W.json"):
            refused = device.ask("GET", path, token="")
            assert refused.status == 401, path
            assert refused.headers["www-authenticate"] == "Bearer"
        for path in figures:
            if path != "/api/telegram" or not restarts:
                assert device.ask("GET", path, token=token).status == 200, path
        for path in ("/", "/index.html", "/description.xml"):
            assert device.ask("GET", path, token="").status != 401, path
        if not restarts:
            device.restarted()
    assert device.ask("PATCH", "/api/config", {"access": {"closed": False}}, token=token).status == 200
    assert device.ask("GET", "/watt", token="").status == 200


def test_reading_is_not_closed_before_somebody_could_sign_in(device: Device) -> None:
    token = device.granted("/api/tokens", {"name": "mine", "kind": "owner"}).json["token"]
    reply = device.ask("PATCH", "/api/config", {"access": {"closed": True}}, token=token)
    assert reply.status == 400
    assert "access.closed" in reply.text
    change = {"access": {"closed": True, "password": PASSWORD}}
    assert device.ask("PATCH", "/api/config", change, token=token).status == 200
    assert device.ask("GET", "/api/config", token="").status == 401


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://localhost:8000", "https://digimon.evil"]
)
def test_page_of_another_site_changes_nothing(device: Device, origin: str) -> None:
    device.sign_in()
    for method, path, body in CHANGES:
        if method != "GET":
            reply = device.ask(method, path, body, headers={"Origin": origin})
            assert reply.status == 403, (method, path)
            assert not any(name.startswith("access-control") for name in reply.headers)
    assert device.ask("OPTIONS", "/api/config", headers={"Origin": origin}).status == 403
    own = {"Origin": device.board.url.rstrip("/")}
    assert device.ask("PATCH", "/api/config", {"capacity": {"target_w": 3000}}, headers=own).status == 200


def test_strange_host_is_not_answered(device: Device) -> None:
    device.sign_in()
    for method, path, body in CHANGES:
        reply = device.ask(method, path, body, headers={"Host": "digimon.evil.example"})
        assert reply.status == 421, (method, path)


def test_host_name_of_the_settings_is_answered_until_it_is_taken_out(device: Device) -> None:
    device.sign_in()
    hosts = ["P1.example.be.", "board.tail1234.ts.net"]
    answered = ("p1.example.be", "P1.Example.BE:80", "p1.example.be.:8080", "board.tail1234.ts.net.")
    strange = (
        "example.be",
        "p1.example.be.evil.example",
        "evil.p1.example.be",
        "tail1234.ts.net",
        "*.ts.net",
    )

    def status(host: str) -> int:
        return device.ask("GET", "/api/config", headers={"Host": host}).status

    assert {status(host) for host in answered + strange} == {421}
    assert device.ask("PATCH", "/api/config", {"access": {"hosts": hosts}}).json["access"]["hosts"] == hosts
    assert {status(host) for host in answered} == {200}
    assert {status(host) for host in (*strange, "\xe9.be")} == {421}
    device.restarted()
    assert {status(host) for host in answered} == {200}
    device.sign_in()
    own = {"Host": "p1.example.be", "Origin": "https://p1.example.be"}
    assert device.ask("PATCH", "/api/config", {"access": {"hosts": None}}, headers=own).status == 200
    assert {status(host) for host in answered} == {421}
    assert device.ask("GET", "/api/device").json["crash"] is None


def test_name_of_the_home_with_a_last_dot_is_answered(device: Device) -> None:
    for host in ("digimon.local.", "digimon.", "digimon.fritz.box.:80"):
        assert device.ask("GET", "/api/config", headers={"Host": host}).status == 200, host


def test_only_a_developers_page_may_read_from_elsewhere(device: Device) -> None:
    for origin, allowed in (
        ("http://localhost:8000", True),
        ("http://127.0.0.1:5173", True),
        ("http://evil.example", False),
        ("http://localhost.evil.example", False),
        ("null", False),
    ):
        for path in ("/api/config", "/current/quarter", "/", "/api/nowhere"):
            told = device.ask("GET", path, headers={"Origin": origin}).headers.get(
                "access-control-allow-origin"
            )
            assert told == (origin if allowed else None), (origin, path)


def test_bodies_that_are_none_are_refused_and_cost_nothing(device: Device) -> None:
    device.sign_in()
    head = (
        b"PATCH /api/config HTTP/1.1\r\nHost: digimon\r\nAuthorization: Bearer %s\r\n"
        % (device.token or "").encode()
    )
    for more, status in (
        (b"\r\n", 411),
        (b'Transfer-Encoding: chunked\r\n\r\n5\r\n{"a"}\r\n0\r\n\r\n', 411),
        (b"Content-Length: -5\r\n\r\n", 400),
        (b"Content-Length: five\r\n\r\n", 400),
        (b"Content-Length: 99999999999999999999\r\n\r\n", 413),
        (b"Content-Length: 3000\r\n\r\n" + b" " * 3000, 413),
        (b"Content-Length: 4\r\n\r\n{{{{", 400),
        (b"Content-Length: 4\r\n\r\n\xff\xfe\xfd\xfc", 400),
        (b"Content-Length: 2\r\n\r\n[]", 400),
        (b"Content-Length: 900\r\n\r\n" + b"[" * 900, 400),
    ):
        answer = device.raw(head + more)
        assert answer.startswith(b"HTTP/1.1 %d " % status), (more[:40], answer[:200])
    assert device.ask("GET", "/api/config").status == 200


def test_paths_that_lead_elsewhere_are_not_there(device: Device) -> None:
    device.sign_in()
    (device.flash / "secrets.json").read_text()
    for path in (
        "/secrets.json",
        "/../secrets.json",
        "/config.json",
        "/sd/config.json",
        "/meter/../config.json",
        "/meter/%2e%2e/config.json",
        "/meter/2026/11/12/../../../../config.json",
        "/api/../secrets.json",
        "/api/config/../../secrets.json",
        "//secrets.json",
        "/page/../secrets.json",
    ):
        assert device.ask("GET", path).status == 404, path
    for method, path in (
        ("POST", "/api/reading"),
        ("PUT", "/api/config"),
        ("HEAD", "/"),
        ("POST", "/api/nowhere"),
    ):
        assert device.ask(method, path, {} if method != "HEAD" else None).status == 405, (method, path)
    for path in ("/api/restart", "/api/session", "/api/wifi/erase"):
        assert device.ask("GET", path).status == 405, path


def test_secrets_never_come_out(device: Device) -> None:
    """All that the device says while everything is asked for and done, right and wrong."""
    device.sign_in()
    made = device.ask("POST", "/api/tokens", {"name": "Home Assistant"}).json
    told = len(device.said)
    device.ask("PATCH", "/api/config", {"wifi": {"ssid": "x", "password": WIFI_PASSWORD}})
    device.ask("PATCH", "/api/config", {"wifi": {"password": [WIFI_PASSWORD]}, "access": {"password": 5}})
    device.ask("PATCH", "/api/config", {"access": {"password": [PASSWORD]}})
    device.ask("POST", "/api/session", {"password": PASSWORD + "!"})
    device.ask("POST", "/api/session", {"password": PASSWORD})
    device.ask("POST", "/api/tokens", {"name": PASSWORD[:3], "password": PASSWORD})
    paths = ("config", "device", "log", "tokens", "reading", "telegram", "networks", "peaks", "nowhere")
    for path in (
        *(f"/api/{path}" for path in paths),
        "/crashlog.txt",
        "/",
        "/description.xml",
        "/historic/years",
    ):
        device.ask("GET", path)
    device.restarted()
    device.ask("GET", "/api/log")
    device.ask("GET", "/crashlog.txt")
    said = "\n".join(device.said[told:])
    secrets = json.loads((device.flash / "secrets.json").read_text())
    hidden = [
        PASSWORD,
        WIFI_PASSWORD,
        made["token"],
        secrets["password"]["hash"],
        secrets["password"]["salt"],
    ]
    hidden += [token["hash"] for token in secrets["tokens"]]
    for secret in hidden:
        assert secret not in said
        assert secret[:-1] not in said


def test_flash_and_card_hold_no_password_and_no_token(device: Device, card: object) -> None:
    device.sign_in()
    token = device.ask("POST", "/api/tokens", {"name": "Home Assistant"}).json["token"]
    changes = {"access": {"closed": True}, "language": "nl"}
    assert device.ask("PATCH", "/api/config", changes).status == 200
    kept = {path.name: path.read_text() for path in device.flash.rglob("*.json")}
    assert {"config.json", "secrets.json"} <= set(kept)
    for text in kept.values():
        assert PASSWORD not in text
        assert token not in text
    # The card follows a moment later, by its own writer, without the section `access`.
    on_card = ""
    for _ in range(100):
        on_card = (card / "config.json").read_text()  # type: ignore[operator]
        if '"language"' in on_card:
            break
        time.sleep(0.1)
    assert "access" not in json.loads(on_card)
    assert json.loads(kept["secrets.json"])["password"]["hash"] not in on_card
