"""A running device for these tests, and the plainest HTTP client: bytes out, bytes in."""

import gzip
import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulator import clock
from simulator.board import Board
from simulator.p1_port import P1Port
from simulator.telegram_source import MeterSource, TelegramSource, simulated_meter

START = clock.parse("2026-11-12T18:29:50")
TIMEOUT_S = 10


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply; names of headers in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def text(self) -> str:
        packed = self.headers.get("content-encoding") == "gzip"
        return (gzip.decompress(self.body) if packed else self.body).decode()


def parse(data: bytes) -> Reply:
    """A reply from all the bytes of a connection."""
    head, blank, body = data.partition(b"\r\n\r\n")
    assert blank, data
    first, *lines = head.decode("ascii").split("\r\n")
    version, status, _ = first.split(" ", 2)  # the reason may be empty (RFC 9112, 4), its blank may not
    assert version == "HTTP/1.1"
    headers = {}
    for line in lines:
        name, _, value = line.partition(": ")
        assert name.lower() not in headers, f"{name} twice"
        headers[name.lower()] = value
    if headers.get("transfer-encoding") == "chunked":
        body = whole(body)
    return Reply(int(status), headers, body)


def whole(body: bytes) -> bytes:
    """What came in chunks (RFC 9112, 7.1), of which the last must be there."""
    pieces = []
    while body != b"0\r\n\r\n":
        size, found, body = body.partition(b"\r\n")
        length = int(size, 16)
        assert found, "the last chunk is missing"
        assert length, "an empty chunk ends a reply"
        pieces.append(body[:length])
        assert body[length : length + 2] == b"\r\n"
        body = body[length + 2 :]
    return b"".join(pieces)


@dataclass(slots=True)
class Device:
    """The firmware with a meter; `sent` are the telegrams that went out whole, with their stamps."""

    board: Board
    line: P1Port
    source: TelegramSource
    sent: list[tuple[str, bytes]] = field(default_factory=list)

    def connect(self, *, receive_buffer: int = 0) -> socket.socket:
        """A connection without a request."""
        end = socket.socket()
        if receive_buffer:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            # Segments as on Wi-Fi: this computer's own are 64 KB, of which its kernel keeps 2.5 MB for the device.
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
        end.settimeout(TIMEOUT_S)
        end.connect((self.board.host, self.board.port))
        return end

    def exchange(self, request: bytes) -> bytes:
        """All that comes back."""
        with self.connect() as end:
            end.sendall(request)
            return rest(end)

    def get(self, path: str, headers: str = "") -> Reply:
        """A reply, as a browser on the home network would get it."""
        return parse(self.exchange(request(path, headers)))

    @property
    def meter(self) -> Any:
        """The simulated meter behind the line."""
        assert isinstance(self.source, MeterSource)
        return self.source.meter


def request(path: str, headers: str = "") -> bytes:
    """A request with these further header lines."""
    return f"GET {path} HTTP/1.1\r\nHost: digimon.local\r\n{headers}\r\n".encode("latin-1")


def rest(end: socket.socket) -> bytes:
    """What a connection still gives until it is closed."""
    pieces = []
    while piece := end.recv(65536):
        pieces.append(piece)
    return b"".join(pieces)


def wait_for[T](condition: Callable[[], T], what: str = "", seconds: float = TIMEOUT_S) -> T:
    """The first true value of a condition; it must come in time."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, f"not in {seconds} s: {what or condition}"
        time.sleep(0.01)
    return value


@contextmanager
def running(
    source: TelegramSource | None = None,
    *,
    speed: float = 20,
    every_s: int = 1,
    card: Path | str | None = None,
    flash: Path | None = None,
    silent: bool = False,
    read: bool = True,
) -> Iterator[Device]:
    """A device with a meter, by default one at 18:29:50; it has read a telegram unless the meter is silent."""
    source = source or simulated_meter(start=START)
    sent: list[tuple[str, bytes]] = []
    line = P1Port(
        source,
        speed=speed,
        every_s=every_s,
        on_sent=lambda telegram, _, stamp: sent.append((stamp, telegram)),
    )
    if silent:
        line.silence(1 << 40)
    with line, Board(line, card=card, flash=flash, speed=speed) as board:
        device = Device(board, line, source, sent)
        if read and not silent:
            wait_for(lambda: device.get("/api/device").json()["p1"]["telegrams"], "a telegram")
        yield device
        board.check()
    assert line.error is None


def serves_five_at_once(device: Device) -> None:
    """All five connections are free: five requests are begun before any of them is finished."""
    ends = [device.connect() for _ in range(5)]
    whole = request("/watt")
    try:
        for end in ends:
            end.sendall(whole[:5])
        for end in reversed(ends):
            end.sendall(whole[5:])
            assert parse(rest(end)).status == 200
    finally:
        for end in ends:
            end.close()
