"""The two folders of the flash, a and b, that hold one version of the firmware each.

loader/slot.py, which is never updated, says which one starts and why; here is the running firmware's part of it.
"""

import os
import sys

from board.selected import NAME


def running():
    """The folder that this firmware was started from; None when the loader did not start it."""
    slot = sys.path[0][-2:]
    return slot[1] if slot in ("/a", "/b") else None


def status(board):
    """What /api/device tells of updates when the board has started.

    state: "trial" for a version that has not confirmed itself, else "idle"; error: why the other version is back;
    board: which packages are for this one.
    """
    state, why = "idle", ""
    try:
        with open(board.flash + "/slot.txt") as file:
            slot, starts, why = (file.read() + "  ").split(" ", 2)
            if starts.strip() != "ok" and slot == running():
                state = "trial"
    except (OSError, ValueError):
        pass  # put on by cable, or not by the loader at all
    return {"state": state, "percent": None, "error": why.strip() or None, "board": NAME}


def choose(board, slot, state):
    """Let a folder start from now on: state "0" on trial, "ok" for good. One step, which a power cut cannot halve."""
    path = board.flash + "/slot.txt"
    with open(path + ".new", "w") as file:
        file.write("%s %s\n" % (slot, state))
    os.rename(path + ".new", path)
