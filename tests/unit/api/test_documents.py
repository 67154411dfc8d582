"""dispatcher.py: what is asked seldom has its turn alone."""

from board.clock import Clock
from dispatcher import Dispatcher
from server.http import Refused, Request


class Device:
    """As much of main's as waiting needs."""

    def __init__(self):
        self.clock = Clock(speed=100)


class Stream:
    def write(self, piece):
        raise AssertionError  # nothing is answered here


async def test_who_waits_five_seconds_for_another_is_told_to_come_again():
    api = Dispatcher(Device())
    api._busy = True
    begin = api._device.clock.ticks()
    told = None
    try:
        await api.answer(Request(Stream(), None, b"GET /api/days/2026-01-15 HTTP/1.1\r\n\r\n"))
    except Refused as refused:
        told = refused.status, refused.more
    assert told == (503, "Retry-After: 5\r\n")
    assert api._device.clock.ticks() - begin >= 5000
    assert api._busy  # with the other one, still
