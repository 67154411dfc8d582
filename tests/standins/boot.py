"""Starts the whole firmware as a board does, on the stand-ins: boot.py FIRMWARE HTTP-PORT.

STANDIN_NAMES gives the short names of the firmware's modules and of what is in them.
"""

import json
import os
import sys

_FIRMWARE, _PORT = sys.argv[1:3]
sys.path[:] = [os.getenv("STANDINS"), _FIRMWARE, ".frozen"]

import world  # noqa: E402

_NAMES = json.loads(os.getenv("STANDIN_NAMES"))


def _short(name):
    return _NAMES.get(name, name)


_clock = __import__(_short("board.clock"))
_Clock = getattr(_clock, _short("Clock"))
setattr(_clock, _short("Clock"), lambda: _Clock(world.SPEED, world.TICKS))
_Board = getattr(__import__(_short("board.esp32")), _short("Board"))
setattr(_Board, _short("http"), ("127.0.0.1", int(_PORT)))
setattr(_Board, _short("flash"), os.getenv("STANDIN_FLASH"))
exec(world.text("fault.py"))

import main  # noqa: E402, F401
