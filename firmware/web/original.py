"""The interface that the monitor has always had, key by key, so that old pages, scripts and cards go on working.

Numbers are integer watts, production is 0 or negative; a quarter is named by its id (`demand/quarter.py`). Here is
what an old page polls; the rest is `web/stored.py`, loaded when it is asked for.
"""

import gc

from demand.quarter import quarter_id
from loading import borrow

_JSON = "application/json"


class Original:
    """Handlers for the paths of old; `monitor` knows the parts (see main.py)."""

    def __init__(self, monitor):
        self._monitor = monitor

    def routes(self):
        return {
            b"/current/quarter": self.current_quarter,
            b"/current/month/peak": self.current_peak,
            b"/watt": self.watt,
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

    async def current_peak(self, request):
        """The month's peak by the start of its quarter, and memory; what this board has not is 0."""
        request.begin(200, _JSON)
        free = gc.mem_free()
        request.write(
            '{"memory":{"size_heap":%d,"free_heap":%d,"free_sketch":0,"size_sketch":0,"size_psram":0,"free_psram":0}'
            % (free + gc.mem_alloc(), free)
        )
        peak = self._monitor.peaks.running
        if peak:
            request.write(',"peak":{"quarter_id":%d,"power":%d}' % (quarter_id(peak[2], peak[3]), peak[1]))
        request.write("}")
        await request.drain()

    async def watt(self, request):
        await request.reply(200, "text/plain", str(self._monitor.coach.quarter.watt()))

    async def stored(self, request):
        await borrow("web.stored", "answer")(self._monitor, request)
