"""The light and the button, which need a person."""

import sys
import time
from micropython import const

_FULL = const(1023)
_WAIT_MS = const(15000)


def light():
    """Switch the light on for half a second, five times."""
    board = _board()
    for _ in range(5):
        board.led(_FULL)
        time.sleep_ms(500)
        board.led(0)
        time.sleep_ms(500)
    return {}


def button():
    """Wait up to 15 s for a press of BOOT. Return the number of changes in the two seconds after the first one."""
    board = _board()
    if board.button():
        raise RuntimeError("BOOT was pressed before the test began")
    began = time.ticks_ms()
    while not board.button():
        if time.ticks_diff(time.ticks_ms(), began) > _WAIT_MS:
            return {"pressed": 0}
        time.sleep_ms(5)
    changes = 0
    pressed = True
    began = time.ticks_ms()
    while time.ticks_diff(time.ticks_ms(), began) < 2000:
        if board.button() != pressed:
            pressed = not pressed
            changes += 1
        time.sleep_ms(1)
    return {"pressed": 1, "changes": changes}


def _board():
    board = getattr(sys.modules.get("main"), "board", None)
    if board is None:
        raise RuntimeError("the firmware was not running")
    return board
