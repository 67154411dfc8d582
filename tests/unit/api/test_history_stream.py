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
    """A client of an export."""

    def __init__(self):
        self.written = b""

    def write(self, piece):
        self.written += piece

    async def drain(self):
        pass

    def write_to(self, pieces):
        pass

    put = write


async def test_export_ends_when_its_client_is_shut_out():
    class Card:
        """Empty days. The owner closes reading while the second one is open."""

        days = 0
        fields_of = None

        @classmethod
        def open_day(cls, day):
            cls.days += 1
            Device.access.closed = cls.days == 2
            return None, day + 1

    history_stream.load = lambda _: Card
    request = Request()
    try:
        await history_stream.send(Device, request, (1, 700), (1, 700), None, b"", b"0\r\n\r\n")
        raise AssertionError("the export goes on")
    except Refused:
        pass
    finally:
        history_stream.load = load
    assert (Card.days, request.written) == (2, b"")
