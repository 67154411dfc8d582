"""Builds the parts of the device and joins them: the one place that knows them all. Loaded when it starts."""

import gc
from micropython import const

from api.live import Live
from auth.access import Access
from board.button import Button
from board.light import Light
from demand.coach import Coach
from demand.peaks import Peaks
from device import Monitor
from dispatcher import Api
from log import Log
from meter.reader import Reader
from overlay import load
from server.http import Server
from storage.card import Card
from storage.recorder import Recorder
from supervisor import Supervisor

_GARBAGE = const(8192)  # bytes until it is collected: the less there is, the fewer gaps it leaves in memory


def build(board):
    """The device: its supervisor only has to be run."""
    monitor = Monitor()
    monitor.board, monitor.clock = board, board.clock
    monitor.log = log = Log(board)
    monitor.note = log.note
    monitor.supervisor = supervisor = Supervisor(board, log)
    monitor.card = Card(board, log.note)
    load("self_test").announce(board, log, monitor.card)
    monitor.unsaved = monitor.saved_s = None
    monitor.config = load("settings.store").read(monitor)
    monitor.coach, monitor.peaks = Coach(), Peaks()
    monitor.settle()
    monitor.reader = Reader(board.line, board.clock, monitor.on_reading)
    monitor.recorder = Recorder(monitor)
    monitor.access = Access(monitor)
    api = Api(monitor)
    monitor.server = Server(board, api.answer, monitor.access, log)
    monitor.live = Live(api, monitor.server, monitor.access)
    monitor.light = Light(board, monitor.config, monitor.shown)
    monitor.button = Button(board.button, board.clock, monitor.erase_wifi)
    monitor.wifi = load("net.wifi").Wifi(monitor) if board.has_radio else None
    monitor.update = load("update.slots").status(board)
    supervisor.each_step += [monitor.light.step, monitor.button.step, monitor.recorder.each_step]
    supervisor.each_second += [
        board.each_second,
        monitor.reader.each_second,
        monitor.live.each_second,
        monitor.each_second,
        monitor.recorder.each_second,
        log.each_second,
    ]
    if monitor.wifi:
        supervisor.each_second.append(monitor.wifi.each_second)
    if monitor.update["state"] == "trial":
        load("update.trial").Trial(monitor)
    supervisor.start("reader", monitor.reader.run)
    supervisor.start("web", monitor.server.run)
    gc.threshold(_GARBAGE)
    return monitor
