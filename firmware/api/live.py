"""GET /api/live: server-sent events, a snapshot first, then each telegram as it comes.

An event is put together once, for all clients. It goes straight into a client's socket, and a client whose socket
does not take all of it is dropped: nobody waits for a slow one, and it comes back by itself with a new snapshot.
Where all streams are taken, the holder of a token gets the oldest one of somebody without.
"""

from micropython import const

from server.buffer import WriteBuffer
from server.http import Refused

_STREAMS = const(3)
_STATUS_S = const(10)


class Live:
    """The streams that are open, and the one buffer through which events reach them all.

    No task waits on a stream: it is only looked at when there is something to send.
    """

    def __init__(self, api, server, access):
        self._api = api
        self._server = server
        self._access = access
        self._pieces = WriteBuffer(self._send)
        self._clients = []  # streams, the oldest first
        self._known = []  # those of them that came with a token
        self._quiet_s = 0  # since the newest "status"

    async def stream(self, request):
        self._sweep()
        known = self._access.has_valid_token(request)
        if len(self._clients) >= _STREAMS:
            if not known:
                raise Refused(503, "Three clients are watching already")
            others = [client for client in self._clients if client not in self._known]
            self._drop((others or self._clients)[0])
        if known:
            self._known.append(request.stream)
        request.begin(200, "text/event-stream")
        for event in ("status", "peaks", "reading", "quarter"):
            self._event(event, request.write)
        self._clients.append(request.stream)  # before it waits: what comes meanwhile is not missed
        await request.drain()
        return True

    def publish(self, *events):
        """Send events ("status", "peaks", "reading", "quarter") to all clients."""
        self._sweep()
        if not self._clients:
            return
        try:
            for event in events:
                self._event(event, self._pieces.write)
        except MemoryError:
            for client in self._clients[:]:  # they may have half an event
                self._drop(client)
            raise
        finally:
            self._pieces.flush()

    def each_second(self):
        """Tell how the device is, now and then; it also keeps a stream alive while the meter is silent."""
        self._quiet_s += 1
        if self._quiet_s >= _STATUS_S:
            self._quiet_s = 0
            self.publish("status")

    def _event(self, event, write):
        write("event: %s\ndata: " % event)
        self._api.write(event, write)
        write("\n\n")

    def _send(self, piece):
        for client in self._clients[:]:
            try:
                # One that has not taken its snapshot yet would get this in the middle of it.
                taken = not client.out_buf and client.s.write(piece) == len(piece)
            except OSError:
                taken = False
            if not taken:
                self._drop(client)

    def _sweep(self):
        """Drop the clients that have left; what one says does not matter."""
        for client in self._clients[:]:
            try:
                left = client.s.read(64) == b""
            except OSError:
                left = True
            if left:
                self._drop(client)

    def _drop(self, client):
        self._clients.remove(client)
        if client in self._known:
            self._known.remove(client)
        self._server.close(client)
