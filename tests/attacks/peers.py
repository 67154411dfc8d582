"""Clients of a board on this computer, each at an address of the house that the test chooses."""

import json
import socket
import time
from dataclasses import dataclass
from typing import Any

from tests.device.api.device import TIMEOUT_S, Reply, parse, request, rest
from tests.device.board.hardware import Hardware


@dataclass(frozen=True, slots=True)
class Peer:
    """One client at `address`, 192.168.x.y; a holder of a token sends it with each request."""

    board: Hardware
    address: str
    token: str = ""

    def connect(self, *, receive_buffer: int = 0) -> socket.socket:
        """A connection without a request. A small receive buffer makes a slow reader."""
        end = socket.socket()
        if receive_buffer:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        end.settimeout(TIMEOUT_S)
        # tests/device/standins/lwip.py shows 127.168.x.y to the board as 192.168.x.y.
        end.bind((self.address.replace("192.", "127.", 1), 0))
        end.connect(("127.0.0.1", self.board.port))
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

    def served_s(self, path: str) -> float:
        """Seconds of the board until a request of this path is answered by 200."""
        begin = time.monotonic()
        assert self.get(path).status == 200
        return (time.monotonic() - begin) * self.board.speed
