"""Clients of a board on this computer, each at an address of the house that the test chooses."""

import json
import os
import selectors
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

from tests.device.api.device import TIMEOUT_S, Reply, parse, request, rest
from tests.device.board.hardware import Hardware

PASSWORD = "correct horse"
TOKEN = "0123456789abcdef0123456789abcdef"
LONG = bool(os.environ.get("P1_LONG"))
_PAUSE_S = 0.02


@dataclass(frozen=True, slots=True)
class Peer:
    """One client at `address`, 192.168.x.y; a holder of a token sends it with each request."""

    board: Hardware
    address: str
    token: str = ""

    def connect(self, *, receive_buffer: int = 0) -> socket.socket:
        """A connection without a request. A small receive buffer makes a slow reader."""
        end = self.begin(receive_buffer)
        end.settimeout(TIMEOUT_S)
        end.connect(("127.0.0.1", self.board.port))
        return end

    def begin(self, receive_buffer: int = 0) -> socket.socket:
        """A socket with this peer's address, not yet connected."""
        end = socket.socket()
        if receive_buffer:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        # tests/device/standins/lwip.py shows 127.168.x.y to the board as 192.168.x.y.
        end.bind((self.address.replace("192.", "127.", 1), 0))
        return end

    def exchange(self, data: bytes) -> bytes:
        """All that comes back for these bytes."""
        with self.connect() as end:
            end.sendall(data)
            return rest(end)

    def request(self, method: str, path: str, body: Any = None, headers: str = "") -> bytes:
        """A request as bytes; `body` becomes JSON."""
        if self.token:
            headers += f"Authorization: Bearer {self.token}\r\n"
        data = b"" if body is None else json.dumps(body).encode()
        if data or method != "GET":
            headers += f"Content-Length: {len(data)}\r\n"
        return request(path, headers).replace(b"GET", method.encode(), 1) + data

    def ask(self, method: str, path: str, body: Any = None, headers: str = "") -> Reply:
        """The reply to a request."""
        return parse(self.exchange(self.request(method, path, body, headers)))

    def get(self, path: str) -> Reply:
        return self.ask("GET", path)

    def seconds(self, method: str, path: str, body: Any = None, status: int = 200) -> float:
        """Seconds until a request has this status, while its client begins again whenever it is refused.

        TIMEOUT_S or more if the client gave up.
        """
        begin = time.monotonic()
        while time.monotonic() - begin < TIMEOUT_S:
            with suppress(OSError, AssertionError):  # no reply, or none in time
                if self.ask(method, path, body).status == status:
                    break
            time.sleep(_PAUSE_S)
        return time.monotonic() - begin


@dataclass(slots=True)
class Crowd:
    """Connections of one peer that come back whenever the board ends them.

    Each sends `first`, then one byte more each second if `drips`. It reads as fast as it can, or 100 bytes ten times a
    second if `slow`.
    """

    peer: Peer
    count: int
    first: bytes
    drips: bool = False
    slow: bool = False
    came: int = 0
    _stopped: bool = False
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._run, name="crowd", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped = True
        if self._thread:
            self._thread.join()

    def _run(self) -> None:
        with selectors.DefaultSelector() as selector:
            for _ in range(self.count):
                self._come(selector)
            dripped = read = time.monotonic()
            while not self._stopped:
                now = time.monotonic()
                drips, reads = self.drips and now - dripped > 1, not self.slow or now - read > 0.1
                dripped, read = now if drips else dripped, now if reads else read
                for key, events in selector.select(0.02):
                    end = key.fileobj
                    assert isinstance(end, socket.socket)
                    try:
                        if events & selectors.EVENT_WRITE:
                            selector.modify(end, selectors.EVENT_READ)
                            end.send(self.first)
                        elif reads and not end.recv(100 if self.slow else 65536):
                            raise ConnectionError  # the board has ended it
                    except OSError:
                        selector.unregister(end)
                        end.close()
                        self._come(selector)
                if self.slow:
                    time.sleep(_PAUSE_S)  # what waits is readable all the time
                if drips:
                    for key in list(selector.get_map().values()):
                        with suppress(OSError):
                            key.fileobj.send(b"x")  # type: ignore[union-attr]
            for key in list(selector.get_map().values()):
                key.fileobj.close()  # type: ignore[union-attr]

    def _come(self, selector: selectors.BaseSelector) -> None:
        end = self.peer.begin(2048 if self.slow else 0)
        end.setblocking(False)
        end.connect_ex(("127.0.0.1", self.peer.board.port))
        selector.register(end, selectors.EVENT_WRITE)
        self.came += 1
