"""Starts the firmware as a board does, on the stand-ins: boot.py FIRMWARE HTTP-PORT CLOCK CLASS ESP32 BOARD FLASH.

The last five are the short names of board.clock, its class Clock, board.esp32, its class Board, and Board.flash.
"""

import os
import sys

_FIRMWARE, _PORT, _CLOCK, _CLASS, _ESP32, _BOARD, _FLASH = sys.argv[1:8]
sys.path[:] = [_FIRMWARE, os.getenv("STANDINS"), ".frozen"]  # update/slots.py finds its slot in the first one

import machine  # noqa: E402, F401
import network  # noqa: E402, F401

import heap  # noqa: E402 - takes the place of `gc`
import lwip  # noqa: E402, F401 - takes the place of `socket`
import world  # noqa: E402

heap.begin()
_clock = __import__(_CLOCK)
_Clock = getattr(_clock, _CLASS)
setattr(_clock, _CLASS, lambda: _Clock(world.SPEED, world.TICKS))
_Board = getattr(__import__(_ESP32), _BOARD)
_Board.http = ("127.0.0.1", int(_PORT))
setattr(_Board, _FLASH, os.getenv("STANDIN_FLASH"))
exec(world.text("fault.py"))

import main  # noqa: E402, F401

if world.exists("console"):
    import raw_repl  # noqa: F401 - the firmware was interrupted over its cable
