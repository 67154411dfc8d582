"""A board with the firmware as it runs, and somebody who asks it over HTTP."""

import json
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from simulator.board import Board
from simulator.clock import moment
from simulator.p1_port import P1Port
from simulator.telegram_source import simulated_meter
from tests.device.api import contract, device as web

PASSWORD = "correct horse"
WIFI_PASSWORD = "battery staple"
SPEED = 10


@pytest.fixture(autouse=True)
def _sockets_are_allowed(socket_enabled: None) -> None:
    """Home Assistant's test plugin forbids sockets to every test; these ones are about them."""


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Device:
    """A running board, whose replies are as documented. What it ever said, there and on its console, is in `said`."""

    def __init__(self, folder: Path, speed: float = SPEED, **more: Any) -> None:
        self.speed = speed
        self.button = folder / "button"
        self.flash = folder / "flash"
        self.flash.mkdir(exist_ok=True)
        self.said: list[str] = []
        self.token: str | None = None
        self.line = P1Port(simulated_meter(start=moment(2026, 11, 12, 18, 5)), speed=speed)
        self.board = Board(
            self.line,
            speed=speed,
            flash=self.flash,
            log=self.said.append,
            environment={"P1_BUTTON": str(self.button)},
            compiled=True,
            **more,
        )

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str | None = None,
        headers: dict[str, str] | None = None,
        source: str = "127.0.0.1",
    ) -> Reply:
        """One request; `body` goes as JSON unless it is bytes. `token` None is the one signed in with, "" is none.

        `source` is the address that the board sees.
        """
        sent = dict(headers or {})
        if token is None:
            token = self.token
        if token:
            sent["Authorization"] = f"Bearer {token}"
        content = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        connection = HTTPConnection(self.board.host, self.board.port, timeout=10, source_address=(source, 0))
        try:
            connection.request(method, path, content, sent)
            answer = connection.getresponse()
            reply = Reply(
                answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read()
            )
        finally:
            connection.close()
        self.said.append(f"{reply.headers} {reply.body!r}")
        place = path.partition("?")[0]
        if method.lower() in contract.SPEC["paths"].get(place, ()):  # else it is refused, as each test says
            plain = web.Reply(reply.status, reply.headers, reply.body)
            local = sent.get("Origin", "").startswith(("http://localhost:", "http://127.0.0.1:"))
            contract.check(place, plain, method.lower(), from_localhost=local and method == "GET")
        return reply

    def raw(self, request: bytes) -> bytes:
        """The answer to a request that no proper client would send."""
        with socket.create_connection((self.board.host, self.board.port), timeout=10) as peer:
            peer.sendall(request)
            answer = b""
            while piece := peer.recv(4096):
                answer += piece
        return answer

    @contextmanager
    def live(self, token: str | None = None) -> Iterator[Iterable[bytes]]:
        """The lines of the event stream, from its first event on."""
        connection = HTTPConnection(self.board.host, self.board.port, timeout=5)
        try:
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            connection.request("GET", "/api/live", headers=headers)
            stream = connection.getresponse()
            stream.readline()
            yield stream
        finally:
            connection.close()

    def press(self, count: int = 1) -> None:
        """Press BOOT so many times in a row, and wait until the board has counted the presses."""
        for _ in range(count):
            self.button.touch()
            time.sleep(max(0.1, 0.4 / self.speed))
            self.button.unlink()
            time.sleep(max(0.1, 0.4 / self.speed))
        self.wait(2.5)

    def granted(self, path: str, asked: dict[str, str], source: str = "127.0.0.1") -> Reply:
        """The reply to an ask that BOOT approves; the owner presses again if a busy computer missed a press."""
        reply = self.ask("POST", path, asked, token="", source=source)
        assert reply.status == 202, reply.text
        ticket = {"ticket": reply.json["ticket"]}
        for _ in range(5):
            self.press(reply.json["presses"])
            answer = self.ask("POST", path, ticket, token="", source=source)
            if answer.status != 202:
                break
        return answer

    def session_by_button(self) -> str:
        reply = self.granted("/api/session", {})
        assert reply.status == 200, reply.text
        return str(reply.json["token"])

    def sign_in(self, password: str = PASSWORD) -> None:
        """A session for the password, which is set first where there is none."""
        if not self.ask("GET", "/api/config", token="").json["access"]["has_password"]:
            change = {"access": {"password": password}}
            set_up = self.ask("PATCH", "/api/config", change, token=self.session_by_button())
            assert set_up.status == 200, set_up.text
        reply = self.ask("POST", "/api/session", {"password": password}, token="")
        assert reply.status == 200, reply.text
        self.token = reply.json["token"]

    def wait(self, seconds: float) -> None:
        """Wait by the board's clock."""
        time.sleep(seconds / self.speed)

    def restarted(self) -> None:
        """Take the power and give it back; a session does not survive that."""
        self.board.stop()
        self.board.start()
        self.token = None

    def has_restarted(self) -> bool:
        """Whether it has started anew by itself, and answers again."""
        try:
            return self.board.restarts == 1 and self.ask("GET", "/api/config").status == 200
        except OSError:
            return False

    def until(self, holds: Callable[[], bool], timeout_s: float = 10) -> None:
        end = time.monotonic() + timeout_s
        while not holds():
            assert time.monotonic() < end
            time.sleep(0.05)


@pytest.fixture
def make_device(tmp_path: Path) -> Iterator[Callable[..., Device]]:
    """Starts devices, and stops them at the end."""
    devices: list[Device] = []

    def make(**more: Any) -> Device:
        device = Device(tmp_path, **more)
        devices.append(device)
        device.line.__enter__()
        device.board.start()
        return device

    yield make
    for device in devices:
        device.board.stop()
        device.line.__exit__(None, None, None)


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """A card with the settings of a house."""
    folder = tmp_path / "card"
    folder.mkdir()
    settings = {"wifi": {"ssid": "home", "password": WIFI_PASSWORD}, "network": {"device_name": "meter"}}
    (folder / "config.json").write_text(json.dumps(settings))
    return folder


@pytest.fixture
def device(make_device: Callable[..., Device], card: Path) -> Device:
    """A device with a card, on which nobody has set a password yet."""
    return make_device(card=card)
