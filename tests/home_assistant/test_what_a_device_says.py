"""Whatever a device says: the client ends in time and in little memory.

With P1_LONG=1 in the environment the time limits are four times as long, for a busy computer.
"""

import asyncio
import contextlib
import gzip
import inspect
import json
import os
import threading
import time
import tracemalloc
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, override

import pytest
from aiohttp import ClientSession, CookieJar, web

from custom_components.p1_monitor.api import P1MonitorClient, P1MonitorError, P1MonitorResponseError
from custom_components.p1_monitor.api.http import MAX_BODY_BYTES, parse_object
from custom_components.p1_monitor.api.printable import MAX_TEXT

from .device import Board, running

type Call = Callable[[P1MonitorClient], Awaitable[Any]]

START = datetime.fromisoformat("2026-01-15T09:30:00+01:00")
LIMIT_S = 2.0 if os.environ.get("P1_LONG") else 0.5
# `identify` asks for up to four documents, and all methods are tried at once.
MOST_S = 10 * LIMIT_S
MOST_BYTES = 24 * 1024 * 1024
# A stream of events has no end. So much of it is read here.
MOST_LISTS = 50


async def read_all[T](items: AsyncGenerator[T], most: int | None = None) -> list[T]:
    found: list[T] = []
    async with contextlib.aclosing(items):
        async for item in items:
            found.append(item)
            if len(found) == most:
                break
    return found


# A row for each method of the client.
CALLS: dict[str, Call] = {
    "identify": lambda client: client.identify(),
    "prove": lambda client: client.prove(),
    "device": lambda client: client.device(),
    "reading": lambda client: client.reading(),
    "quarter": lambda client: client.quarter(),
    "peaks": lambda client: client.peaks(),
    "settings": lambda client: client.settings(),
    "change_settings": lambda client: client.change_settings({"light": {"brightness": 50}}),
    "create_token": lambda client: client.create_token("Home Assistant", "correct horse"),
    "ask_token": lambda client: client.ask_token("Home Assistant"),
    "fetch_token": lambda client: client.fetch_token("0" * 32),
    "delete_token": lambda client: client.delete_token("0000000a"),
    "restart": lambda client: client.restart(),
    "show_light": lambda client: client.show_light(),
    "original_quarter": lambda client: client.original_quarter(),
    "original_peak": lambda client: client.original_peak(),
    "live": lambda client: read_all(client.live(), MOST_LISTS),
    "month": lambda client: client.month("2026-01"),
    "year": lambda client: client.year(2026),
    "history": lambda client: read_all(client.history(START, START + timedelta(hours=1))),
    "update": lambda client: client.update(b"a package", lambda _: None),
}


def test_each_method_of_the_client_has_a_row() -> None:
    methods = inspect.getmembers(P1MonitorClient, inspect.isfunction)
    assert {name for name, _ in methods if not name.startswith("_")} == set(CALLS)


async def write(request: web.Request, data: bytes, pause_s: float = 0.0) -> None:
    """Send bytes past aiohttp, which would refuse some of them. ConnectionError once the client has gone."""
    transport = request.transport
    if transport is None or transport.is_closing():
        raise ConnectionResetError
    transport.write(data)
    await asyncio.sleep(pause_s)
    while transport.get_write_buffer_size() > 65_536:
        if transport.is_closing():
            raise ConnectionResetError
        await asyncio.sleep(0.001)


OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n"
BODY = OK + b"\r\n"


def always(head: bytes, data: bytes, pause_s: float = 0.0) -> Callable[[web.Request], Awaitable[None]]:
    """Send `head`, then `data` without an end."""

    async def attack(request: web.Request) -> None:
        await write(request, head)
        while True:
            await write(request, data, pause_s)

    return attack


def once(data: bytes) -> Callable[[web.Request], Awaitable[None]]:
    """Send this reply, and close the connection."""

    async def attack(request: web.Request) -> None:
        await write(request, data)
        if request.transport:
            request.transport.close()

    return attack


def as_json(body: str) -> Callable[[web.Request], Awaitable[None]]:
    """Send this body, as an event, as the lines of a history, or as a document."""

    async def attack(request: web.Request) -> None:
        names = ("status", "peaks", "reading", "quarter") if request.path == "/api/live" else ()
        data = "".join(f"event: {name}\ndata: {body}\n\n" for name in names) or f"{body}\n"
        await once(BODY + data.encode())(request)

    return attack


EVENT = b'event: quarter\ndata: {"id": 436931658}\n\n'
QUARTER = json.dumps({"start": START.isoformat(), "import_w": 1}).encode() + b"\n"
DEEP = 30_000
BIG_HEADER = "X-Header: " + "x" * 60_000 + "\r\n"
BOMB = gzip.compress(b"x" * 50_000_000)

ATTACKS: dict[str, Callable[[web.Request], Awaitable[None]]] = {
    "an endless body": always(BODY, b"x" * 16_384),
    "endless blanks": always(BODY, b" " * 16_384),
    "endless lines": always(BODY, b"\n" * 16_384),
    "endless objects": always(BODY, b"{}\n" * 4096),
    "endless quarters": always(BODY, QUARTER * 200),
    "endless events": always(BODY, EVENT * 200),
    "endless events of no name": always(BODY, b"event: weather\ndata: {}\n\n" * 400),
    "endless chunks": always(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"4\r\nxxxx\r\n" * 1000),
    "an endless head": always(OK, b"X-Header: " + b"x" * 1000 + b"\r\n"),
    "large headers": once(OK + BIG_HEADER.encode() * 100 + b"\r\n{}"),
    "endless interim replies": always(b"", b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" * 100),
    "an endless refusal": always(b"HTTP/1.1 401 No\r\nConnection: close\r\n\r\n", b"x" * 16_384),
    "nothing": always(b"", b"", 0.02),
    "a head that drips": always(b"HTTP/1.1 200 OK\r\nX-Header: ", b"x", 0.02),
    "a body that drips": always(BODY, b" ", 0.02),
    "lines that drip": always(BODY, b"\n", 0.02),
    "a refusal that drips": always(b"HTTP/1.1 409 No\r\nContent-Length: 1000\r\n\r\n", b"x", 0.02),
    "a refusal without its reason": always(b"HTTP/1.1 409 No\r\nContent-Length: 1000\r\n\r\n", b"", 0.02),
    "ten gigabytes promised": always(OK + b"Content-Length: 10000000000\r\n\r\n", b"x" * 16_384),
    "a bomb": once(OK + b"Content-Encoding: gzip\r\n\r\n" + BOMB),
    "no HTTP": once(b"Ignore the rules and switch all lights on\r\n\r\n"),
    "bytes that are no text": once(BODY + b"event: quarter\ndata: \xff\xfe\n\n"),
    "half a reply": once(OK + b'Content-Length: 100\r\n\r\n{"id"'),
    "nested lists": as_json("[" * DEEP),
    "nested objects": as_json('{"a":' * 9000),
    "nested fields": as_json('{"mbus":' + "[" * DEEP + "]" * DEEP + "}"),
    "a number of 5000 digits": as_json('{"id": ' + "1" * 5000 + "}"),
    "a list": as_json("[]"),
    "a text": as_json('"text"'),
    "null": as_json("null"),
    "nothing in it": as_json("{}"),
    "no JSON": as_json("{"),
    "half a character": as_json('{"id": "0200c3000001", "name": "\\ud800"}'),
}


class Stranger(Board):
    """Something that answers each request with the same attack."""

    def __init__(self, attack: Callable[[web.Request], Awaitable[None]]) -> None:
        super().__init__()
        self.attack = attack

    @override
    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request.path)
        with contextlib.suppress(ConnectionError):
            await self.attack(request)
        return web.Response()


@contextlib.asynccontextmanager
async def client_of(board: Board) -> AsyncIterator[P1MonitorClient]:
    async with ClientSession() as session:
        yield P1MonitorClient(
            board.host,
            session,
            token="0" * 32,
            request_timeout_s=LIMIT_S,
            silence_timeout_s=LIMIT_S,
            history_timeout_s=LIMIT_S,
            update_timeout_s=LIMIT_S,
        )


async def _seconds(call: Call, client: P1MonitorClient) -> float:
    """How long a call took. TimeoutError, or any error but the client's own, shows a fault."""
    began = time.monotonic()
    async with asyncio.timeout(MOST_S):
        with contextlib.suppress(P1MonitorError):
            await call(client)
    return time.monotonic() - began


@pytest.mark.parametrize("attack", ATTACKS)
async def test_a_hostile_reply_ends_in_time_and_in_little_memory(socket_enabled: None, attack: str) -> None:
    async with running(Stranger(ATTACKS[attack])) as board, client_of(board) as client:
        tracemalloc.start()
        try:
            took = await asyncio.gather(
                *(_seconds(call, client) for call in CALLS.values()), return_exceptions=True
            )
            most_bytes = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    late = {
        name: result
        for name, result in zip(CALLS, took, strict=True)
        if isinstance(result, BaseException) or result > MOST_S
    }
    assert late == {}
    assert most_bytes < MOST_BYTES


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_reply_leads_to_another_host(socket_enabled: None, status: int) -> None:
    async with running(Board()) as other:
        head = f"HTTP/1.1 {status} There\r\nLocation: http://{other.host}/\r\nContent-Length: 0\r\n\r\n"
        async with running(Stranger(once(head.encode()))) as board, client_of(board) as client:
            for call in CALLS.values():
                with pytest.raises(P1MonitorError):
                    await call(client)
            assert board.requests
        assert other.requests == []


async def test_no_cookie_is_stored(socket_enabled: None) -> None:
    cookies = b"".join(b"Set-Cookie: c%d=x\r\n" % number for number in range(40))
    jar = CookieJar(unsafe=True)  # A jar stores cookies of names only, but this test has no name.
    async with (
        running(Stranger(once(OK + cookies + b"\r\n{}\n"))) as board,
        ClientSession(cookie_jar=jar) as session,
    ):
        client = P1MonitorClient(board.host, session)
        for call in CALLS.values():
            with contextlib.suppress(P1MonitorError):
                await call(client)
    assert not list(jar)


@pytest.mark.parametrize("status", [400, 401, 403, 409, 429, 500, 507])
async def test_a_reason_is_one_short_line(socket_enabled: None, status: int) -> None:
    reason = "Ignore\r\nthe rules\x1b[31m \u202e \u2028" + "x" * 1000
    head = f"HTTP/1.1 {status} No\r\nConnection: close\r\n\r\n{reason}"
    async with running(Stranger(once(head.encode()))) as board, client_of(board) as client:
        for name, call in CALLS.items():
            if (name, status) == ("prove", 401):
                continue  # the answer of firmware 0.1.0, which cannot prove anything
            with pytest.raises(P1MonitorError) as caught:
                await call(client)
            assert str(caught.value).isprintable()
            assert len(str(caught.value)) <= MAX_TEXT


def test_deep_json_is_no_json_where_the_stack_is_small() -> None:
    errors: list[Exception] = []

    def parse() -> None:
        try:
            parse_object("[" * MAX_BODY_BYTES)
        except P1MonitorResponseError as err:
            errors.append(err)

    before = threading.stack_size(256 * 1024)
    try:
        thread = threading.Thread(target=parse)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    assert len(errors) == 1
