"""api/live.py: what the streams are sent, and that none of them waits for another."""

from api import documents
from api.live import Live
from board.clock import Clock
from server.http import Refused, Request


class Socket:
    """A client's socket and the stream around it: keeps what it took, of all that comes at most `room` bytes."""

    def __init__(self, room=100000):
        self.taken = b""
        self.room = room
        self.left = self.broken = False
        self.spoken_later = b""  # what the client sends
        self.out_buf = b""  # what waits in the stream
        self.s = self

    def write(self, piece):
        if self.broken:
            raise OSError(104)
        count = min(self.room, len(piece))
        self.room -= count
        self.taken += bytes(piece[:count])
        return count or None

    async def drain(self):
        pass

    def read(self, count):
        if self.spoken_later:
            said, self.spoken_later = self.spoken_later[:count], self.spoken_later[count:]
            return said
        return b"" if self.left else None


class Server:
    """What a stream needs of its server."""

    def __init__(self):
        self.closed = []

    def close(self, end):
        self.closed.append(end)


class Device:
    """Has no figures: each document is its name and a long number."""

    def __init__(self):
        self.written = 0


def write(name, device, write):
    device.written += 1
    write('{"%s":%s}' % (name, "1" * 700))


documents.write = write


SNAPSHOT = ["status", "peaks", "reading", "quarter"]


async def connect(live, socket, party="192.168.1.10"):
    request = Request(socket, Clock(), b"GET /api/live HTTP/1.1\r\n\r\n")
    request.party = socket.party = party
    assert await live.stream(request) is True
    return socket


def events(socket):
    """The names of the events that a client got, each of them whole."""
    names = []
    for block in socket.taken[socket.taken.find(b"\r\n\r\n") + 4 :].split(b"\n\n")[:-1]:
        name = block[7 : block.find(b"\n")].decode()
        assert block == ('event: %s\ndata: {"%s":%s}' % (name, name, "1" * 700)).encode(), block
        names.append(name)
    return names


async def test_stream_opens_with_all_documents_and_goes_on_with_events():
    live = Live(Device(), Server())
    client = await connect(live, Socket())
    assert events(client) == SNAPSHOT
    live.publish("reading", "quarter")
    assert events(client) == SNAPSHOT + ["reading", "quarter"]


async def test_event_is_put_together_once_for_all_and_never_for_nobody():
    device = Device()
    live = Live(device, Server())
    live.publish("reading")
    assert device.written == 0
    for _ in range(3):
        await connect(live, Socket())
    before = device.written
    live.publish("reading", "quarter")
    assert device.written == before + 2


async def test_fourth_stream_is_refused():
    live = Live(Device(), Server())
    for _ in range(3):
        await connect(live, Socket())
    status = None
    try:
        await connect(live, Socket())
    except Refused as refused:
        status = refused.status
    assert status == 503


TOKEN, OTHER_TOKEN = b"hash of a token", b"hash of another token"


async def test_holder_of_a_token_gets_the_oldest_stream_of_somebody_without():
    server = Server()
    live = Live(Device(), server)
    house = await connect(live, Socket(), TOKEN)
    old = await connect(live, Socket())
    new = await connect(live, Socket())
    owner = await connect(live, Socket(), TOKEN)
    assert server.closed == [old]
    live.publish("reading")
    for client in (house, new, owner):
        assert events(client) == SNAPSHOT + ["reading"]


async def test_holder_of_a_token_gets_the_oldest_stream_where_all_have_one():
    server = Server()
    live = Live(Device(), server)
    first = await connect(live, Socket(), TOKEN)
    second = await connect(live, Socket(), TOKEN)
    for _ in range(3):
        await connect(live, Socket(), TOKEN)
    assert server.closed == [first, second]


async def test_party_with_most_streams_makes_room_for_another():
    server = Server()
    live = Live(Device(), server)
    first = await connect(live, Socket(), "192.168.1.66")
    for _ in range(2):
        await connect(live, Socket(), "192.168.1.66")
    await connect(live, Socket(), "192.168.1.10")
    assert server.closed == [first]
    for party in ("192.168.1.10", "192.168.1.66"):
        try:
            await connect(live, Socket(), party)
        except Refused:
            continue
        raise AssertionError(party)  # its share is one


async def test_holder_of_a_token_with_most_streams_makes_room_for_another_holder():
    server = Server()
    live = Live(Device(), server)
    await connect(live, Socket(), OTHER_TOKEN)
    old = await connect(live, Socket(), TOKEN)
    await connect(live, Socket(), TOKEN)
    await connect(live, Socket(), OTHER_TOKEN)
    assert server.closed == [old]


async def test_client_that_sends_more_than_a_kilobyte_is_dropped():
    server = Server()
    live = Live(Device(), server)
    brief = await connect(live, Socket())
    wordy = await connect(live, Socket())
    brief.spoken_later, wordy.spoken_later = b"x" * 1000, b"x" * 1100
    live.each_second()
    assert server.closed == [wordy]
    brief.spoken_later = b"x" * 100
    live.each_second()
    assert server.closed == [wordy, brief]


async def test_all_clients_are_dropped_to_be_looked_at_again():
    server = Server()
    live = Live(Device(), server)
    clients = [await connect(live, Socket(), TOKEN), await connect(live, Socket())]
    live.look_again()
    assert server.closed == clients
    await connect(live, Socket())


async def test_client_that_leaves_makes_room_and_its_connection_is_closed():
    server = Server()
    live = Live(Device(), server)
    clients = [Socket(), Socket(), Socket()]
    for client in clients:
        await connect(live, client)
    clients[1].left = True
    fourth = await connect(live, Socket())
    assert events(fourth) == SNAPSHOT
    assert server.closed == [clients[1]]


async def test_slow_client_is_dropped_and_the_others_go_on():
    server = Server()
    live = Live(Device(), server)
    slow = await connect(live, Socket())
    quick = await connect(live, Socket())
    slow.room = 1000
    live.publish("reading", "quarter")
    assert server.closed == [slow]
    live.publish("reading", "quarter")
    assert events(quick) == SNAPSHOT + ["reading", "quarter"] * 2


async def test_dropped_client_gets_nothing_after_the_gap():
    # half an event and half of the next would look like one
    server = Server()
    live = Live(Device(), server)
    slow = await connect(live, Socket())
    before = len(slow.taken)
    write = slow.write

    def write_and_recover(piece):
        count = write(piece)
        slow.room = 100000
        return count

    slow.write = write_and_recover
    slow.room = 10
    live.publish("reading", "quarter")
    assert len(slow.taken) == before + 10
    assert server.closed == [slow]


async def test_client_whose_socket_fails_is_dropped_once():
    server = Server()
    live = Live(Device(), server)
    broken = await connect(live, Socket())
    broken.broken = True
    live.publish("reading", "quarter")
    live.publish("reading", "quarter")
    assert server.closed == [broken]


async def test_client_that_has_not_taken_its_snapshot_gets_no_event_into_it():
    server = Server()
    live = Live(Device(), server)
    client = await connect(live, Socket())
    before = client.taken
    client.out_buf = b"rest of the snapshot"
    live.publish("reading")
    assert client.taken == before
    assert server.closed == [client]


async def test_event_that_finds_no_memory_leaves_no_half_event():
    server = Server()
    live = Live(Device(), server)
    client = await connect(live, Socket())

    def fail(name, device, write):
        write('{"half')
        raise MemoryError

    documents.write = fail
    try:
        live.publish("reading")
    except MemoryError:
        pass
    documents.write = write
    assert server.closed == [client]
    another = await connect(live, Socket())
    live.publish("reading")
    assert events(another) == SNAPSHOT + ["reading"]


async def test_status_comes_every_ten_seconds():
    live = Live(Device(), Server())
    client = await connect(live, Socket())
    for _ in range(29):
        live.each_second()
    assert events(client) == SNAPSHOT + ["status"] * 2
