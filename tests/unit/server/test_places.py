"""server/places.py: which connection makes room while more clients come than fit."""

import asyncio

from board.clock import Clock
from server import places

GUEST, HOUSEHOLD, TOKEN = "192.168.1.66", "192.168.1.10", b"hash of a token"


class Connection:
    def __init__(self, party, asked=False):
        self.party = party
        self.asked = asked


class Server:
    """Has connections of these parties, the oldest first, none of which has sent its request."""

    def __init__(self, *parties):
        self.clock = Clock()
        self.shared_until_s = 0
        self.open = [Connection(party) for party in parties]
        self.closed = []

    def close(self, connection):
        self.closed.append(self.open.index(connection))
        self.open.remove(connection)


async def waited(server):
    """Milliseconds that the newest connection waited for its place."""
    begin = server.clock.ticks()
    await places.wait(server, server.open[-1])
    return server.clock.ticks() - begin


async def test_party_with_most_gives_a_place_to_another_at_once():
    server = Server(TOKEN, GUEST, GUEST, GUEST, GUEST, HOUSEHOLD)
    server.open[1].asked = True
    assert await waited(server) < 50
    assert server.closed == [2]  # the oldest one without a request


async def test_newest_request_ends_where_all_have_sent_one():
    server = Server(TOKEN, GUEST, GUEST, GUEST, GUEST, HOUSEHOLD)
    for connection in server.open[:5]:
        connection.asked = True
    await waited(server)
    assert server.closed == [4]


async def test_holder_of_a_token_is_another_party_than_its_address():
    server = Server(TOKEN, TOKEN, HOUSEHOLD, HOUSEHOLD, HOUSEHOLD, TOKEN)
    await waited(server)
    assert server.closed == []  # three each
    server = Server(TOKEN, HOUSEHOLD, HOUSEHOLD, HOUSEHOLD, HOUSEHOLD, TOKEN)
    await waited(server)
    assert server.closed == [1]


async def test_party_that_is_alone_waits_for_its_sixth_place():
    server = Server(*[HOUSEHOLD] * 6)
    assert await waited(server) > 900
    assert server.closed == []


async def test_party_waits_shortly_where_others_may_be_behind_it():
    server = Server(*[GUEST] * 5, GUEST)
    server.shared_until_s = 60
    assert 80 <= await waited(server) < 500
    server = Server(HOUSEHOLD, *[GUEST] * 5)
    assert 80 <= await waited(server) < 500
    assert server.closed == []


async def test_newest_is_served_when_another_connection_ends():
    server = Server(*[HOUSEHOLD] * 6)
    asyncio.create_task(leave(server))
    assert await waited(server) < 500


async def leave(server):
    server.open.pop(0)


async def test_all_that_have_sent_no_request_make_room_for_those_behind():
    server = Server(HOUSEHOLD, *[GUEST] * 5)
    server.open[1].asked = server.open[3].asked = True
    await places.make_room(server)
    assert [connection.party for connection in server.open] == [HOUSEHOLD, GUEST, GUEST]
    assert all(connection.asked for connection in server.open[1:])
