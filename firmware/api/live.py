"""GET /api/live: server-sent events. A client receives a snapshot first, then the events of each telegram.

Ten times a second, the newest event is sent to one client. Sending an event to all clients at the same time would take
too much of the system memory. No event is stored, because a stored event would take up to 3 KB of Python's heap until
the last client has received the event. Each event is written again for each client, straight to the client's socket. If
the socket does not accept the whole event, the client is disconnected, so that the other clients do not wait for a slow
client. A disconnected client connects again and gets a new snapshot.

api/live_snapshot.py opens a stream. api/documents.py writes the JSON of each event.
"""

from micropython import const

from api import documents
from overlay import load
from server.buffer import WriteBuffer

_STATUS_S = const(10)
# Number of bytes in one piece of an event. The events of a meter with three phases and gas fit into two pieces.
_PIECE = const(850)
# An event is sent while all connections together use less than this number of bytes of the system memory.
_BESIDE = const(4500)
# Maximum number of steps, of 0.1 s each, for which an event waits for room in the system memory. After the last step,
# the event is sent anyway.
_PATIENCE = const(5)


class Live:
    """The open live streams, and the events that are sent to the clients.

    No stream has a task of its own, because a stream is used only when there is an event to send.
    """

    def __init__(self, device, server):
        self.device = device
        self.server = server
        self._due = []  # names of events to send after the events in `_events`
        self._events = []  # names of events that are being sent
        self._late = []  # clients to which the events in `_events` are not sent yet
        # number of steps, of 0.1 s each, for which the first client in `_late` has waited for room in the system memory
        self._waited = 0
        self._quiet_s = 0  # seconds since the newest "status" event

    def clients(self):
        """Return the open live streams, the oldest first.

        The attribute `due` of a stream is None unless the stream is a live stream. A new live stream begins with one
        event of each kind. `due` lists those of them that are not sent yet.
        """
        return [stream for stream in self.server.open if stream.due is not None]

    def publish(self, *events):
        """Send events ("status", "peaks", "reading", "quarter") to all clients.

        While an update package arrives, send "status" only, because the package and the other events together would
        take too much of the system memory. A package that waits for BOOT does not arrive.
        """
        if 2 in [stream.asked for stream in self.server.open] and not self.device.update["waiting"]:
            events = events[: events[0] == "status"]
        if self.clients():
            self._due += [event for event in events if event not in self._due]
            self.each_step()

    def look_again(self):
        """Disconnect all clients. Each client connects again, and is refused if it may no longer read."""
        for client in self.clients():
            self.server.close(client)

    def each_second(self):
        """Publish the status every 10 s, also to keep the streams open while the meter sends nothing."""
        self._quiet_s += 1
        if self._quiet_s >= _STATUS_S:
            self._quiet_s = 0
            self.publish("status")

    def each_step(self):
        """Send the newest events to the next client, if the system memory has room."""
        if self._due and not self._late:
            self._begin()
        if self._late:
            self._waited += 1
            if self._waited > _PATIENCE:
                load("server.pacing").relent(self.server, _BESIDE)
            elif not self.server.room(_BESIDE):
                return
            self._waited = 0
            self._send(self._late.pop(0))

    def _begin(self):
        """Choose the next events. A reading and a quarter are sent together."""
        count = 1 + (self._due[0] == "reading")
        self._events = self._due[:count]
        del self._due[:count]
        self.server.live_late = self._late = []
        for client in self.clients():
            if client.due:
                # Do not add an event that is still in `due`, because the snapshot will send the newest figures anyway.
                # But add the first event in `due` again, because the snapshot is sending this event with older figures.
                client.due += [event for event in self._events if event not in client.due[1:]]
            else:
                self._late.append(client)

    def write_event(self, event, write):
        """Write an event in pieces, by calls of `write`."""
        write("event: %s\ndata: " % event)
        documents.write(event, self.device, write)
        write("\n\n")

    def _send(self, client):
        def put(piece):
            if client not in self.server.open or client.s.write(piece) != len(piece):
                raise OSError

        pieces = WriteBuffer(put, _PIECE)
        try:
            for event in self._events:
                self.write_event(event, pieces.write)
            pieces.flush()
        except OSError:
            self.server.close(client)
        except MemoryError:
            self.server.close(client)  # the client may have received only a part of an event
            raise
