"""Starts the whole firmware as one of its boards does, on the stand-ins: boot.py FIRMWARE BOARD HTTP-PORT CLOCK.

CLOCK is the name that the class of the clock has in it.
"""

import os
import sys

_FIRMWARE, _NAME, _PORT, _CLOCK = sys.argv[1:5]
sys.path[:] = [os.getenv("STANDINS"), _FIRMWARE, ".frozen"]

import world  # noqa: E402

import board.clock  # noqa: E402

_Clock = getattr(board.clock, _CLOCK)
setattr(board.clock, _CLOCK, lambda: _Clock(world.SPEED, world.TICKS))
import board.esp32  # noqa: E402

this = board.esp32  # names the board of a build
this.NAME = _NAME
sys.modules["board.this"] = this
this.Board.http = ("127.0.0.1", int(_PORT))
this.Board.flash = os.getenv("STANDIN_FLASH")
exec(world.text("fault.py"))

import main  # noqa: E402, F401
