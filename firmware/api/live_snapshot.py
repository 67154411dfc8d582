"""Opening of a live stream: its snapshot of all figures. Loaded on demand.

Parties share the streams (server/http.py): if all are in use, the party with the most loses its oldest one. A client
with a token comes before all clients without one.
"""

from micropython import const

from overlay import load

_STREAMS = const(3)
_TCP = const(6)  # IPPROTO_TCP and TCP_NODELAY, which not every port of MicroPython names
_NO_DELAY = const(1)


async def open_stream(live, request):
    """GET /api/live: send the snapshot, and let api/live.py send the events that follow. Return True."""
    stream = request.stream
    live.server.sweep()  # drops the streams of clients that have left
    clients = live.clients()
    if len(clients) >= _STREAMS:
        live.server.close(load("server.places").stream_for(request.party, clients))
    # Events that are published during the snapshot are added, so that the client misses none.
    stream.due = due = ["status", "peaks", "reading", "quarter"]
    request.begin(200, "text/event-stream")
    request.unpaced = (
        0  # each piece waits for room, because all clients connect at the same time after a restart
    )
    while due:
        if len(due) == 1:
            # Otherwise lwIP would keep the end of the snapshot, and of each event, until the rest is acknowledged.
            stream.s.setsockopt(_TCP, _NO_DELAY, 1)
        live.write_event(due[0], request.write)
        await request.drain()
        del due[0]
    return True
