"""Answers each HTTP request: with a document of the newest figures, or by a handler that is loaded for the request.

The contract is docs/openapi.yaml.
"""

from micropython import const

from api import documents
from overlay import load
from server.http import Refused

_JSON = const("application/json")
_TURNS = const(100)  # checks within five seconds whether the place for heavy requests is free
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
        self._busy = False  # with a handler of routes.py: memory has room for one at a time

    async def answer(self, request):
        """Answer a request. True if its connection stays open."""
        device = self._device
        path = request.path
        is_get = request.method == b"GET"
        name = _DOCUMENTS.get(path)
        if is_get and path == b"/api/live":
            return await device.live.stream(request)
        if is_get and name:
            request.begin(200, _JSON)
            self.write(name, request.write)
            await request.drain()
        elif is_get and path in (b"/", b"/index.html"):
            await load("server.files").send_page(request, "index")
        elif is_get and not path.startswith(b"/api/") and path != b"/update":
            await load("api.legacy").answer(device, request)
        else:
            await self._answer_alone(request)
        return False

    async def _answer_alone(self, request):
        for _ in range(_TURNS):
            if not self._busy:
                break
            await self._device.clock.sleep(0.05)
        else:
            raise Refused(503, "Busy with another request: try again", "Retry-After: 5\r\n")
        self._busy = True
        try:
            # Keep no reference to the handler, so that its module can be freed while its awaitable sends the reply.
            part = load("routes").find(self._device, request)(self._device, request)
            while part:
                part = await part
        finally:
            self._busy = False

    def write(self, name, write):
        """Write one document by the name of its event; "full reading" contains the closed months too."""
        device = self._device
        if name == "quarter":
            documents.quarter(device.coach, write)
        elif name == "peaks":
            load("api.peaks").write_peaks(device.peaks, device.card, write)
        elif name == "status":
            load("api.status").write_status(device, write)
        elif name == "samples":
            device.coach.quarter.write_json(write, True)
        else:
            documents.reading(device.reader.parser.reading, write, name == "full reading")
