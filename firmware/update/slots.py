"""The two slots: folders a and b of the flash, with one version of the firmware each. Loaded on demand.

On a board that runs its code in the flash, a folder has only the manifest and the signatures of its version. The code
is in the slice of the same name (update/slice.py), which is mounted at /rom/a or /rom/b.

loader/slot.py, which is never updated, decides which slot starts. This module is for the running firmware.
"""

import os
import sys

from board.selected import NAME
from overlay import load


def running():
    """Return the slot that this firmware was started from, None if the loader did not start it."""
    slot = sys.path[0][-2:]
    return slot[1] if slot in ("/a", "/b") else None


def status(board):
    """Return the state of updates that /api/device reports after a start.

    state    "trial" if this version has not passed its trial yet, else "idle"
    error    reason why the version in the other slot failed. None if the loader did not change slots after a failure
    board    name of the board that a package must be built for
    kind     "romfs" if a package must contain an image (update/slice.py), else missing
    waiting  {"presses", "digest"} while a package waits for BOOT: the number of presses, and the first 16 digits of
             the SHA-256 of the signed part of its manifest. Else None
    keys     ids of the keys that sign packages for this board
    build    build number of this version
    floor    lowest build number that needs no BOOT, if it is higher than `build`
    """
    state, why = "idle", ""
    try:
        with open(board.flash + "/slot.txt") as file:
            slot, starts, why = (file.read() + "  ").split(" ", 2)
            if starts.strip() != "ok" and slot == running():
                state = "trial"
    except (OSError, ValueError):
        pass  # the firmware was installed over the cable, or was not started by the loader
    found = {"state": state, "percent": None, "error": why.strip() or None, "board": NAME, "waiting": None}
    if sys.path[0].startswith("/rom/"):
        found["kind"] = "romfs"
    found.update(load("update.keys").facts(board.flash))
    return found


def choose(board, slot, state):
    """Choose the slot that starts next. `state` is "0" for a trial, else "ok". A power cut cannot damage slot.txt."""
    path = board.flash + "/slot.txt"
    with open(path + ".new", "w") as file:
        file.write("%s %s\n" % (slot, state))
    os.rename(path + ".new", path)
