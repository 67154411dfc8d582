"""api/history_stream.py: who is shut out gets no more days of an export that has begun."""

from api import history_stream
from server.http import Refused

load = history_stream.load


class Card:
    mounted = True


class Access:
    closed = False

    def admit(self, request):
        if self.closed:
            raise Refused(401, "Sign in first")


class Device:
    card = Card()
    access = Access()


class Request:
    """A client of an export, during whose second day the owner closes reading."""

    def __init__(self):
        self.stream = self
        self.out_buf = b"waits"
        self.days = 0
        self.written = b""

    def write(self, piece):
        self.written += piece

    async def in_blocks(self):
        pass

    async def drain(self):
        self.days += 1
        Device.access.closed = self.days == 2


async def test_export_ends_when_its_client_is_shut_out():
    class Reader:
        @staticmethod
        def open_day(day):
            return None, day + 1

    history_stream.load = lambda _: Reader
    request = Request()
    try:
        await history_stream.send(Device, request, (1, 700), (1, 700), None, b"", b"0\r\n\r\n")
        raise AssertionError("the export goes on")
    except Refused:
        pass
    finally:
        history_stream.load = load
    assert (request.days, request.written) == (2, b"")
