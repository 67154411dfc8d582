"""Dispatcher of HTTP requests: sends a document of the newest figures, or loads a handler for the request.

docs/openapi.yaml describes all requests and replies.
"""

import gc
from micropython import const

from api import documents
from overlay import load
from server.http import Refused

_JSON = const("application/json")
_WAITS = const(100)  # a request waits at most this number of times, 0.05 s each time, for its turn
# A request body of at most this number of bytes is read before the request has its turn. Only an update package is
# longer.
_BODY = const(2048)
# Maximum number of bytes in the body of a request without a token. The limit is lower than _BODY, because several such
# bodies can be in memory at the same time.
_OPEN_BODY = const(1536)
_BODY_S = const(5)
# A handler and its reply need up to this number of bytes of Python's heap. If fewer bytes are free, even after a
# garbage collection, the request is refused. Otherwise the heap could take a third area.
_FREE = const(12 << 10)
# The dispatcher remembers this number of parties that had a turn lately, as many as there can be connections.
_PARTIES = const(5)
_DOCUMENTS = {
    b"/api/device": "status",
    b"/api/reading": "full reading",
    b"/api/quarter": "quarter",
    b"/api/peaks": "peaks",
    b"/current/quarter": "samples",  # the original firmware's pages poll this path every few seconds
}


class Dispatcher:
    """Dispatcher of HTTP requests. `device` is the Device of device.py."""

    def __init__(self, device):
        self._device = device
        self._running = None  # request whose handler of routes.py runs. Memory has room for only one handler.
        self._waiting = []  # requests that wait for their turn, the oldest first
        self._served = []  # parties that had the turn lately, the newest last

    async def answer(self, request):
        """Answer a request. Return True if the request's connection stays open."""
        device = self._device
        path = request.path
        document = _DOCUMENTS.get(path)
        request.stream.asked = not request.unread
        if request.method != b"GET":
            await self._answer_in_turn(request)
        elif document:
            request.begin(200, _JSON)
            documents.write(document, device, request.write)
        elif path == b"/api/live":
            return await request.server.send_long("api.live_snapshot", "open_stream", device.live, request)
        elif path in (b"/", b"/index.html", b"/update"):
            name = "update" if path == b"/update" else "index"
            await request.server.send_long("server.pages", "send_page", request, name)
        elif path.startswith(b"/api/"):
            await self._answer_in_turn(request)
        else:
            await load("api.legacy").answer(device, request)
        return False

    async def _answer_in_turn(self, request):
        """Run the request's handler of routes.py when no other handler runs.

        The token is checked and the body is read before the request waits for its turn. A turn may end before the reply
        is complete, because the client is slow or another request waits. In this case the handler returns
        (module, function, *arguments): the function that continues the reply in the request's next turn.
        """
        device = self._device
        step = load("routes").handler_of(device, request)
        if request.unread > _OPEN_BODY and isinstance(request.party, str):
            raise Refused(413, "Request body too long: at most %d bytes without a token" % _OPEN_BODY)
        if 0 < request.unread <= _BODY:
            await device.clock.limit(load("server.rest_of_request").read_ahead(request), _BODY_S)
        request.stream.asked = 1 + (request.unread > _BODY)
        request.waiting = self._waiting
        waits = _WAITS
        while step:
            await self._take_turn(request, waits)
            try:
                room = device.board.python_bytes - _FREE
                if gc.mem_alloc() > room:
                    gc.collect()
                    if waits > 0 and gc.mem_alloc() > room:
                        raise Refused(503, "Out of memory, try again", "Retry-After: 5\r\n")
                # Keep no reference to the handler. The module of the handler can be freed while the reply is sent.
                step = getattr(load(step[0]), step[1])(device, request, *step[2:])
                while step and not isinstance(step, tuple):
                    step = await step
            finally:
                self._running = None
            waits = -1  # the reply has begun, so the request can no longer be refused
            if step:
                await load("server.pacing").send_queue(request)

    async def _take_turn(self, request, waits):
        """Wait until no handler runs, and until this request is the first in the order of turns.

        Raise Refused after `waits` waits of 0.05 s without a turn. If `waits` is negative, wait without a limit.

        A party is a client with a valid token, or all other clients of one IPv4 address. The order of turns is:
        1. parties with a token that had no turn lately
        2. parties without a token that had no turn lately
        3. parties that had a turn lately, first the party whose last turn is longest ago
        Requests with the same place in this order have their turns in the order of their arrival.
        """
        served = self._served
        self._waiting.append(request)
        try:
            while self._running or request is not min(self._waiting, key=self._place):
                if not waits:
                    raise Refused(503, "Busy with another request: try again", "Retry-After: 5\r\n")
                waits -= 1
                await self._device.clock.sleep(0.05)
        finally:
            self._waiting.remove(request)
        self._running = request
        if request.party in served:
            served.remove(request.party)
        served.append(request.party)
        del served[:-_PARTIES]

    def _place(self, request):
        """Return the place of a request in the order of turns; the lowest comes first."""
        party = request.party
        # `party` is the hash of the client's token (bytes), or the client's address (str) if it has no token.
        return (self._served.index(party) + 1 if party in self._served else 0, isinstance(party, str))
