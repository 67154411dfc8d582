"""Dispatcher of HTTP requests: sends a document of the newest figures, or loads a handler for the request.

docs/openapi.yaml describes all requests and replies.
"""

from micropython import const

from api import documents
from overlay import load
from server.http import Refused

_JSON = const("application/json")
_WAITS = const(100)  # maximum number of waits, of 0.05 s each, for another handler to end
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
        self._busy = False  # True while a handler of routes.py runs. Memory has room for only one handler.

    async def answer(self, request):
        """Answer a request. Return True if its connection stays open."""
        device = self._device
        path = request.path
        document = _DOCUMENTS.get(path)
        if request.method != b"GET" or path == b"/update":
            await self._answer_in_turn(request)
        elif document:
            request.begin(200, _JSON)
            documents.write(document, device, request.write)
            await request.drain()
        elif path == b"/api/live":
            return await device.live.stream(request)
        elif path in (b"/", b"/index.html"):
            await load("server.files").send_page(request, "index")
        elif path.startswith(b"/api/"):
            await self._answer_in_turn(request)
        else:
            await load("api.legacy").answer(device, request)
        return False

    async def _answer_in_turn(self, request):
        """Wait until no other handler of routes.py runs, then run the request's handler. Raise Refused after 5 s."""
        device = self._device
        for _ in range(_WAITS):
            if not self._busy:
                break
            await device.clock.sleep(0.05)
        else:
            raise Refused(503, "Busy with another request: try again", "Retry-After: 5\r\n")
        self._busy = True
        try:
            # Keep no reference to the handler. Its module can then be freed while the awaitable sends the reply.
            reply = load("routes").handler_of(device, request)(device, request)
            while reply:
                reply = await reply
        finally:
            self._busy = False
