"""dispatcher.py: requests for the rarely used endpoints have their turn one by one, while there is memory for them."""

import asyncio
import gc

from connection import Server, Stream

from board.clock import Clock
from dispatcher import Dispatcher
from server.http import Refused, Request

KIB = 1024
ROOM = 12 * KIB  # what a handler needs


class Log:
    def __init__(self):
        self.lines = ["the only line"]


class Board:
    python_bytes = 1 << 30  # all of this computer's memory


class Device:
    """As much of main's as waiting and a short handler need."""

    def __init__(self):
        self.log = Log()
        self.clock = Clock(speed=100)
        self.board = Board()


async def test_who_waits_five_seconds_for_another_is_told_to_come_again():
    api = Dispatcher(Device())
    api._running = "another request"
    begin = api._device.clock.ticks()
    told = None
    try:
        await api.answer(Request(Stream(), Server(), b"GET /api/days/2026-01-15 HTTP/1.1\r\n\r\n"))
    except Refused as refused:
        told = refused.status, refused.more
    assert told == (503, "Retry-After: 5\r\n")
    assert api._device.clock.ticks() - begin >= 5000
    assert api._running == "another request"  # still


async def order(*parties):
    """The order in which waiting requests of these parties get the turn, after one of the guest had it."""
    api = Dispatcher(Device())
    api._running, api._served = "another request", [GUEST]
    found = []

    async def take(party):
        request = Request(Stream(), Server(), b"GET /api/config HTTP/1.1\r\n\r\n")
        request.party = party
        await api._take_turn(request, 100)
        found.append(party)
        await asyncio.sleep_ms(0)
        api._running = None

    tasks = [asyncio.create_task(take(party)) for party in parties]
    await asyncio.sleep_ms(0)
    api._running = None
    await asyncio.gather(*tasks)
    return found


GUEST, HOUSEHOLD, TOKEN = "192.168.1.66", "192.168.1.10", b"hash of a token"


async def test_turn_goes_to_each_party_in_rotation_and_first_to_who_has_a_token():
    assert await order(GUEST, GUEST, HOUSEHOLD, TOKEN) == [TOKEN, HOUSEHOLD, GUEST, GUEST]
    assert await order(TOKEN, TOKEN, TOKEN, HOUSEHOLD) == [TOKEN, HOUSEHOLD, TOKEN, TOKEN]
    assert await order(GUEST, GUEST, HOUSEHOLD) == [HOUSEHOLD, GUEST, GUEST]
    assert await order(GUEST, GUEST) == [GUEST, GUEST]


async def log_of(device):
    """The device's answer to GET /api/log."""
    request = Request(Stream(), Server(), b"GET /api/log HTTP/1.1\r\n\r\n")
    await Dispatcher(device).answer(request)
    await request.drain()
    return request.stream.written


async def test_garbage_is_collected_before_a_handler_is_loaded():
    device = Device()
    gc.collect()
    device.board.python_bytes = gc.mem_alloc() + ROOM + 20 * KIB
    gc.disable()  # a full first area would be collected
    try:
        for _ in range(30):
            bytearray(KIB)
        assert gc.mem_alloc() > device.board.python_bytes - ROOM

        assert (await log_of(device)).endswith(b"the only line\n")
    finally:
        gc.enable()


async def test_handler_that_finds_no_memory_is_refused_until_there_is_some():
    device = Device()
    gc.collect()
    device.board.python_bytes = gc.mem_alloc() + ROOM + 20 * KIB
    kept = [bytearray(KIB) for _ in range(30)]
    told = None
    try:
        await log_of(device)
    except Refused as refused:
        told = refused.status, refused.why, refused.more
    assert told == (503, "Out of memory, try again", "Retry-After: 5\r\n")

    device.board.python_bytes += len(kept) * KIB
    assert (await log_of(device)).endswith(b"the only line\n")
