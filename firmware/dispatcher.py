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
# Most bytes of a body that is read before the request has its turn. Only an update package is longer.
_BODY = const(2048)
# Most bytes of the body of a request without a token: fewer, because several such bodies can be in memory at a time.
_OPEN_BODY = const(1536)
_BODY_S = const(5)
# Bytes of Python's heap that must be free for a handler and its reply. If less were free, the heap would take a third
# area.
_FREE = const(12 << 10)
_PARTIES = const(5)  # the newest turns of this number of parties are remembered: one for each connection
_DOCUMENTS = {
    b"/api/device": "status",
    b"/api/reading": "full reading",
    b"/api/quarter": "quarter",
    b"/api/peaks": "peaks",
    b"/current/quarter": "samples",  # the original firmware's pages poll this path every few seconds
}


class Dispatcher:
    """Dispatcher of HTTP requests for the parts of `device`, the Device of device.py."""

    def __init__(self, device):
        self._device = device
        self._running = None  # request whose handler of routes.py runs. Memory has room for only one handler.
        self._waiting = []  # requests that wait for their turn, the oldest first
        self._served = []  # parties that had the turn lately, the newest last

    async def answer(self, request):
        """Answer a request. Return True if its connection stays open."""
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
            return await device.live.stream(request)
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

        The token is checked first, and the body is read before the request waits for its turn. A handler gives its turn
        back if its client is slow or another request waits. It then returns (module, function, *arguments): the call
        that continues the reply.
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
                # Keep no reference to the handler. Its module can then be freed while the awaitable sends the reply.
                step = getattr(load(step[0]), step[1])(device, request, *step[2:])
                while step and not isinstance(step, tuple):
                    step = await step
            finally:
                self._running = None
            waits = -1  # the reply has begun, so that no refusal is possible
            if step:
                await load("server.pacing").send_queue(request)

    async def _take_turn(self, request, waits):
        """Wait until no handler runs, and no other request comes first. Raise Refused after `waits` waits.

        A party is a client with a valid token, or all other clients of one IPv4 address. Parties that had no turn
        lately come first: those with a token, then the others. After them comes the party whose last turn is longest
        ago. Of several requests with the same place in this order, the oldest comes first.
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
        # A party with a token is the hash of the token, which is bytes. Any other party is an address, which is text.
        return (self._served.index(party) + 1 if party in self._served else 0, isinstance(party, str))
