"""Guests cannot take the memory of ESP-IDF that Wi-Fi needs, by the model of tests/device/standins/lwip.py."""

import socket
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from tests.attacks.conftest import Attacked
from tests.attacks.peers import TOKEN, Peer
from tests.device.board.hardware import Hardware

GUEST, HOUSEHOLD = "192.168.1.66", "192.168.1.10"
KIB = 1024
FLOOR = 20 * KIB
IDLE = 42872
JUNK = b"x" * 5760  # as much as a window has room for
COST = 8 * KIB
REACTION_S = 30  # for a busy computer; a board has dealt with them in 0.3 s


def stuffed(board: Hardware, first: bytes) -> list[socket.socket]:
    """Five connections of a guest with a request, followed by as much as their windows have room for."""
    ends = []
    for _ in range(5):
        end = Peer(board, GUEST).connect()
        end.sendall(first)
        ends.append(end)
    time.sleep(0.1)  # their requests have come
    for end in ends:
        end.setblocking(False)
    stuff(ends)
    return ends


def stuff(ends: list[socket.socket]) -> None:
    for end in ends:
        with suppress(OSError):  # it is full, or the board has ended it
            end.send(JUNK)


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(b"GET /api/live HTTP/1.1\r\n\r\n", id="live streams"),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", id="pages"),
        pytest.param(b"GET /api/config HTTP/1.1\r\n\r\n", id="requests that need their turn"),
        pytest.param(b"POST /api/session HTTP/1.1\r\nContent-Length: 5000\r\n\r\n", id="long bodies"),
        pytest.param(b"GET / HTTP/1.1\r\nX: ", id="heads without an end"),
    ],
)
def test_five_connections_that_stuff_their_windows_cost_little(attacked: Attacked, first: bytes) -> None:
    board = attacked(speed=1)
    ends = stuffed(board, first)
    board.wait(lambda: cost(board, ends, 20) <= COST, REACTION_S)
    for end in ends:
        end.close()


def cost(board: Hardware, ends: list[socket.socket], times: int) -> int:
    """The most of the system memory that connections take while their windows are stuffed again and again."""
    board.forget_lowest()
    for _ in range(times):
        stuff(ends)
        time.sleep(0.05)
    return board.system_memory()[2]


def quarter(peer: Peer) -> Callable[[], int]:
    return lambda: peer.get("/api/quarter").status


def watch(peer: Peer) -> socket.socket:
    """A live stream that has begun."""
    end = peer.connect()
    end.sendall(peer.request("GET", "/api/live"))
    seen = b""
    while b"event: quarter" not in seen:
        seen += end.recv(65536)
    return end


def ends(end: socket.socket) -> bool:
    """True if the stream ends within two seconds."""
    limit = time.monotonic() + 2
    try:
        while time.monotonic() < limit:
            if not end.recv(65536):
                return True
    except ConnectionError:
        return True
    return False


def test_little_memory_is_left_to_holders_of_tokens(attacked: Attacked) -> None:
    board = attacked(speed=5)
    guest, holder = Peer(board, GUEST), Peer(board, HOUSEHOLD, TOKEN)
    of_guest, of_holder = watch(guest), watch(holder)
    board.take_system_memory(IDLE - FLOOR)
    board.wait(lambda: board.said("clients without a token are refused"))
    refusal = guest.get("/api/quarter")
    assert (refusal.status, refusal.headers["retry-after"]) == (503, "5")
    assert refusal.text() == "Short of memory, try again"
    assert holder.get("/api/quarter").status == 200
    assert ends(of_guest)
    assert not ends(of_holder)
    board.take_system_memory(0)
    board.wait(lambda: board.said("System memory suffices again"))
    assert guest.get("/api/quarter").status == 200
    assert sum("Short of system memory" in line for line in board.lines) == 1


def test_nothing_is_accepted_below_half_of_the_floor(attacked: Attacked) -> None:
    board = attacked(speed=5)
    holder = Peer(board, HOUSEHOLD, TOKEN)
    stream = watch(holder)
    board.take_system_memory(IDLE - FLOOR // 2)
    board.wait(lambda: board.said("no connection is accepted"))
    board.wait(lambda: refuses(holder))
    assert not ends(stream)  # it was open before
    board.take_system_memory(0)
    board.wait(lambda: not refuses(holder))
    assert holder.get("/api/quarter").status == 200
    assert sum("no connection is accepted" in line for line in board.lines) == 1


def refuses(peer: Peer) -> bool:
    try:
        peer.connect().close()
    except ConnectionRefusedError:
        return True
    return False


def test_long_reply_waits_while_little_memory_is_free(attacked: Attacked) -> None:
    board = attacked(speed=1)
    with Peer(board, HOUSEHOLD, TOKEN).connect(receive_buffer=4096) as end:
        end.sendall(Peer(board, HOUSEHOLD, TOKEN).request("GET", "/"))
        assert end.recv(100)
        board.take_system_memory(IDLE - FLOOR)
        board.wait(lambda: board.said("clients without a token are refused"))
        before = drained(end)
        time.sleep(1)
        assert not drained(end)
        board.take_system_memory(0)
        board.wait(lambda: drained(end))
    assert before


def drained(end: socket.socket) -> int:
    """Bytes that have come, and that come within 0.2 s of each other."""
    end.settimeout(0.2)
    count = 0
    with suppress(TimeoutError):
        while piece := end.recv(65536):
            count += len(piece)
    return count
