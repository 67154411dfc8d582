"""The device's own interface: one path per screen or coordinator. The contract is docs/openapi.yaml."""

import gc
import json
import sys

from loading import borrow
from version import VERSION
from web import documents
from web.server import Refused

_JSON = "application/json"
_DOCUMENTS = {
    b"/api/device": "status",
    b"/api/reading": "full reading",
    b"/api/quarter": "quarter",
    b"/api/peaks": "peaks",
}


class Api:
    """Handlers for /api/; `monitor` knows the parts (see main.py)."""

    def __init__(self, monitor):
        self._monitor = monitor

    async def answer(self, request):
        """The newest of everything, and the running quarter as the first interface has it."""
        path = request.path
        monitor = self._monitor
        if path == b"/api/telegram":
            lines = monitor.reader.parser.lines
            if not lines:
                raise Refused(404, "No telegram yet")
            request.begin(200, "text/plain")
            for line in lines:
                request.write(line)
                request.write(b"\n")
        elif path in _DOCUMENTS:
            request.begin(200, _JSON)
            self.write(_DOCUMENTS[path], request.write)
        elif path == b"/current/quarter":  # old pages poll it every few seconds
            request.begin(200, _JSON)
            monitor.coach.quarter.write_json(request.write, True)
        elif path.startswith(b"/api/") or path == b"/update":
            await monitor.access.seldom(request)
            return
        else:
            await borrow("web.stored", "answer")(monitor, request)
            return
        await request.drain()

    def write(self, name, write):
        """Write one document, named as the event that carries it; "full reading" has the closed months too."""
        monitor = self._monitor
        if name == "quarter":
            documents.quarter(monitor.coach, write)
        elif name == "peaks":
            borrow("web.peaks", "write_peaks")(monitor.peaks, monitor.card, write)
        elif name == "status":
            write(json.dumps(self._status()))
        else:
            documents.reading(monitor.reader.parser.reading, write, name == "full reading")

    def _status(self):
        monitor = self._monitor
        board, card, config = monitor.board, monitor.card, monitor.config
        moment = monitor.reader.parser.reading.get("time")
        return {
            "id": board.id,
            "name": monitor.name(),
            "board": board.name,
            "firmware": VERSION,
            "micropython": "%d.%d.%d" % sys.implementation.version[:3],
            "uptime_s": monitor.clock.uptime_s(),
            "reset_cause": board.reset_cause(),
            "crash": monitor.log.crash_line,
            "clock": {
                "source": "meter" if moment else None,
                "time": documents.iso(*moment) if moment else None,
            },
            "capacity": {
                "area": config["area"],
                "target_w": config["target_w"],
                "counted_from": config["counted_from"],
            },
            "wifi": board.wifi_status(),
            "heap": {"used_bytes": gc.mem_alloc(), "free_bytes": gc.mem_free()},
            "card": {
                "state": card.state,
                "size_bytes": card.size_bytes,
                "free_bytes": card.free_bytes,
                "error": card.error,
                "waiting_quarters": monitor.recorder.waiting,
                "lost_quarters": monitor.recorder.lost,
                "nearly_full": card.nearly_full,
            },
            "p1": monitor.reader.health(),
            "update": monitor.update,
        }
