"""The one place for heavy requests is shared by party, and nobody keeps it who makes the board wait."""

import time
from contextlib import ExitStack
from pathlib import Path

from simulator import clock
from tests.attacks.conftest import Attacked, CardOf
from tests.attacks.peers import LONG, PASSWORD, TOKEN, Crowd, Peer
from tests.device.api.device import TIMEOUT_S
from tests.fixtures import history_card

GUEST, HOUSEHOLD = "192.168.1.66", "192.168.1.10"
EXPORT = "/api/history?from=2026-01-01&to=2026-02-01"
TIMES = 100 if LONG else 10


def month(folder: Path) -> Path:
    """The files of a card with the quarters of a month: an export of 300 KB."""
    energy_wh = 1_000_000
    for day in range(31):
        energy_wh = history_card.write_day(
            folder, clock.parse("2026-01-01T12:00") + day * clock.DAY_S, energy_wh
        )
    return folder


def drip(guest: Peer, method: str, path: str) -> Crowd:
    """Bodies of the guest that do not come."""
    return Crowd(guest, 2, guest.request(method, path, headers="Content-Length: 500\r\n") + b"{", drips=True)


def test_household_gets_the_turn_beside_bodies_that_drip_and_exports_that_are_read_slowly(
    attacked: Attacked, card_of: CardOf, tmp_path: Path
) -> None:
    board = attacked(card_of(month(tmp_path / "card")), speed=1)
    guest, household = Peer(board, GUEST), Peer(board, HOUSEHOLD, TOKEN)
    assert household.get("/api/device").json()["card"]["state"] == "ok"
    with ExitStack() as stack:
        stack.enter_context(drip(guest, "POST", "/api/session"))
        stack.enter_context(drip(guest, "PATCH", "/api/config"))
        stack.enter_context(Crowd(guest, 2, guest.request("GET", EXPORT), slow=True))
        time.sleep(1)  # an export is under way
        for _ in range(TIMES):
            assert household.seconds("GET", "/api/config") < TIMEOUT_S
        assert household.seconds("PATCH", "/api/config", {"light": {"brightness": 40}}) < TIMEOUT_S
        assert household.seconds("POST", "/api/session", {"password": PASSWORD}) < TIMEOUT_S
    assert household.get("/api/device").json()["crash"] is None


def test_bodies_that_nearly_fill_the_memory_stop_nothing(attacked: Attacked) -> None:
    board = attacked(speed=1)
    household = Peer(board, HOUSEHOLD, TOKEN)
    with ExitStack() as stack:
        for number in range(6):
            guest = Peer(board, f"192.168.2.{number}")
            body = guest.request("POST", "/api/session", headers="Content-Length: 1536\r\n") + b"x" * 1500
            stack.enter_context(Crowd(guest, 2, body, drips=True))
        for _ in range(TIMES):
            assert household.seconds("GET", "/api/config") < TIMEOUT_S
    assert household.get("/api/device").json()["crash"] is None
    assert not [line for line in board.lines if "MemoryError" in line]
