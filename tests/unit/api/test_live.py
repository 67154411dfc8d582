"""api/live.py: what the streams are sent, and that none of them waits for another."""

import asyncio

from connection import Stream

from api import documents
from api.live import Live
from board.clock import Clock
from server.http import Refused, Request, Server


class Socket(Stream):
    """A client's connection: all that comes is taken, at most `room` bytes."""

    def read(self, count):
        return None

    def close(self):
        pass


class Board:
    http = ("127.0.0.1", 0)
    clock = Clock(100)
    free = 42000

    def system_memory(self):
        return self.free, self.free


class Device:
    """Has no figures: each document is its name and a long number."""

    clock = Board.clock

    def __init__(self):
        self.written = 0
        self.update = {"waiting": None}


def write(name, device, write):
    device.written += 1
    write('{"%s":%s}' % (name, "1" * 700))


documents.write = write


SNAPSHOT = ["status", "peaks", "reading", "quarter"]


def live_of(device=None):
    """The streams of a server without a network."""
    return Live(device or Device(), Server(Board(), None, None, None))


def arrive(live, socket, party="192.168.1.10"):
    """The request of a client."""
    live.server._add(socket, party)
    return Request(socket, live.server, b"GET /api/live HTTP/1.1\r\n\r\n")


async def connect(live, socket, party="192.168.1.10"):
    request = arrive(live, socket, party)
    request.party = party
    socket.asked = True
    assert await live.server.send_long("api.live_snapshot", "open_stream", live, request) is True
    return socket


async def several(live, count, party="192.168.1.10"):
    clients = [Socket() for _ in range(count)]
    for client in clients:
        await connect(live, client, party)
    return clients


def publish(live, *names):
    """Publish events, and let all clients have them."""
    live.publish(*names)
    steps(live, 10)


def steps(live, count):
    for _ in range(count):
        live.each_step()


def events(socket):
    """The names of the events that a client got, each of them whole."""
    names = []
    for block in socket.written[socket.written.find(b"\r\n\r\n") + 4 :].split(b"\n\n")[:-1]:
        name = block[7 : block.find(b"\n")].decode()
        assert block == ('event: %s\ndata: {"%s":%s}' % (name, name, "1" * 700)).encode(), block
        names.append(name)
    return names


async def test_stream_opens_with_all_documents_and_goes_on_with_events():
    live = live_of()
    client = await connect(live, Socket())
    assert events(client) == SNAPSHOT
    live.publish("reading", "quarter")
    assert events(client) == SNAPSHOT + ["reading", "quarter"]


async def test_event_is_written_for_each_client_and_never_for_nobody():
    device = Device()
    live = live_of(device)
    publish(live, "reading", "quarter")
    assert device.written == 0
    for _ in range(3):
        await connect(live, Socket())
    before = device.written
    publish(live, "reading", "quarter")
    assert device.written == before + 2 * 3


async def test_one_client_gets_an_event_in_each_step():
    live = live_of()
    clients = await several(live, 3)
    live.publish("reading", "quarter")
    for served in (1, 2, 3):
        assert [len(events(client)) for client in clients] == [6] * served + [4] * (3 - served)
        assert bool(live.server.live_late) == (served < 3)  # for which long replies wait
        live.each_step()


async def test_events_that_come_too_fast_are_written_with_the_newest_figures():
    device = Device()
    live = live_of(device)
    clients = await several(live, 3)
    before = device.written
    for _ in range(2):
        live.publish("reading", "quarter")
    live.publish("peaks", "status")
    steps(live, 20)
    for client in clients:
        assert events(client)[4:] == ["reading", "quarter"] * 2 + ["peaks", "status"]
    assert device.written == before + 6 * 3


async def test_event_waits_for_room_in_the_system_memory_but_not_long():
    live = live_of()
    client = await connect(live, Socket())
    live.server.board.free -= 5000
    live.publish("reading", "quarter")
    steps(live, 2)
    assert events(client) == SNAPSHOT
    live.server.board.free += 5000
    live.each_step()
    assert events(client) == SNAPSHOT + ["reading", "quarter"]
    live.server.board.free -= 5000
    live.publish("reading", "quarter")
    steps(live, 5)
    assert events(client) == SNAPSHOT + ["reading", "quarter"] * 2


async def test_only_the_status_is_published_while_a_package_arrives():
    live = live_of()
    client = await connect(live, Socket())
    package = Socket()
    live.server._add(package, "192.168.1.20")
    package.asked = 2
    for events_ in (("reading", "quarter"), ("peaks",), ("status", "peaks")):
        publish(live, *events_)
    assert events(client) == SNAPSHOT + ["status"]
    live.device.update["waiting"] = {"presses": 1, "digest": "0" * 16}  # for BOOT, while no piece arrives
    publish(live, "reading", "quarter")
    assert events(client) == SNAPSHOT + ["status", "reading", "quarter"]
    live.device.update["waiting"] = None
    publish(live, "reading", "quarter")
    assert events(client) == SNAPSHOT + ["status", "reading", "quarter"]
    live.server.close(package)
    publish(live, "reading", "quarter")
    assert events(client) == SNAPSHOT + ["status", "reading", "quarter", "reading", "quarter"]


async def test_long_event_is_sent_in_long_segments():
    def write_long(name, device, write):
        for digit in "123":
            write(digit * 700)

    live = live_of()
    client = await connect(live, Socket())
    documents.write = write_long
    before = len(client.lengths)
    live.publish("reading", "quarter")
    documents.write = write
    whole = 2 * 2100 + len("event: reading\ndata: \n\nevent: quarter\ndata: \n\n")
    assert client.lengths[before:] == [850] * (whole // 850) + [whole % 850]


async def test_client_whose_connection_was_closed_gets_no_event():
    # Linux may have given the number of its socket to another connection.
    live = live_of()
    clients = await several(live, 3)
    live.publish("reading", "quarter")
    live.server.close(clients[1])
    steps(live, 3)
    assert [len(events(client)) for client in clients] == [6, 4, 6]


async def refused(live, party):
    try:
        await connect(live, Socket(), party)
    except Refused as refused:
        return refused.status
    return None


async def test_fourth_stream_is_refused():
    live = live_of()
    for _ in range(3):
        await connect(live, Socket())
    assert await refused(live, "192.168.1.10") == 503


TOKEN, OTHER_TOKEN = b"hash of a token", b"hash of another token"


async def test_holder_of_a_token_gets_the_oldest_stream_of_somebody_without():
    live = live_of()
    house = await connect(live, Socket(), TOKEN)
    await connect(live, Socket())
    new = await connect(live, Socket())
    owner = await connect(live, Socket(), TOKEN)
    assert live.clients() == [house, new, owner]
    publish(live, "reading", "quarter")
    for client in (house, new, owner):
        assert events(client) == SNAPSHOT + ["reading", "quarter"]


async def test_holder_of_a_token_gets_the_oldest_stream_where_all_have_one():
    live = live_of()
    clients = await several(live, 5, TOKEN)
    assert live.clients() == clients[2:]


async def test_party_with_most_streams_makes_room_for_another():
    live = live_of()
    clients = await several(live, 3, "192.168.1.66")
    household = await connect(live, Socket(), "192.168.1.10")
    assert live.clients() == clients[1:] + [household]
    for party in ("192.168.1.10", "192.168.1.66"):
        assert await refused(live, party) == 503  # its share is one


async def test_holder_of_a_token_with_most_streams_makes_room_for_another_holder():
    live = live_of()
    other = await connect(live, Socket(), OTHER_TOKEN)
    await connect(live, Socket(), TOKEN)
    new = await connect(live, Socket(), TOKEN)
    another = await connect(live, Socket(), OTHER_TOKEN)
    assert live.clients() == [other, new, another]


async def test_all_clients_are_dropped_to_be_looked_at_again():
    live = live_of()
    for party in (TOKEN, "192.168.1.10"):
        await connect(live, Socket(), party)
    live.look_again()
    assert live.clients() == live.server.open == []
    await connect(live, Socket())


class Left(Socket):
    """A connection whose client has left."""

    def read(self, count):
        return b""


async def test_client_that_leaves_makes_room_and_its_connection_is_closed():
    live = live_of()
    first, left, third = Socket(), Left(), Socket()
    for client in (first, left, third):
        await connect(live, client)
    live.server.sweep()
    fourth = await connect(live, Socket())
    assert events(fourth) == SNAPSHOT
    assert live.clients() == live.server.open == [first, third, fourth]


async def test_slow_client_is_dropped_and_the_others_go_on():
    live = live_of()
    slow = await connect(live, Socket())
    quick = await connect(live, Socket())
    slow.room = 1000
    publish(live, "reading", "quarter")
    assert live.server.open == [quick]
    publish(live, "reading", "quarter")
    assert events(quick) == SNAPSHOT + ["reading", "quarter"] * 2


async def test_dropped_client_gets_nothing_after_the_gap():
    # half an event and half of the next would look like one
    class Slow(Socket):
        def write(self, piece):
            count = super().write(piece)
            if not self.room:
                self.room = 100000
            return count

    live = live_of()
    slow = await connect(live, Slow())
    before = len(slow.written)
    slow.room = 10
    publish(live, "reading", "quarter")
    publish(live, "reading", "quarter")
    assert len(slow.written) == before + 10
    assert live.server.open == []


async def test_client_whose_socket_fails_is_dropped():
    live = live_of()
    broken = await connect(live, Socket())
    broken.broken = True
    publish(live, "reading", "quarter")
    assert live.server.open == []


async def test_events_of_the_time_of_a_snapshot_follow_it():
    live = live_of()
    client = Socket(room=2600)  # for less than the fourth document
    opening = asyncio.create_task(connect(live, client))
    while client.room:
        await asyncio.sleep_ms(1)
    begun = client.written
    for _ in range(2):
        publish(live, "reading", "quarter")
    assert client.written == begun  # no event came into the snapshot
    client.room = 1 << 20
    await opening
    assert events(client) == SNAPSHOT + ["reading", "quarter"]
    publish(live, "reading", "quarter")
    assert events(client) == SNAPSHOT + ["reading", "quarter"] * 2


async def test_one_client_after_the_other_gets_its_snapshot_and_a_slow_one_is_not_waited_for():
    live = live_of()
    slow = Socket(room=1000)
    first = asyncio.create_task(connect(live, slow))
    await asyncio.sleep(0)
    second = asyncio.create_task(connect(live, Socket()))
    begin = live.device.clock.ticks()
    await asyncio.sleep(0)
    assert slow.due
    client = await second
    assert events(client) == SNAPSHOT
    assert slow.due
    assert live.device.clock.ticks() - begin >= 900
    slow.room = 10000
    await first
    assert events(slow) == SNAPSHOT


async def test_page_waits_until_a_snapshot_is_sent():
    live = live_of()
    live.server.clock = Clock(1)
    slow = Socket(room=1000)
    snapshot = asyncio.create_task(connect(live, slow))
    await asyncio.sleep(0)
    page = asyncio.create_task(send_missing_page(live))
    await asyncio.sleep_ms(60)
    assert not page.done()
    slow.room = 10000
    await snapshot
    assert await page == 404


async def send_missing_page(live):
    """Return the status of the refusal, which comes when the page would be sent."""
    request = arrive(live, Socket())
    try:
        await live.server.send_long("server.pages", "send_page", request, "missing")
    except Refused as refused:
        return refused.status


async def test_client_that_gets_a_part_of_an_event_is_dropped():
    live = live_of()
    _, second = await several(live, 2)

    def fail(name, device, write):
        write('{"half')
        raise MemoryError

    documents.write = fail
    try:
        live.publish("reading", "quarter")
        raise AssertionError
    except MemoryError:
        pass
    documents.write = write
    steps(live, 1)
    assert live.server.open == [second]
    assert events(second) == SNAPSHOT + ["reading", "quarter"]


async def test_status_comes_every_ten_seconds():
    live = live_of()
    client = await connect(live, Socket())
    for _ in range(29):
        live.each_second()
    assert events(client) == SNAPSHOT + ["status"] * 2
