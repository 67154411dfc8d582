"""server/scarce.py, and what clients send after their requests: little system memory is left to those with a token."""

import asyncio

from connection import Stream

from board.clock import Clock
from server.http import FLOOR, Refused, Request, Server
from server.scarce import listen_later

GUEST, TOKEN = "192.168.1.66", b"hash of a token"


class Board:
    http = ("127.0.0.1", 0)
    clock = Clock(100)
    free = 40000

    def system_memory(self):
        return self.free, self.free


class Log:
    def __init__(self):
        self.lines = []

    def note(self, line):
        self.lines.append(line)


class Socket(Stream):
    """A connection whose client sends `later` after its request, and then ends if it has `left`."""

    def read(self, count):
        if not self.later:
            return b"" if self.left else None
        piece = self.later[0][:count]
        self.later[0] = self.later[0][count:]
        if not self.later[0]:
            del self.later[0]
        return piece

    def close(self):
        pass


def server_with(*parties, streams=False):
    """A server, with a connection of each party whose request has come."""
    server = Server(Board(), None, None, Log())
    for party in parties:
        connection = Socket()
        server._add(connection, party)
        connection.asked = True
        connection.due = [] if streams else None
    return server


def refused(server, party):
    request = Request(Socket(), server, b"GET /api/quarter HTTP/1.1\r\n\r\n")
    request.party = party
    try:
        server.look(request)
    except Refused as refusal:
        return refusal.status, refusal.more
    return None


def test_clients_without_a_token_are_refused_below_the_floor():
    server = server_with()
    for free, told in ((FLOOR, None), (FLOOR - 1, (503, "Retry-After: 5\r\n"))):
        server.board.free = free
        assert refused(server, GUEST) == told
        assert refused(server, TOKEN) is None


def test_streams_of_clients_without_a_token_end_below_the_floor():
    server = server_with(GUEST, TOKEN, GUEST, streams=True)
    guest, holder, other = server.open
    server.look()
    assert server.open == [guest, holder, other]
    server.board.free = FLOOR - 1
    server.look()
    assert server.open == [holder]


def test_connections_without_a_stream_stay_below_the_floor():
    server = server_with(GUEST, TOKEN)
    server.board.free = 1000
    server.look()
    assert len(server.open) == 2


def test_each_level_is_noted_once_in_an_episode():
    server = server_with()
    for _ in range(2):
        for free, level in (
            (40000, 0),
            (FLOOR - 1, 1),
            (FLOOR + 1000, 1),  # not enough to be over
            (FLOOR // 2 - 1, 2),
            (FLOOR // 2 + 1000, 2),
            (FLOOR // 2 + 3000, 1),
            (FLOOR // 2 - 1, 2),
            (FLOOR + 3000, 0),
            (FLOOR + 1, 0),
        ):
            server.board.free = free
            server.look()
            assert server.level == level, free
    assert (
        server.log.lines
        == [
            "Short of system memory: %d bytes are free, clients without a token are refused" % (FLOOR - 1),
            "Short of system memory: %d bytes are free, no connection is accepted" % (FLOOR // 2 - 1),
            "System memory suffices again: %d bytes are free" % (FLOOR + 3000),
        ]
        * 2
    )


def test_long_reply_has_no_room_below_the_floor():
    server = server_with()
    server.board.free = FLOOR + 1
    assert server.room(5000)
    server.board.free = FLOOR
    assert not server.room(5000)


def test_room_is_left_by_what_others_have_in_the_system_memory():
    server = server_with()
    for free, has in ((40000, True), (35001, True), (35000, False), (41000, True), (36000, False)):
        server.board.free = free
        assert server.room(5000) == has, free


async def test_little_that_comes_after_a_request_is_discarded_and_much_ends_the_connection():
    server = server_with(GUEST, GUEST, GUEST)
    brief, long, coming = server.open
    for connection in server.open:
        connection.later = [b"x" * (1025 if connection is long else 1000)]
    coming.asked = False  # its request has not come yet
    server.sweep()
    assert server.open == [brief, coming]
    assert (brief.later, coming.later) == ([], [b"x" * 1000])


async def test_package_that_arrives_is_no_rest_of_a_request():
    server = server_with(TOKEN)
    (connection,) = server.open
    connection.asked = 2
    connection.later = [b"x" * 5760]
    server.sweep()
    assert connection.later == [b"x" * 5760]
    assert server.open == [connection]


async def test_end_of_what_a_client_sends_ends_its_stream_but_no_other_reply():
    server = server_with(GUEST, GUEST)
    reply, stream = server.open
    stream.due = []
    reply.left = stream.left = True
    server.sweep()
    assert server.open == [reply]


async def test_device_listens_again_once_half_of_the_floor_is_free():
    class Listener:
        closed = False

        def close(self):
            self.closed = True

    beats = []
    server = server_with()
    server.board.free = 1000
    server.look()
    listener = Listener()
    waiting = asyncio.create_task(listen_later(server, listener, lambda: beats.append(1)))
    while len(beats) < 3:
        await asyncio.sleep_ms(1)
    assert listener.closed
    server.board.free = FLOOR
    again = await waiting
    assert server.level == 1
    again.close()
