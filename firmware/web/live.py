"""GET /api/live: server-sent events, a snapshot first, then each telegram as it comes.

An event is put together once, for all clients. It goes straight into a client's socket, and a client whose socket
does not take all of it is dropped: nobody waits for a slow one, and it comes back by itself with a new snapshot.
"""

import asyncio
from micropython import const

from web.pieces import Pieces
from web.server import Refused

_STREAMS = const(3)
_STATUS_S = const(10)


class Live:
    """The streams that are open, and the one buffer through which events reach them all."""

    def __init__(self, api, clock):
        self._api = api
        self._clock = clock
        self._pieces = Pieces(self._send)
        self._clients = []  # (socket, task)

    async def stream(self, request):
        if len(self._clients) >= _STREAMS:
            raise Refused(503, "Three clients are watching already")
        request.begin(200, "text/event-stream")
        for event in ("status", "peaks", "reading", "quarter"):
            self._event(event, request.write)
        await request.drain()
        stream = request.release()
        client = (stream.s, asyncio.current_task())
        self._clients.append(client)
        try:
            while await stream.read(64):  # until it leaves; what it says does not matter
                pass
        except asyncio.CancelledError:
            pass  # dropped
        finally:
            self._clients.remove(client)

    def publish(self, *events):
        """Send events ("status", "peaks", "reading", "quarter") to all clients."""
        if self._clients:
            for event in events:
                self._event(event, self._pieces.write)
            self._pieces.flush()

    async def run(self):
        """Tell how the device is, now and then; it also keeps a stream alive while the meter is silent."""
        while True:
            await self._clock.sleep(_STATUS_S)
            self.publish("status")

    def _event(self, event, write):
        write("event: %s\ndata: " % event)
        self._api.write(event, write)
        write("\n\n")

    def _send(self, piece):
        for end, task in self._clients:
            try:
                sent = end.write(piece)
            except OSError:
                sent = None
            if sent != len(piece):
                task.cancel()
