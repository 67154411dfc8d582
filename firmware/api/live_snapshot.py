"""Opening of a live stream: its snapshot of all figures. Loaded on demand.

At most three streams are open, and parties share them (server/http.py defines a party). If all are in use and a client
opens another stream, the oldest stream of the party with the most streams is closed. A client with a token first takes
the place of a client without a token.
"""

from micropython import const

from overlay import load

_STREAMS = const(3)
_TCP = const(
    6
)  # the numbers of IPPROTO_TCP and TCP_NODELAY, because some ports of MicroPython lack these names
_NO_DELAY = const(1)


async def open_stream(live, request):
    """GET /api/live: send the snapshot, and let api/live.py send the events that follow. Return True."""
    stream = request.stream
    live.server.sweep()  # drops the streams of clients that have left
    clients = live.clients()
    if len(clients) >= _STREAMS:
        live.server.close(load("server.places").stream_for(request.party, clients))
    # api/live.py adds each event that is published during the snapshot to `due`, so that the client misses no event.
    stream.due = due = ["status", "peaks", "reading", "quarter"]
    request.begin(200, "text/event-stream")
    # Let also the first piece wait for room in the system memory, because after a restart all clients connect at the
    # same time.
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
