"""GET /api/live: server-sent events. A client receives a snapshot first, then the events of each telegram.

Each event is written once, straight to the sockets of all clients. If a client's socket does not accept the whole
event, the client is dropped, so that no client waits for a slow one. A dropped client connects again and gets a new
snapshot. If all streams are in use, a client with a token replaces the oldest client without a token.
api/documents.py writes the JSON of each event.
"""

from micropython import const

from api import documents
from server.buffer import WriteBuffer
from server.http import Refused

_STREAMS = const(3)
_STATUS_S = const(10)


class Live:
    """The open live streams, and the write buffer that they share.

    A stream has no task, because it is used only when there is an event to send.
    """

    def __init__(self, device, server, access):
        self._device = device
        self._server = server
        self._access = access
        self._pieces = WriteBuffer(self._send)
        self._clients = []  # open streams, the oldest first
        self._with_token = []  # open streams of clients with a token
        self._quiet_s = 0  # seconds since the newest "status" event

    async def stream(self, request):
        self._drop_closed()
        known = self._access.has_valid_token(request)
        if len(self._clients) >= _STREAMS:
            if not known:
                raise Refused(503, "Three clients are watching already")
            others = [client for client in self._clients if client not in self._with_token]
            self._drop((others or self._clients)[0])
        if known:
            self._with_token.append(request.stream)
        request.begin(200, "text/event-stream")
        for event in ("status", "peaks", "reading", "quarter"):
            self._event(event, request.write)
        # Add the client before the first await, so that the client misses no event.
        self._clients.append(request.stream)
        await request.drain()
        return True

    def publish(self, *events):
        """Send events ("status", "peaks", "reading", "quarter") to all clients."""
        self._drop_closed()
        if not self._clients:
            return
        try:
            for event in events:
                self._event(event, self._pieces.write)
        except MemoryError:
            self.look_again()  # each client may have received only a part of an event
            raise
        finally:
            self._pieces.flush()

    def look_again(self):
        """Drop all clients. Those that may still read connect again."""
        for client in self._clients[:]:
            self._drop(client)

    def each_second(self):
        """Publish the status every 10 s. This also keeps streams open while the meter sends nothing."""
        self._quiet_s += 1
        if self._quiet_s >= _STATUS_S:
            self._quiet_s = 0
            self.publish("status")

    def _event(self, event, write):
        write("event: %s\ndata: " % event)
        documents.write(event, self._device, write)
        write("\n\n")

    def _send(self, piece):
        for client in self._clients[:]:
            try:
                # Drop a client whose snapshot is still being sent, because the event would be inside the snapshot.
                taken = not client.out_buf and client.s.write(piece) == len(piece)
            except OSError:
                taken = False
            if not taken:
                self._drop(client)

    def _drop_closed(self):
        """Drop the clients that have closed their connection. Bytes that a client sends are discarded."""
        for client in self._clients[:]:
            try:
                left = client.s.read(64) == b""
            except OSError:
                left = True
            if left:
                self._drop(client)

    def _drop(self, client):
        self._clients.remove(client)
        if client in self._with_token:
            self._with_token.remove(client)
        self._server.close(client)
