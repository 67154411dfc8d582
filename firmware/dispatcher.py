"""Answers each HTTP request: with a document of the newest figures, or by a handler that is loaded for the request.

The contract is docs/openapi.yaml.
"""

from micropython import const

from api import documents
from overlay import load
from server.http import Refused

_JSON = const("application/json")
_WAITS = const(100)  # of 0.05 s, until another request of routes.py is answered
_DOCUMENTS = {
    b"/api/device": "status",
    b"/api/reading": "full reading",
    b"/api/quarter": "quarter",
    b"/api/peaks": "peaks",
    b"/current/quarter": "samples",  # old pages poll this every few seconds
}


class Dispatcher:
    """`device` has the parts (device.py)."""

    def __init__(self, device):
        self._device = device
        self._busy = False  # runs a handler of routes.py: memory has room for one at a time

    async def answer(self, request):
        """Answer a request. True if its connection stays open."""
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
        """Answer by a handler of routes.py once no other one runs. Refused if that takes longer than five seconds."""
        device = self._device
        for _ in range(_WAITS):
            if not self._busy:
                break
            await device.clock.sleep(0.05)
        else:
            raise Refused(503, "Busy with another request: try again", "Retry-After: 5\r\n")
        self._busy = True
        try:
            # Keep no reference to the handler, so that its module can be freed while its awaitable sends the reply.
            reply = load("routes").handler_of(device, request)(device, request)
            while reply:
                reply = await reply
        finally:
            self._busy = False
