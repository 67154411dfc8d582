"""A P1 monitor for tests: real HTTP on a real socket, with what it says set by the test."""

import asyncio
import contextlib
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Any, override

from aiohttp import web
from aiohttp.test_utils import TestServer

from simulator.board import free_port

FIXTURES = Path(__file__).parent / "fixtures"

DEVICE_ID = "0200c3000001"


def fixture(name: str) -> dict[str, Any]:
    """A body of the contract, from its file."""
    body: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text())
    return body


def silent_body(body: dict[str, Any]) -> dict[str, Any]:
    """The same keys as before the first telegram: null, false and empty."""
    empty = {bool: False, list: []}
    return {key: empty.get(type(value)) for key, value in body.items()}


def register(meter: dict[str, Any], value: float, unit: str = "m3", **more: Any) -> dict[str, Any]:
    """The same M-Bus meter at another value."""
    volume, energy = (value if unit == known else None for known in ("m3", "GJ"))
    return {**meter, "value": value, "unit": unit, "volume_m3": volume, "energy_gj": energy, **more}


def prove(token: str, nonce: str, device_id: str, address: str) -> dict[str, str]:
    """The proof of a board that gave this token."""
    message = f"p1 proof 1\n{nonce}\n{device_id}\n{address}".encode()
    mac = hmac.digest(hashlib.sha256(token.encode()).digest(), message, "sha256").hex()
    return {"id": device_id, "address": address, "mac": mac}


class Board:
    """Serves bodies by path; a body may be JSON, text, a status or a callable."""

    def __init__(self) -> None:
        """Answer 404 to everything."""
        self.bodies: dict[str, Any] = {}
        self.name = "127.0.0.1"
        self.requests: list[str] = []
        self.hang = False
        self.streams: set[asyncio.Queue[bytes | None]] = set()
        self._server: TestServer | None = None
        self._port: int | None = None

    @property
    def host(self) -> str:
        """Where it answers: address and port."""
        return f"{self.name}:{self._port}"

    async def start(self) -> None:
        """Listen, on the same port as before if it did."""
        app = web.Application(client_max_size=2 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._server = TestServer(app, host="127.0.0.1", port=self._port or free_port())
        await self._server.start_server(shutdown_timeout=0, access_log=None)
        self._port = self._server.port

    async def stop(self) -> None:
        """Lose its power: nothing listens any more."""
        self.drop_streams()  # the server would wait for them
        if self._server:
            await self._server.close()
            self._server = None

    def drop_streams(self) -> None:
        """Close the streams that are open."""
        for queue in self.streams:
            queue.put_nowait(None)

    def count(self, path: str) -> int:
        """How many times the path has been asked for."""
        return self.requests.count(path)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request.path if request.method == "GET" else f"{request.method} {request.path}")
        if self.hang:
            await asyncio.sleep(60)
        body = self.bodies.get(request.path, 404)
        if callable(body):
            response: web.StreamResponse = await body(request)
            return response
        if isinstance(body, int):
            return web.Response(status=body, text="Item not found")
        if isinstance(body, str | bytes):
            return web.Response(body=body)
        return web.json_response(body)


class P1Monitor(Board):
    """A board with our firmware, its live stream and its doors included."""

    def __init__(self) -> None:
        """Be a healthy board on a three-phase meter with gas and water."""
        super().__init__()
        self.device = fixture("device")
        self.reading = fixture("reading")
        self.quarter = fixture("quarter")
        self.peaks = fixture("peaks")
        self.is_of_0_1_0 = False
        self.streaming = True
        self.settings = fixture("config")
        self.password: str | None = "correct horse"
        self.pressed = False  # BOOT as often as an ask needs; with firmware 0.1.0, within the last minute
        self.asks: dict[str, str] = {}  # name by ticket
        self.digits = iter(range(4711, 9999))
        self.closed = False  # reading wants a token too
        self.waiting = False  # after a wrong password
        self.tokens: dict[str, str] = {}  # value by id
        self.done: list[str] = []
        self.bodies = {
            "/api/device": self._body("device"),
            "/api/reading": self._body("reading"),
            "/api/quarter": self._body("quarter"),
            "/api/peaks": self._body("peaks"),
            "/api/live": self._live,
            "/api/config": self._config,
            "/api/tokens": self._tokens,
            "/api/proof": self._proof,
            "/api/restart": self._do,
            "/api/identify": self._do,
            "/api/history": self._history,
            "/api/update": self._update,
        }
        self.told: str | None = None  # the board's own address, where a port forward or a proxy is before it
        self.stored: list[dict[str, Any]] = []
        self.token = "a token"
        self.refusal: tuple[int, str] | None = None
        self.package: bytes | None = None

    def before_first_telegram(self) -> None:
        """Have heard nothing from a meter yet."""
        self.device["p1"]["age_ms"] = None
        self.device["clock"] = {"source": None, "time": None, "set": None}
        self.reading = silent_body(self.reading)
        self.quarter = silent_body(self.quarter)
        self.peaks = silent_body(self.peaks)

    def lose_clock(self) -> None:
        """Read a meter whose clock was never set."""
        self.device["clock"] = {"source": None, "time": None, "set": False}
        self.reading["time"] = None
        for meter in self.reading["mbus"]:
            meter["time"] = None
        self.quarter = silent_body(self.quarter)
        self.peaks = silent_body(self.peaks)

    def be_of_0_1_0(self) -> None:
        """Send the shapes of firmware 0.1.0, which proves nothing and gives a token for a press before the ask."""
        self.is_of_0_1_0 = True
        del self.bodies["/api/proof"]
        self.device["firmware"] = "0.1.0"
        del self.device["clock"]["set"], self.quarter["limit_w"]
        del self.settings["capacity"]["connection_w"], self.settings["access"]["hosts"]
        for meter in self.reading["mbus"]:
            del meter["value"], meter["unit"]

    def push(self, **events: dict[str, Any]) -> None:
        """Change what it says and send that to its streams in one write."""
        for name, changes in events.items():
            attribute = "device" if name == "status" else name
            setattr(self, attribute, {**getattr(self, attribute), **changes})
        self.send("".join(self._event(name) for name in events))

    def send(self, text: str) -> None:
        """Send these bytes to the streams, whatever they mean."""
        for queue in self.streams:
            queue.put_nowait(text.encode())

    @override
    async def _answer(self, request: web.Request) -> web.StreamResponse:
        is_open = request.method != "GET" or (request.path == "/api/proof" and not self.is_of_0_1_0)
        if self.closed and not is_open and not self._lets_in(request):
            self.requests.append(request.path)
            return web.Response(status=401, text="Sign in first, or send a valid token")
        return await super()._answer(request)

    def _lets_in(self, request: web.Request) -> bool:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        return kind == "Bearer" and token in self.tokens.values()

    async def _config(self, request: web.Request) -> web.Response:
        if request.method == "GET":
            return web.json_response(self.settings)
        if not self._lets_in(request):
            return web.Response(status=401, text="Sign in first, or send a valid token")
        changes = await request.json()
        for section, values in changes.items():
            self.settings[section] = {**self.settings[section], **values}
        self.device["capacity"] = {**self.settings["capacity"]}
        return web.json_response({**self.settings, "restart_needed": False})

    async def _tokens(self, request: web.Request) -> web.Response:
        if request.method == "DELETE":
            if not self._lets_in(request):
                return web.Response(status=401, text="Sign in first, or send a valid token")
            del self.tokens[request.query["id"]]
            return web.json_response({"tokens": []})
        body = await request.json()
        if self.waiting:
            return web.Response(status=429, text="Wait 4 s", headers={"Retry-After": "4"})
        if len(self.tokens) == 8:
            return web.Response(status=409, text="There are 8 tokens: delete one first")
        if "password" in body:
            if self.password is None:
                return web.Response(status=409, text="No password is set yet: press BOOT")
            if body["password"] != self.password:
                return web.Response(status=401, text="This is not the password")
        elif self.is_of_0_1_0:
            if not self.pressed:
                return web.Response(status=401, text="Send the password, or press BOOT")
        elif "ticket" not in body:
            return self._show_ask(f"{len(self.asks):032x}", body["name"])
        elif body["ticket"] not in self.asks:
            return web.Response(status=410, text="This ask is over")
        elif not self.pressed:
            return self._show_ask(body["ticket"], self.asks[body["ticket"]])
        else:
            body["name"] = self.asks.pop(body["ticket"])
        self.pressed = False
        number = len(self.tokens) + 1
        self.tokens[f"{number:08x}"] = f"{number:032x}"
        token = {"id": f"{number:08x}", "name": body["name"], "created": None, "token": f"{number:032x}"}
        return web.json_response(token, status=201)

    def _show_ask(self, ticket: str, name: str) -> web.Response:
        if ticket not in self.asks:
            self.digits_of_ask = f"{next(self.digits)}"
        self.asks[ticket] = name
        ask = {"ticket": ticket, "digits": self.digits_of_ask, "presses": 2, "expires_s": 120}
        return web.json_response(ask, status=202)

    async def _proof(self, request: web.Request) -> web.Response:
        if (token := self.tokens.get(request.query["id"])) is None:
            return web.Response(status=404, text="No such token")
        return web.json_response(
            prove(token, request.query["nonce"], self.device["id"], self.told or self.host)
        )

    async def _do(self, request: web.Request) -> web.Response:
        if request.path != "/api/identify" and not self._lets_in(request):
            return web.Response(status=401, text="Sign in first, or send a valid token")
        self.done.append(request.path)
        return web.json_response({})

    def _body(self, name: str) -> Callable[[web.Request], Any]:
        async def answer(_: web.Request) -> web.Response:
            return web.json_response(getattr(self, name))

        return answer

    async def _history(self, request: web.Request) -> web.StreamResponse:
        start, end = (datetime.fromisoformat(request.query[name]) for name in ("from", "to"))
        response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
        await response.prepare(request)
        for quarter in self.stored:
            if start <= datetime.fromisoformat(quarter["start"]) < end:
                await response.write(json.dumps(quarter).encode() + b"\n")
        return response

    async def _update(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.Response(status=401, text="Sign in first")
        package = await request.read()
        assert request.content_length == len(package)
        if self.refusal:
            return web.Response(status=self.refusal[0], text=self.refusal[1])
        self.package = package
        version = json.loads(package.split(b"\n")[0] + b"]}")["version"]
        self.push(status={"update": {**self.device["update"], "state": "restarting", "percent": 100}})
        return web.json_response({"version": version})

    async def restart(self, **changes: Any) -> None:
        """Be away for a moment, and come back with these things changed in what it says of itself."""
        await self.stop()
        self.device.update({"uptime_s": 3, **changes})
        await self.start()

    def _event(self, name: str) -> str:
        body = dict(self.device if name == "status" else getattr(self, name))
        if name == "reading":
            body.pop("peaks", None)
        return f"event: {name}\ndata: {json.dumps(body)}\n\n"

    async def _live(self, request: web.Request) -> web.StreamResponse:
        if not self.streaming:
            return web.Response(status=503, text="too many streams")
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        names = ("status", "peaks", "reading", "quarter")
        await response.write("".join(map(self._event, names)).encode())
        queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.streams.add(queue)
        try:
            with contextlib.suppress(ConnectionError):
                while (data := await queue.get()) is not None:
                    await response.write(data)
        finally:
            self.streams.discard(queue)
        return response


class OriginalBoard(Board):
    """A board with the original firmware."""

    def __init__(self) -> None:
        """Be 300 s into a quarter of 3 kW, with a peak of 2453 W this month."""
        super().__init__()
        self.quarter_id = 386662951  # 2023-12-02 09:45, winter time
        self.consumed: list[int | None] = [3000] * 60
        self.produced: list[int | None] = [0] * 60
        self.peak: dict[str, int] | None = {"quarter_id": 386662912, "power": 2453}
        self.serial = "02:00:C3:00:00:01"
        self.bodies = {
            "/current/quarter": self._quarter,
            "/current/month/peak": self._peak,
            "/description.xml": self._description,
        }

    async def _quarter(self, _: web.Request) -> web.Response:
        if not self.consumed:
            return web.json_response({})
        present = [power for power in self.consumed if power is not None]
        return web.json_response(
            {
                "quarter_id": self.quarter_id,
                "consumed_power_avg": sum(present) // max(1, len(present)),
                "interval_secs": 5,
                "consumed_power_interval_avgs": self.consumed,
                "produced_power_interval_avgs": self.produced,
            }
        )

    async def _peak(self, _: web.Request) -> web.Response:
        memory = dict.fromkeys(("size_heap", "free_heap", "free_sketch", "size_sketch"), 0)
        body: dict[str, Any] = {"memory": memory}
        if self.peak:
            body["peak"] = self.peak
        return web.json_response(body)

    async def _description(self, _: web.Request) -> web.Response:
        return web.Response(
            text=f"<root><device><serialNumber>{self.serial}</serialNumber></device></root>",
            content_type="text/xml",
        )


@contextlib.asynccontextmanager
async def running[B: Board](board: B) -> AsyncIterator[B]:
    """The board, switched on for the time of the block."""
    await board.start()
    try:
        yield board
    finally:
        await board.stop()
