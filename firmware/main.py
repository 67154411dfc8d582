"""Builds the parts and starts them: the one place that knows them all."""

import asyncio
import gc
import sys
from micropython import const

from board.host import Board
from demand.coach import Coach
from demand.peaks import Peaks, month_number
from demand.quarter import file_path
from history.card import Card
from loading import borrow
from meter.reader import Reader
from meter.reading import total
from meter.stamp import civil
from version import VERSION
from web.api import Api
from web.live import Live
from web.server import Refused, Server, send_file

_GARBAGE = const(8192)  # bytes until it is collected: the less there is, the fewer gaps it leaves in memory
_LOG = const(20)  # lines that are kept
_PAGE = __file__[: __file__.rfind("/") + 1] + "page/index.html"
_HTML = "text/html; charset=utf-8"


class Monitor:
    """The device: what each telegram sets in motion, and the parts that the web shows."""

    def __init__(self, board):
        self.board = board
        self.clock = board.clock
        self.log = []
        self.card = Card(board)
        self.config = config = borrow("history.config", "read")()
        self.coach = Coach()
        self.peaks = Peaks()
        self.coach.area = self.peaks.area = config["area"]
        self.coach.own_target_w = config["target_w"]
        if config["counted_from"]:
            self.peaks.counted_from = month_number(config["counted_from"])
        self.reader = Reader(board.line, self.clock, self.on_reading)
        self.api = Api(self)
        self.server = Server(self.clock, {b"/": self.page, b"/index.html": self.page, b"": self.api.answer})
        self.live = Live(self.api, self.server)
        self.server.routes[b"/api/live"] = self.live.stream

    def on_reading(self):
        """A telegram has come: bring all figures up to it, and tell."""
        fields = self.reader.parser.reading
        if "time" not in fields or "power_import_w" not in fields:
            return
        local_s, summer = fields["time"]
        if not self.log:
            self.note("Started up @%04d-%02d-%02d %02d:%02d:%02d" % civil(local_s))
        closed = self.coach.closes(local_s, summer)
        changed = closed and self._close()
        if self.peaks.update(local_s, fields.get("peak"), fields.get("peaks")):
            changed = True
        self.coach.update(
            local_s,
            summer,
            fields["power_import_w"],
            fields.get("power_export_w"),
            fields.get("demand_w"),
            total(fields, "energy_import_"),
            self.peaks.power_w,
        )
        if changed:
            self.live.publish("reading", "quarter", "peaks")
        else:
            self.live.publish("reading", "quarter")

    def _close(self):
        """The running quarter has ended: store it. True when it was the month's peak."""
        coach = self.coach
        self.card.store(file_path(coach.quarter_id), coach.quarter.write_json)
        average_w = coach.average_w()
        return average_w is not None and self.peaks.quarter(coach.start, coach.summer, average_w)

    def note(self, line):
        """Keep a line for /crashlog.txt, and print it."""
        print(line)
        self.log.append(line)
        del self.log[:-_LOG]

    async def keep(self, name, start, *arguments):
        """Run a task for ever: what fails is noted and started again."""
        while True:
            try:
                await start(*arguments)
            except Exception as error:
                self.note("%s: %r" % (name, error))
                sys.print_exception(error)
            await self.clock.sleep(1)

    async def page(self, request):
        try:
            await send_file(request, _PAGE + ".gz", _HTML, "Content-Encoding: gzip\r\n")
        except Refused:  # not built
            await send_file(request, _PAGE, _HTML)

    async def watch(self):
        """What is done by time, in one task: each task costs memory."""
        while True:
            self.board.each_second()
            self.reader.each_second()
            self.live.each_second()
            self.clock.uptime_s()  # counts on before the ticks wrap
            await self.clock.sleep(1)

    async def run(self):
        print("P1 monitor %s on %s" % (VERSION, self.board.name))
        gc.threshold(_GARBAGE)
        asyncio.create_task(self.keep("reader", self.reader.run))
        asyncio.create_task(self.keep("web", self.server.run, self.board.http))
        await self.keep("watch", self.watch)


try:
    asyncio.run(Monitor(Board()).run())
except KeyboardInterrupt:
    pass
