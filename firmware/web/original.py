"""The interface that the monitor has always had, key by key, so that old pages, scripts and cards go on working.

Numbers are integer watts, production is 0 or negative; a quarter is named by its id (`demand/quarter.py`). Here is
what an old page polls every few seconds; the rest is `web/stored.py`, loaded when it is asked for.
"""

from loading import borrow

_JSON = "application/json"


class Original:
    """Handlers for the paths of old; `monitor` knows the parts (see main.py)."""

    def __init__(self, monitor):
        self._monitor = monitor

    def routes(self):
        return {
            b"/current/quarter": self.current_quarter,
            b"/current/": self.stored,
            b"/watt": self.stored,
            b"/meter/": self.stored,
            b"/historic/": self.stored,
            b"/crashlog.txt": self.stored,
            b"/description.xml": self.stored,
        }

    async def current_quarter(self, request):
        """The running quarter: an object like a stored one, with its finished slots of 5 s."""
        request.begin(200, _JSON)
        self._monitor.coach.quarter.write_json(request.write, True)
        await request.drain()

    async def stored(self, request):
        await borrow("web.stored", "answer")(self._monitor, request)
