"""The interface that the monitor has always had, key by key, so that old pages, scripts and cards go on working.

Numbers are integer watts, production is 0 or negative; a quarter is named by its id (`demand/quarter.py`).
"""

import gc
import json

from demand.quarter import quarter_id
from history.card import ROOT
from meter.stamp import seconds
from web.server import Refused, send_file

_JSON = "application/json"
_TEXT = "text/plain"


class Original:
    """Handlers for the paths of old; `monitor` knows the parts (see main.py)."""

    def __init__(self, monitor):
        self._monitor = monitor

    def routes(self):
        return {
            b"/current/quarter": self.current_quarter,
            b"/current/month/peak": self.current_peak,
            b"/watt": self.watt,
            b"/meter/": self.stored_quarter,
            b"/historic/years": self.years,
            b"/historic/months": self.months,
            b"/historic/days": self.days,
            b"/historic/quarters": self.quarters,
            b"/crashlog.txt": self.crash_log,
            b"/description.xml": self.description,
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
        await request.reply(200, _TEXT, str(self._monitor.coach.quarter.watt()))

    async def stored_quarter(self, request):
        """/meter/YYYY/MM/DD/HHMM[S|W].json, and no other file of the card."""
        name = request.path.decode()
        pattern = "/meter/dddd/dd/dd/dddd*.json"
        fits = len(name) == len(pattern) and name[22] in "SW"
        for at in range(len(name) if fits else 0):
            fits = fits and (name[at].isdigit() if pattern[at] == "d" else pattern[at] in ("*", name[at]))
        if not fits or not self._monitor.card.has(name[7:]):
            raise Refused(404, "Item not found")
        await send_file(request, ROOT + name, _JSON)

    async def years(self, request):
        years = self._folders("")
        await request.reply(200, _JSON, '{"years":%s}' % json.dumps(years))

    async def months(self, request):
        (year,) = _arguments(request, "year")
        months = self._folders("%04d" % year)
        body = '{"year":%d,"months":%s}' % (year, json.dumps(months)) if months else "{}"
        await request.reply(200, _JSON, body)

    async def days(self, request):
        year, month = _arguments(request, "year", "month")
        days = self._folders("%04d/%02d" % (year, month))
        body = '{"year":%d,"month":%d,"days":%s}' % (year, month, json.dumps(days)) if days else "{}"
        await request.reply(200, _JSON, body)

    async def quarters(self, request):
        year, month, day = _arguments(request, "year", "month", "day")
        ids = []
        for name in self._monitor.card.names("%04d/%02d/%02d" % (year, month, day)):
            if name.endswith("S.json") or name.endswith("W.json"):
                start = seconds(year, month, day, int(name[:2]), int(name[2:4]))
                ids.append(quarter_id(start, name[4] == "S"))
        body = (
            '{"year":%d,"month":%d,"day":%d,"quarters":%s}' % (year, month, day, json.dumps(ids))
            if ids
            else "{}"
        )
        await request.reply(200, _JSON, body)

    def _folders(self, path):
        return [int(name) for name in self._monitor.card.names(path) if name.isdigit()]

    async def crash_log(self, request):
        """When the device started, and what it stumbled over since."""
        await request.reply(200, _TEXT, "\n".join(self._monitor.log) + "\n")

    async def description(self, request):
        """The UPnP device description, by which a network finds the device."""
        board = self._monitor.board
        await request.reply(
            200,
            "text/xml",
            '<?xml version="1.0"?>\n<root xmlns="urn:schemas-upnp-org:device-1-0"><specVersion><major>1</major>'
            "<minor>0</minor></specVersion><device><deviceType>urn:schemas-upnp-org:device:Basic:1</deviceType>"
            "<friendlyName>%s</friendlyName><manufacturer>P1 Monitor</manufacturer><modelName>%s</modelName>"
            "<serialNumber>%s</serialNumber><UDN>uuid:70310000-0000-1000-8000-%s</UDN>"
            "<presentationURL>/</presentationURL></device></root>\n"
            % (self._monitor.config.device_name, board.name, board.id, board.id),
        )


def _arguments(request, *names):
    """The query arguments as numbers, asked for in the order of the names."""
    found = []
    for name in names:
        value = request.argument(name.encode())
        if value is None:
            raise Refused(400, "ERROR: Need a %s argument" % name)
        if not value.isdigit() or len(value) > 4:
            raise Refused(400, "ERROR: %s is no number" % name)
        found.append(int(value))
    return found
