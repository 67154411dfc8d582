"""What surrounds the board of these stand-ins: a folder that a test changes, and a file of what the board did.

    line          the pseudo-terminal of the meter
    rts           the number of the pin that asks the meter for telegrams
    card.img      the card in the slot; no such file: none
    read-only     while it exists, the card refuses all writes
    button        while it exists, BOOT is pressed
    wire          while it exists, a wire connects TX with RX
    console       while it exists, a prompt follows the firmware on standard input and output (tests/tools/on_board)
    networks.json the Wi-Fi networks in reach: {"name": "password"}, null for an open one
    cause, state  numbers: reset_cause() of the start that comes, and the register that tells a brownout
    rtc           the memory that survives a reset
    hoard         the number of bytes of Python's heap that a fault keeps
    fault.py      what breaks the firmware before it starts
    taken         the number of bytes of system memory that something else takes
    lowest        while connections took most of the system memory: what was free, its largest piece, and what they
                  took; begins again when it is removed
    did           one line for each act: milliseconds since the start, and what
    fed           is there once the watchdog runs, its first line the time limit in ms; written at each feeding

The board's own clock runs STANDIN_SPEED times as fast as time, and its ticks begin at STANDIN_TICKS.
tests/device/board/hardware.py is the other end.
"""

import os
import time

FOLDER = os.getenv("STANDIN_WORLD")
SPEED = float(os.getenv("STANDIN_SPEED", "1"))
TICKS = int(os.getenv("STANDIN_TICKS", "0"))
_START = time.ticks_ms()
_did = open(FOLDER + "/did", "a")


def did(what):
    """Note an act of the board."""
    _did.write("%d %s\n" % (time.ticks_diff(time.ticks_ms(), _START), what))


def exists(name):
    try:
        os.stat("%s/%s" % (FOLDER, name))
    except OSError:
        return False
    return True


def text(name, default=""):
    try:
        with open("%s/%s" % (FOLDER, name)) as file:
            return file.read().strip()
    except OSError:
        return default


def write(name, content):
    with open("%s/%s" % (FOLDER, name), "wb") as file:
        file.write(content)
