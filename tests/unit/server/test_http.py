"""server/http.py and server/buffer.py: what is answered at all, and how a reply leaves."""

import asyncio

from connection import Reader, Server as House, Stream

from board.clock import Clock
from server import rest_of_request
from server.buffer import WriteBuffer
from server.http import Refused, Request, Server
from server.pacing import send_file
from server.query import argument
from server.request_body import read_all


def request(head):
    return Request(Stream(), House(), head)


def refusal(head):
    try:
        request(head).check()
    except Refused as refused:
        return refused.status
    return None


def with_host(host):
    return refusal(b"GET / HTTP/1.1\r\nHost: " + host + b"\r\n\r\n")


def test_addresses_and_names_of_the_house_are_home():
    for host in (
        b"192.168.0.250",
        b"192.168.0.250:80",
        b"127.0.0.1:8080",
        b"[fe80::1]",
        b"[::1]:8080",
        b"digimon",
        b"localhost:8080",
        b"digimon.local",
        b"digimon.local:80",
        b"digimon.lan",
        b"digimon.home.arpa",
        b"digimon.fritz.box",
        b"digimon.local.",
        b"digimon.local.:80",
        b"digimon.",
    ):
        assert with_host(host) is None, host


def test_names_that_the_internet_can_give_out_are_not_home():
    for host in (
        b"evil.example",
        b"digimon.local.evil.example",
        b"192.168.0.250.evil.example",
        b"evil-local.com",
        b"mylan.be",
        b"1.2.3",
        b"1.2.3.4.5",
        b"local.example:80",
        b"192.168.0.250x.be",
        b"evil.example.",
        b"evil.local.example.",
    ):
        assert with_host(host) == 421, host


def test_request_with_a_strange_host_is_refused_before_anything_else():
    assert refusal(b"POST / HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 5\r\n\r\n") == 421
    assert refusal(b"GET / HTTP/1.1\r\nHost: DigiMon.Local\r\n\r\n") is None
    assert refusal(b"GET / HTTP/1.1\r\nhOsT:digimon.local\r\n\r\n") is None
    assert refusal(b"GET / HTTP/1.0\r\n\r\n") is None


def test_get_without_a_body_is_taken():
    for header in (
        b"Content-Length: 5",
        b"Content-Length: -5",
        b"Content-Length: 99999999999999999999",
        b"Content-Length: x",
        b"content-length:1",
        b"Transfer-Encoding: chunked",
    ):
        assert refusal(b"GET / HTTP/1.1\r\n" + header + b"\r\n\r\n") == 413, header
    assert refusal(b"GET / HTTP/1.1\r\nContent-Length: 0\r\n\r\n") is None


def test_change_comes_from_a_page_of_this_device_or_from_no_page():
    change = b"PATCH / HTTP/1.1\r\nHost: digimon.local:80\r\nOrigin: %s\r\n\r\n"
    assert refusal(change % b"http://digimon.local:80") is None
    assert refusal(change % b"http://Digimon.local:80") is None
    assert refusal(b"POST / HTTP/1.1\r\nHost: digimon\r\n\r\n") is None
    for origin in (
        b"http://evil.example",
        b"http://digimon.local",
        b"http://digimon.local:8080",
        b"http://digimon.local:80.evil.example",
        b"http://localhost:8000",
        b"null",
        b"digimon.local:80",
    ):
        assert refusal(change % origin) == 403, origin
    # Without a Host nobody can say that an origin is this device.
    assert refusal(b"POST / HTTP/1.0\r\nOrigin: null\r\n\r\n") == 403


def test_body_without_a_length_that_counts_is_refused():
    for header, status in (
        (b"Transfer-Encoding: chunked", 411),
        (b"Transfer-Encoding: chunked\r\nContent-Length: 5", 411),
        (b"Content-Length: -5", 400),
        (b"Content-Length: +5", 400),
        (b"Content-Length: 5,5", 400),
        (b"Content-Length: 0x5", 400),
    ):
        assert refusal(b"POST / HTTP/1.1\r\n" + header + b"\r\n\r\n") == status, header


async def body(head, *later, limit=64):
    """The body that a request is read to have, or the status that it is refused with."""
    asked = Request(Reader(*later), House(), head)
    try:
        asked.check()
        return await read_all(asked, limit)
    except Refused as refused:
        return refused.status


async def test_body_is_read_to_its_length_however_it_comes():
    head = b"POST / HTTP/1.1\r\nContent-Length: 6\r\n\r\n"
    assert await body(head + b"abcdef") == b"abcdef"
    assert await body(head + b"abcdefgh") == b"abcdef"
    assert await body(head + b"ab", b"c", b"def") == b"abcdef"
    assert await body(head, b"abcdef") == b"abcdef"
    assert await body(head + b"\r\n\r\n", b"\r\n") == b"\r\n\r\n\r\n"


async def test_body_beyond_its_limit_is_not_read():
    for length, status in ((b"65", 413), (b"99999999999999999999", 413), (b"0", 411)):
        assert await body(b"POST / HTTP/1.1\r\nContent-Length: " + length + b"\r\n\r\n") == status, length
    assert await body(b"POST / HTTP/1.1\r\n\r\n") == 411


async def test_body_of_a_peer_that_left_is_no_body():
    try:
        await body(b"POST / HTTP/1.1\r\nContent-Length: 6\r\n\r\nabc")
    except OSError:
        return
    raise AssertionError


def test_what_is_no_request_line_is_refused():
    for line in (b"", b"GET", b"GET /", b"GET / HTTP/1.1 x", b"\x16\x03\x01\x02\x00", b"GET  / HTTP/1.1"):
        assert refusal(line + b"\r\n\r\n") == 400, line


def test_arguments_are_found_by_their_whole_name():
    asked = request(b"GET /historic/days?year=2026&month=&days=7&day=12&day=13&x HTTP/1.1\r\n\r\n")
    assert asked.path == b"/historic/days"
    assert argument(asked, b"year") == b"2026"
    assert argument(asked, b"month") == b""
    assert argument(asked, b"day") == b"12"
    assert argument(asked, b"ay") is None
    assert argument(asked, b"x") == b""


def test_header_is_found_by_its_whole_name_in_any_case():
    asked = request(b"GET / HTTP/1.1\r\nX-Host: a\r\nHOST:  b \r\nHost: c\r\nEmpty:\r\n\r\n")
    assert asked.header(b"host") == b"b"
    assert asked.header(b"empty") == b""
    assert asked.header(b"ost") == b""


async def test_only_a_developers_own_computer_may_read_from_another_page():
    for origin, method, allowed in (
        (b"http://localhost:8000", b"GET", True),
        (b"http://localhost", b"GET", True),
        (b"http://127.0.0.1:5173", b"GET", True),
        (b"http://localhost:8000", b"POST", False),
        (b"https://localhost:8000", b"GET", False),
        (b"http://localhost.evil.example", b"GET", False),
        (b"http://localhost:8000.evil.example", b"GET", False),
        (b"http://localhost:", b"GET", False),
        (b"http://192.168.0.2:8000", b"GET", False),
        (b"http://evil.example", b"GET", False),
        (b"null", b"GET", False),
        (b"*", b"GET", False),
    ):
        asked = request(method + b" / HTTP/1.1\r\nOrigin: " + origin + b"\r\n\r\n")
        await asked.reply(200, "text/plain", "x")
        told = b"\r\nAccess-Control-Allow-Origin: " + origin + b"\r\n" in asked.stream.written
        assert told == allowed, (origin, method)
        assert allowed or b"access-control" not in asked.stream.written.lower()


async def test_reply_has_its_length_and_no_word_to_other_origins():
    asked = request(b"GET / HTTP/1.1\r\n\r\n")
    await asked.reply(404, "text/plain", "Item not found")
    head, _, body = asked.stream.written.partition(b"\r\n\r\n")
    assert body == b"Item not found"
    assert head.split(b"\r\n")[0] == b"HTTP/1.1 404 "
    assert b"Content-Length: 14" in head
    assert b"access-control" not in head.lower()


def test_pieces_of_any_length_leave_in_stretches_of_512():
    sent = []
    pieces = WriteBuffer(lambda piece: sent.append(bytes(piece)), 512)
    for piece in (b"a" * 511, "b", b"c" * 1200, "", "d\xeb"):
        pieces.write(piece)
    pieces.flush()
    assert [len(piece) for piece in sent] == [512, 512, 512, 179]
    assert b"".join(sent) == b"a" * 511 + b"b" + b"c" * 1200 + "d\xeb".encode()


async def test_body_that_does_not_come_is_not_waited_for():
    asked = Request(Stuck(), House(Clock(100)), b"POST / HTTP/1.1\r\nContent-Length: 6\r\n\r\nabc")
    asked.check()
    try:
        await read_all(asked, 64)
    except asyncio.TimeoutError:
        return
    raise AssertionError


async def test_body_that_was_read_ahead_is_not_waited_for_again():
    asked = Request(Reader(b"c", b"def"), House(), b"POST / HTTP/1.1\r\nContent-Length: 6\r\n\r\nab")
    asked.check()
    await rest_of_request.read_ahead(asked)
    assert not asked.stream.later
    assert await read_all(asked, 64) == b"abcdef"


async def test_file_leaves_in_full_segments():
    path = "build/tests/file"
    content = bytes(range(256)) * 20
    with open(path, "wb") as file:
        file.write(content)
    asked = request(b"GET /file HTTP/1.1\r\n\r\n")
    await send_file(asked, open(path, "rb"), "text/plain")
    await asked.drain()
    head, _, body = asked.stream.written.partition(b"\r\n\r\n")
    assert b"Content-Length: 5120" in head
    assert body == content
    assert asked.stream.lengths == [1440] * 3 + [len(asked.stream.written) - 3 * 1440]


async def test_long_reply_waits_for_the_socket_and_for_the_system_memory():
    for house, stream, first in (
        (House(Clock(100), pieces=1), Stream(), 2048),
        (House(Clock(100)), Stream(room=2000), 2000),
    ):
        asked = Request(stream, house, b"GET / HTTP/1.1\r\n\r\n")
        asked.write_to(WriteBuffer(asked.put, 512))
        asked.write(b"x" * 3000)
        assert len(stream.written) == first
        stream.room, house.pieces = 1 << 20, 1000
        await asked.drain()
        assert stream.written == b"x" * 3000


async def test_long_reply_ends_that_finds_no_room_for_five_seconds():
    house = House(Clock(100), pieces=0)
    asked = Request(Stream(), house, b"GET / HTTP/1.1\r\n\r\n")
    house.most_free = 40000
    asked.write_to(WriteBuffer(asked.put, 512))
    asked.write(b"x" * 3000)
    begin = house.clock.ticks()
    try:
        await asked.drain()
        raise AssertionError("the reply does not end")
    except asyncio.TimeoutError:
        pass
    assert house.clock.ticks() - begin >= 5000
    # What others have for so long is no longer waited for: one piece is sent beside it, if there is room for it at all.
    assert house.most_free - asked.beside < 30000 <= house.most_free


async def test_first_segment_waits_for_nothing():
    asked = Request(Stream(), House(pieces=0), b"GET / HTTP/1.1\r\n\r\n")
    await asked.reply(200, "text/plain", "x" * 1000)
    assert asked.stream.written.endswith(b"x" * 1000)


class Unreadable:
    """A file of a card that has left."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def seek(self, *_):
        raise OSError(5)


async def test_file_that_is_not_there_is_refused_before_a_reply_begins():
    asked = request(b"GET /file HTTP/1.1\r\n\r\n")
    status = None
    try:
        await send_file(asked, Unreadable(), "text/plain")
    except Refused as refused:
        status = refused.status
    assert status == 404
    assert asked.stream.written == b""


async def test_peer_that_takes_nothing_is_left_after_a_time():
    asked = Request(Stream(room=0), House(Clock(100)), b"GET / HTTP/1.1\r\n\r\n")
    try:
        await asked.reply(200, "text/plain", "x")
        await asked.drain()
    except asyncio.TimeoutError:
        return
    raise AssertionError


class Stuck(Stream):
    async def read(self, count):
        await asyncio.sleep(60)


def test_length_of_a_reply_is_in_octets():
    for body, length in (("Café", 5), ("Moritz\u2019s 🏠", 15), (b"\xc3\xa9t\xc3\xa9", 5), ("", 0)):
        asked = request(b"GET / HTTP/1.1\r\n\r\n")
        asyncio.run(asked.reply(200, "text/plain", body))
        head, _, sent = asked.stream.written.partition(b"\r\n\r\n")
        assert b"Content-Length: %d" % length in head.split(b"\r\n")
        assert len(sent) == length


class Board:
    """A board with `free` bytes of system memory, None for one without a figure."""

    http = ("127.0.0.1", 0)
    clock = Clock()

    def __init__(self, free=None):
        self.free = free

    def system_memory(self):
        return self.free and (self.free, self.free // 2)


class Access:
    def hosts(self):
        return ()

    def party(self, request):
        return request.address

    def admit(self, request):
        pass


class Faults:
    def __init__(self):
        self.names = []

    def fault(self, name, error):
        self.names.append(name)


class Asking(Reader):
    """A connection that ends after its request."""

    def read(self, count):
        return super().read(count) if self.later else b""

    def close(self):
        pass


async def served(handler):
    """The beginning of the reply when this handler answers, and the faults that were reported."""
    faults = Faults()
    server = Server(Board(), handler, Access(), faults)
    stream = Asking(b"GET / HTTP/1.1\r\nHost: p1\r\n\r\n")
    stream.party = "10.0.0.1"
    await server._serve(stream)
    return stream.written[:12], faults.names


async def test_fault_of_a_handler_before_its_reply_is_a_400_and_no_report():
    for error in (
        ValueError("x"),
        UnicodeError(),
        TypeError("x"),
        KeyError("x"),
        IndexError(),
        AttributeError("x"),
        OverflowError(),
        ZeroDivisionError(),
        RuntimeError(),
    ):

        async def handler(request, error=error):
            raise error

        assert await served(handler) == (b"HTTP/1.1 400", []), error


async def test_fault_of_a_handler_in_its_reply_is_reported():
    async def handler(request):
        request.begin(200, "text/plain")
        await request.drain()
        raise ValueError

    assert await served(handler) == (b"HTTP/1.1 200", ["request"])


async def test_code_that_is_missing_is_reported():
    async def handler(request):
        raise ImportError("no module named 'x'")

    assert await served(handler) == (b"", ["request"])


def test_host_that_no_browser_sends_is_not_home():
    for host in (
        b"[anything]",
        b"[evil.example]:80",
        b"999.999.999.999",
        b"192.168.0.256",
        b"1.2.3.4.5",
        b"1..2.3",
    ):
        assert with_host(host) == 421, host
