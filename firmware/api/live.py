"""GET /api/live: server-sent events. A client receives a snapshot first, then the events of each telegram.

Each event is written once, straight to the sockets of all clients. If a client's socket does not accept the whole
event, the client is dropped, so that no client waits for a slow one. A dropped client connects again and gets a new
snapshot. Parties share the streams (server/http.py): if all are in use, the party with the most loses its oldest one. A
client with a token comes before all clients without one.
api/documents.py writes the JSON of each event.
"""

from micropython import const

from api import documents
from overlay import load
from server.buffer import WriteBuffer

_STREAMS = const(3)
_STATUS_S = const(10)
_SPOKEN = const(1024)  # bytes that a client may send on its stream


class Live:
    """The open live streams, and the write buffer that they share.

    A stream has no task, because it is used only when there is an event to send.
    """

    def __init__(self, device, server):
        self._device = device
        self._server = server
        self._pieces = WriteBuffer(self._send)
        self._clients = []  # open streams, the oldest first
        self._quiet_s = 0  # seconds since the newest "status" event

    async def stream(self, request):
        self._drop_closed()
        if len(self._clients) >= _STREAMS:
            self._drop(load("server.places").stream_for(request.party, self._clients))
        request.stream.spoken = 0
        request.begin(200, "text/event-stream")
        for event in ("status", "peaks", "reading", "quarter"):
            self._event(event, request.write)
        # Add the client before the first await, so that the client misses no event.
        self._clients.append(request.stream)
        await request.drain()
        return True

    def publish(self, *events):
        """Send events ("status", "peaks", "reading", "quarter") to all clients."""
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
        self._drop_closed()
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
        """Drop the clients that have closed their connection, or that send more than 1 KB after their request.

        Bytes that nobody reads would fill the memory of ESP-IDF.
        """
        for client in self._clients[:]:
            try:
                spoken = client.s.read(64)
                while spoken and client.spoken < _SPOKEN:
                    client.spoken += len(spoken)
                    spoken = client.s.read(64)
            except OSError:
                spoken = b""
            if spoken is not None:
                self._drop(client)

    def _drop(self, client):
        self._clients.remove(client)
        self._server.close(client)
