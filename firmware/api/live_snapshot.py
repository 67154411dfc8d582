"""Opening of a live stream: its snapshot of all figures. Loaded on demand.

At most three streams are open, and parties share them (server/http.py defines a party). If a client opens a fourth
stream, the oldest stream of the party with the most streams is closed. For a client with a token, a stream of a client
without a token is closed if there is one. A client without a token can be refused (server/places.py).
"""

from micropython import const

from overlay import load

_STREAMS = const(3)
# The numbers of IPPROTO_TCP and of TCP_NODELAY, because some ports of MicroPython lack these names.
_TCP = const(6)
_NO_DELAY = const(1)


async def open_stream(live, request):
    """GET /api/live: send the snapshot, and let api/live.py send the later events.

    Return True, so that the connection stays open.
    """
    stream = request.stream
    live.server.sweep()  # closes the streams whose clients have left
    clients = live.clients()
    if len(clients) >= _STREAMS:
        live.server.close(load("server.places").stream_for(request.party, clients))
    # `due` lists the events that the snapshot must still send. If an event is published during the snapshot,
    # api/live.py adds it to this list, so that the client misses no event.
    stream.due = due = ["status", "peaks", "reading", "quarter"]
    request.begin(200, "text/event-stream")
    # After a restart, all clients connect at the same time. Therefore even the first piece of the snapshot must wait
    # until the system memory has room.
    request.unpaced = 0
    while due:
        if len(due) == 1:
            # Set TCP_NODELAY. Otherwise lwIP would send the end of the snapshot and of each event only after the client
            # has acknowledged the bytes before it.
            stream.s.setsockopt(_TCP, _NO_DELAY, 1)
        live.write_event(due[0], request.write)
        await request.drain()
        del due[0]
    return True
