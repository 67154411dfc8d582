"""Construction of the device from its parts. Loaded on demand, at the start."""

import asyncio
import gc
from micropython import const

from api.live import Live
from auth.access import Access
from board.button import Button
from board.light import Light
from demand.coach import Coach
from demand.peaks import Peaks
from device import Device
from dispatcher import Dispatcher
from log import Log
from overlay import load
from server.http import Server
from storage.card import Card
from storage.recorder import Recorder
from supervisor import Supervisor

# Bytes that are allocated between two garbage collections. Frequent collections keep the free memory in larger pieces.
_GARBAGE = const(8192)


def create_app(board):
    """Create and return the device with all its parts. The caller must run the supervisor of the returned device."""
    device = Device()
    device.board, device.clock = board, board.clock
    board.device = device
    device.log = log = Log(board)
    device.note = log.note
    load("native_code").use(board, log.note)
    # native_code.use() may replace meter.crc by native code. The reader imports meter.crc. Therefore the import of the
    # reader comes after native_code.use().
    from meter.reader import Reader

    device.supervisor = supervisor = Supervisor(board, log)
    device.card = Card(board, log.note)
    load("self_test").announce(board, log, device.card)
    device.unsaved = device.saved_s = device.limits = None
    device.config = load("settings.store").read(device)
    device.coach, device.peaks = Coach(), Peaks()
    device.settle()
    device.reader = Reader(board.line, board.clock, device.on_reading)
    device.recorder = Recorder(device)
    device.access = Access(device)
    device.server = Server(board, Dispatcher(device).answer, device.access, log)
    device.live = Live(device, device.server)
    device.light = Light(board, device.config, device.light_pattern)
    device.button = Button(board.button, board.clock, device.erase_wifi, device.access.pressed)
    device.wifi = load("net.wifi").Wifi(device) if board.has_radio else None
    device.update = load("update.slots").status(board)
    supervisor.each_step += [
        device.light.step,
        device.button.step,
        device.recorder.each_step,
        device.server.sweep,
        device.live.each_step,
    ]
    supervisor.each_second += [
        board.each_second,
        device.reader.each_second,
        device.access.each_second,
        device.server.look,
        device.live.each_second,
        device.each_second,
        device.recorder.each_second,
        log.each_second,
    ]
    if device.wifi:
        supervisor.each_second.append(device.wifi.each_second)
    if device.update["state"] == "trial":
        load("update.trial").Trial(device)
    elif load("update.slots").running():
        asyncio.create_task(load("update.keys").settle(device))
    supervisor.start("reader", device.reader.run)
    supervisor.start("web", device.server.run)
    gc.threshold(_GARBAGE)
    return device
