"""GET /api/live: server-sent events, a snapshot first, then each telegram as it comes.

An event is put together once, for all clients. It goes straight into a client's socket, and a client whose socket
does not take all of it is dropped: nobody waits for a slow one, and it comes back by itself with a new snapshot.
"""

import asyncio

from micropython import const
from web.server import Refused

_STREAMS = const(3)
_FRAME = const(3072)  # the longest: a reading of three phases with a message of 1024 characters
_STATUS_S = const(10)


class Live:
    """The streams that are open, and the one buffer that their events are put together in."""

    def __init__(self, api, clock):
        self._api = api
        self._clock = clock
        self._frame = bytearray(_FRAME)
        self._length = 0
        self._clients = []  # (socket, task)

    async def stream(self, request):
        if len(self._clients) >= _STREAMS:
            raise Refused(503, "Three clients are watching already")
        request.begin(200, "text/event-stream")
        for event in ("status", "peaks", "reading", "quarter"):
            self._event(event, request.write)
        await request.drain()
        client = (request.stream.s, asyncio.current_task())
        self._clients.append(client)
        try:
            while await request.stream.read(64):  # until it leaves; what it says does not matter
                pass
        except asyncio.CancelledError:
            pass  # dropped
        finally:
            self._clients.remove(client)

    def publish(self, *events):
        """Send events ("status", "peaks", "reading", "quarter") to all clients, in one write."""
        if not self._clients:
            return
        self._length = 0
        for event in events:
            self._event(event, self._add)
        frame = memoryview(self._frame)[: self._length]
        for end, task in self._clients:
            try:
                sent = end.write(frame)
            except OSError:
                sent = None
            if sent != self._length:
                task.cancel()

    async def run(self):
        """Tell how the device is, now and then; it also keeps a stream alive while the meter is silent."""
        while True:
            await self._clock.sleep(_STATUS_S)
            self.publish("status")

    def _event(self, event, write):
        write("event: %s\ndata: " % event)
        self._api.write(event, write)
        write("\n\n")

    def _add(self, piece):
        if isinstance(piece, str):
            piece = piece.encode()
        end = self._length + len(piece)
        if end > _FRAME:
            raise MemoryError("event")
        self._frame[self._length : end] = piece
        self._length = end
