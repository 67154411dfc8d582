"""The device's own interface: one path per screen or coordinator. The contract is docs/openapi.yaml."""

import gc
import json
import sys

from version import VERSION
from web import documents
from web.server import Refused

_JSON = "application/json"


class Api:
    """Handlers for /api/; `monitor` knows the parts (see main.py)."""

    def __init__(self, monitor):
        self._monitor = monitor

    def routes(self):
        return {
            b"/api/device": self._document("status"),
            b"/api/reading": self._document("full reading"),
            b"/api/quarter": self._document("quarter"),
            b"/api/peaks": self._document("peaks"),
            b"/api/telegram": self.telegram,
        }

    def _document(self, name):
        async def handler(request):
            request.begin(200, _JSON)
            self.write(name, request.write)
            await request.drain()

        return handler

    def write(self, name, write):
        """Write one document, named as the event that carries it; "full reading" has the closed months too."""
        monitor = self._monitor
        if name == "quarter":
            documents.quarter(monitor.coach, write)
        elif name == "peaks":
            documents.peaks(monitor.peaks, monitor.card, write)
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
            },
            "p1": monitor.reader.health(),
            "update": monitor.update,
        }

    async def telegram(self, request):
        """The newest telegram, byte for byte."""
        lines = self._monitor.reader.parser.lines
        if not lines:
            raise Refused(404, "No telegram yet")
        request.begin(200, "text/plain")
        for line in lines:
            request.write(line)
            request.write(b"\n")
        await request.drain()
