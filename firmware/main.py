"""Builds the parts and starts them: the one place that knows them all."""

import asyncio
import gc
from micropython import const

from board.button import Button
from board.light import Light
from board.this import Board
from demand.coach import Coach
from demand.peaks import Peaks, month_number
from history.card import Card
from history.recorder import Recorder
from loading import borrow
from log import Log
from meter.reader import Reader
from meter.reading import total
from meter.stamp import civil
from supervisor import Supervisor
from web.access import Access
from web.api import Api
from web.live import Live
from web.server import Refused, Server, send_file

_GARBAGE = const(8192)  # bytes until it is collected: the less there is, the fewer gaps it leaves in memory
_PAGE = __file__[: __file__.rfind("/") + 1] + "page/index.html"
_HTML = "text/html; charset=utf-8"


class Monitor:
    """The device: what each telegram sets in motion, and the parts that the web shows."""

    def __init__(self, board):
        self.board = board
        self.clock = board.clock
        self.log = Log(board)
        self.note = self.log.note
        self.supervisor = Supervisor(board, self.log)
        self.card = Card(board, self.note)
        borrow("startup", "announce")(board, self.log, self.card)
        self.config = config = borrow("history.config", "read")(board, self.note)
        self.coach = Coach()
        self.peaks = Peaks()
        self.settle()
        self.reader = Reader(board.line, self.clock, self.on_reading)
        self.recorder = Recorder(self)
        self.api = Api(self)
        self.access = Access(self)
        routes = {b"/": self.page, b"/index.html": self.page, b"": self.api.answer}
        self.server = Server(self.clock, routes, self.access)
        self.live = Live(self.api, self.server)
        routes[b"/api/live"] = self.live.stream
        self.light = Light(board, config, self._light)
        self.button = Button(board.button, self.clock, self.erase_wifi)
        self.wifi = borrow("lan.wifi", "Wifi")(self) if board.has_radio else None
        self.update = borrow("board.slots", "status")(board)

    def name(self):
        """What the device is called in the network."""
        return self.wifi.name if self.wifi else self.config["device_name"]

    def settle(self):
        """Hand the settings to the parts that follow them."""
        config = self.config
        self.coach.area = self.peaks.area = config["area"]
        self.coach.own_target_w = config["target_w"]
        since = config["counted_from"]
        self.peaks.counted_from = month_number(since) if since else None

    def look_for_card(self):
        """A card that comes may bring settings, or needs those that were made without it."""
        if self.card.each_second():
            self.config.update(borrow("history.config", "read")(self.board, self.note))
            self.settle()

    def on_reading(self):
        """A telegram has come: bring all figures up to it, and tell."""
        fields = self.reader.parser.reading
        if "time" not in fields or "power_import_w" not in fields:
            return
        local_s, summer = fields["time"]
        self.log.local_s = local_s
        self.light.telegram(local_s)
        if self.coach.start is None:
            self.note("Started up @%04d-%02d-%02d %02d:%02d:%02d" % civil(local_s))
            self.recorder.resume(local_s, summer)
        changed = self.coach.closes(local_s, summer) and self._close(local_s, summer)
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

    def _close(self, local_s, summer):
        """The running quarter has ended: let it be stored. True when it was the month's peak."""
        coach = self.coach
        self.recorder.close(local_s, summer)
        average_w = coach.average_w()
        return average_w is not None and self.peaks.quarter(coach.start, coach.summer, average_w)

    def _light(self):
        """What the light shows: the first of these that is so."""
        if self.wifi and self.wifi.portal:
            return "wifi"
        if self.coach.at_risk:
            return "risk"
        return "dim" if self.card.state == "ok" else "sos"

    def erase_wifi(self):
        """Forget the Wi-Fi network, and let somebody name another."""
        self.light.show("bye")
        if self.wifi:
            self.wifi.erase()

    async def page(self, request):
        try:
            await send_file(request, _PAGE + ".gz", _HTML, "Content-Encoding: gzip\r\n")
        except Refused:  # not built
            await send_file(request, _PAGE, _HTML)

    async def read(self):
        await self.reader.run(lambda: self.supervisor.beat("reader"))

    async def serve(self):
        await self.server.run(self.board.http, lambda: self.supervisor.beat("web"))

    async def run(self):
        gc.threshold(_GARBAGE)
        start = self.supervisor.start
        start("reader", self.read)
        start("web", self.serve)
        self.supervisor.each_step += [self.light.step, self.button.step, self.recorder.each_step]
        self.supervisor.each_second += [
            self.board.each_second,
            self.reader.each_second,
            self.live.each_second,
            self.look_for_card,
            self.recorder.each_second,
            self.log.each_second,
        ]
        if self.wifi:
            self.supervisor.each_second.append(self.wifi.each_second)
        if self.update["state"] == "trial":
            borrow("web.trial", "Trial")(self)
        await self.supervisor.run()


board = Board()
try:
    asyncio.run(Monitor(board).run())
except KeyboardInterrupt:
    board.leave()
except Exception as error:
    Log(board).fault("start", error)
    raise  # on a board the watchdog starts it again
