"""A guest in the home network gets nothing from presses of BOOT that are meant for its owner.

With P1_LONG=1 in the environment, the owner asks twenty times while a guest asks, instead of once.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest

from tests.device.auth.conftest import (  # noqa: F401  # fixtures
    PASSWORD,
    Device,
    Reply,
    _sockets_are_allowed,
    make_device,
)

ROUNDS = 20 if os.environ.get("P1_LONG") else 1
GUEST, OTHER = "127.0.0.66", "127.0.0.67"
type Make = Callable[..., Device]


@pytest.fixture
def device(make_device: Make) -> Device:  # noqa: F811
    return make_device()


@contextmanager
def polling(device: Device) -> Iterator[list[Reply]]:
    """A guest that asks ten times a second for all, anew and by each of its tickets. The list has its replies."""
    replies: list[Reply] = []
    asked: list[tuple[str, dict[str, str]]] = []

    def poll() -> None:
        while not leaves.wait(0.1):
            for path, body in [("/api/tokens", {"name": "guest"}), ("/api/session", {}), *asked[-4:]]:
                reply = device.ask("POST", path, body, token="", source=GUEST)
                replies.append(reply)
                if reply.status == 202 and "ticket" not in body:
                    asked.append((path, {"ticket": reply.json["ticket"]}))

    leaves = Event()

    guest = Thread(target=poll, daemon=True)
    guest.start()
    try:
        yield replies
    finally:
        leaves.set()
        guest.join()


@pytest.mark.timeout(60 + 30 * ROUNDS)
def test_guest_who_asks_all_the_time_gets_nothing_by_the_owners_presses(
    make_device: Make,  # noqa: F811
) -> None:
    device = make_device(speed=2)  # at this pace, a busy computer counts the presses right
    with polling(device) as replies:
        device.until(lambda: len(replies) > 10)
        for _ in range(ROUNDS):
            assert device.granted("/api/session", {}).status == 200
            told = len(replies) + 10
            device.until(lambda: len(replies) > told)  # noqa: B023
    assert {reply.status for reply in replies} <= {202, 410}
    assert not any("token" in reply.json for reply in replies if reply.status == 202)


def test_first_password_ends_all_asks(device: Device) -> None:
    asked = device.ask("POST", "/api/tokens", {"name": "guest"}, source=GUEST).json
    device.sign_in()
    for presses in (asked["presses"], 1):
        device.press(presses)
        for body in ({"ticket": asked["ticket"]}, {"name": "guest"}):
            reply = device.ask("POST", "/api/tokens", body, token="", source=OTHER)
            assert reply.status in (202, 410)
            assert "token" not in reply.text
    reply = device.ask(
        "PATCH", "/api/config", {"access": {"password": "guest's own"}}, token="", source=GUEST
    )
    assert reply.status == 401


def test_press_before_an_ask_counts_for_nobody(device: Device) -> None:
    device.press()
    asked = device.ask("POST", "/api/tokens", {"name": "guest"}, source=GUEST)
    assert asked.status == 202
    device.wait(3)
    again = device.ask("POST", "/api/tokens", {"ticket": asked.json["ticket"]}, source=GUEST)
    assert again.json == asked.json


def test_stolen_or_guessed_ticket_is_worth_nothing(device: Device) -> None:
    asked = device.ask("POST", "/api/tokens", {"name": "owner"}).json
    while device.ask("GET", "/api/device").json["access"]["asks"]:
        device.press(asked["presses"])
    for ticket, source, path in (
        (asked["ticket"], GUEST, "/api/tokens"),
        (asked["ticket"], "127.0.0.1", "/api/session"),
        (asked["ticket"][:-1], "127.0.0.1", "/api/tokens"),
        ("0" * 32, "127.0.0.1", "/api/tokens"),
        (None, "127.0.0.1", "/api/tokens"),
    ):
        assert device.ask("POST", path, {"ticket": ticket}, source=source).status == 410
    ticket = {"ticket": asked["ticket"]}
    assert device.ask("POST", "/api/tokens", ticket).status == 201
    assert device.ask("POST", "/api/tokens", ticket).status == 410


def test_asks_of_a_guest_displace_nobody_else(device: Device) -> None:
    def ask(source: str) -> Reply:
        return device.ask("POST", "/api/tokens", {"name": source}, source=source)

    first = ask(GUEST).json
    for _ in range(3):
        assert ask(GUEST).status == 202
    owner = ask("127.0.0.1").json
    for _ in range(10):
        assert ask(GUEST).status == 202
    asks = device.ask("GET", "/api/device").json["access"]["asks"]
    assert len({ask["presses"] for ask in asks}) == len(asks) == 3
    assert [ask["digits"] for ask in asks if ask["name"] == "127.0.0.1"] == [owner["digits"]]
    assert device.ask("POST", "/api/tokens", {"ticket": owner["ticket"]}).json == owner
    reply = device.ask("POST", "/api/tokens", {"ticket": first["ticket"]}, source=GUEST)
    assert reply.status == 410


def test_each_grant_is_a_line_of_the_log_and_shown(device: Device) -> None:
    device.until(lambda: device.ask("GET", "/api/device").json["clock"]["time"] is not None)
    device.sign_in()
    by_button = device.granted("/api/tokens", {"name": "thermostat", "kind": "read"})
    assert by_button.status == 201
    granted = device.ask("GET", "/api/device").json["access"]["granted"]
    assert granted.pop("at").startswith("2026-11-12T18:")
    assert granted == {"what": "token", "name": "thermostat", "kind": "read"}
    by_password = device.ask("POST", "/api/tokens", {"name": "script", "password": PASSWORD}, token="")
    by_token = device.ask("POST", "/api/tokens", {"name": "other", "kind": "owner"})
    assert device.ask("GET", "/api/device").json["access"]["granted"]["name"] == "other"
    lines = device.ask("GET", "/api/log").text.splitlines()
    given = [line for line in lines if line.startswith("access: ") and "press BOOT" not in line]
    assert given == [
        "access: session given by BOOT to 127.0.0.1, kind owner: page",
        "access: password set by 127.0.0.1: page",
        "access: token given by BOOT to 127.0.0.1, kind read: thermostat",
        "access: token given by password to 127.0.0.1, kind settings: script",
        "access: token given by token to 127.0.0.1, kind owner: other",
    ]
    for reply in (by_button, by_password, by_token):
        assert reply.json["token"] not in "\n".join(lines)


def test_asks_fill_no_log(device: Device) -> None:
    began = time.monotonic()
    for _ in range(30):
        assert device.ask("POST", "/api/tokens", {"name": "guest"}, source=GUEST).status == 202
    passed_s = (time.monotonic() - began) * device.speed
    lines = device.ask("GET", "/api/log").text.splitlines()
    asks = [line for line in lines if "press BOOT" in line]
    assert asks[0].startswith("access: press BOOT ")
    assert asks[0].endswith(", kind settings: guest")
    assert f" to let in {GUEST}, digits " in asks[0]
    assert len(asks) <= 2 + passed_s / 10
