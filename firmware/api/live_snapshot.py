"""Opening of a live stream, which begins with a snapshot of all figures. Loaded on demand.

At most three streams are open at the same time, for all parties together (server/http.py defines a party). If a client
opens a fourth stream, the oldest stream of the party with the most streams is closed. If the client has a token,
streams of clients without a token are closed first. A client without a token can be refused (server/places.py).
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
    live.server.sweep()  # close the streams whose clients have left
    clients = live.clients()
    if len(clients) >= _STREAMS:
        live.server.close(load("server.places").stream_for(request.party, clients))
    # `due` lists the events that the snapshot must still send. If an event is published during the snapshot,
    # api/live.py adds the event to `due`, so that the client misses no event.
    stream.due = due = ["status", "peaks", "reading", "quarter"]
    request.begin(200, "text/event-stream")
    # After a restart, all clients connect at the same time. Therefore even the first piece of the snapshot must wait
    # until the system memory has room.
    request.unpaced = 0
    while due:
        if len(due) == 1:
            # Set TCP_NODELAY. Otherwise lwIP would send the end of the snapshot and of each event only after the client
            # has acknowledged all earlier bytes.
            stream.s.setsockopt(_TCP, _NO_DELAY, 1)
        live.write_event(due[0], request.write)
        await request.drain()
        del due[0]
    return True
