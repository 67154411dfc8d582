"""Starts version 0.1.0 as boot.py starts this version: boot_first_release.py FIRMWARE BOARD HTTP-PORT.

FIRMWARE is a folder of bytecode with the names of the sources.
"""

import os
import sys

_FIRMWARE, _NAME, _PORT = sys.argv[1:4]
sys.path[:] = [os.getenv("STANDINS"), _FIRMWARE, ".frozen"]

import lwip  # noqa: E402, F401 - takes the place of `socket`
import world  # noqa: E402

import board.clock  # noqa: E402
import board.esp32  # noqa: E402

_Clock = board.clock.Clock
board.clock.Clock = lambda: _Clock(world.SPEED, world.TICKS)
this = board.esp32
this.NAME = _NAME
sys.modules["board.this"] = this
this.Board.http = ("127.0.0.1", int(_PORT))
this.Board.flash = os.getenv("STANDIN_FLASH")

import main  # noqa: E402, F401
