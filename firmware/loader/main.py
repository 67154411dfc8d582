"""Starts the firmware. The main.py at the root of the flash: put there over the cable, and never updated.

Beside it are two folders, a and b, with one version of the firmware each; a folder that is whole has a manifest.json.
slot.txt says which one starts: "b ok", or "b 2" for a version on trial that was started twice already and writes
"b ok" itself once it is well. After three starts without that, or one that fails, the other folder has its turn.
What follows "ok" or the number is why, for people to read.
"""

import os
import sys
import time
from micropython import const

_STARTS = const(3)
_TRIAL_MS = const(60000)  # until then a version on trial has its own watchdog, or hangs
_FAILS_MS = const(60000)  # what fails later than this was a start that went well
_PAUSE_S = const(10)  # before the next try: time for somebody with a cable

ROOT = os.getcwd().rstrip("/")


def is_whole(slot):
    try:
        os.stat("%s/%s/manifest.json" % (ROOT, slot))
    except OSError:
        return False
    return True


def other(slot):
    return "b" if slot == "a" else "a"


def read():
    """The folder to start, and how often it was started on trial: None when it is known to be good."""
    try:
        with open(ROOT + "/slot.txt") as file:
            slot, starts = file.read().split()[:2]
        if slot in ("a", "b"):
            return slot, None if starts == "ok" else int(starts)
    except (OSError, ValueError):
        pass  # none yet, or not ours
    return "a", None


def note(slot, starts, why=""):
    """Replace slot.txt in one step; False when the flash does not take it."""
    try:
        with open(ROOT + "/slot.new", "w") as file:
            file.write("%s %s %s\n" % (slot, "ok" if starts is None else starts, why))
        os.rename(ROOT + "/slot.new", ROOT + "/slot.txt")
    except OSError as error:
        print("loader: slot.txt:", error)
        return False
    return True


def choose():
    """The folder that has its turn now, and how often it was started on trial with this time."""
    slot, starts = read()
    if not is_whole(slot):
        print("loader: no whole firmware in", slot)
        slot, starts = other(slot), None
        return (slot, None) if is_whole(slot) else (None, None)
    if starts is None or not is_whole(other(slot)):
        return slot, starts
    if starts >= _STARTS:
        why = "%s was started %d times and was never well" % (slot, starts)
        print("loader: back to the other version:", why)
        note(other(slot), None, why)
        return other(slot), None
    if not note(slot, starts + 1):
        return other(slot), None  # starts that are not counted would have no end
    return slot, starts + 1


def failed(slot, starts, error, ran_ms):
    """The folder's firmware ended by an error: say why, give the other one its turn, and restart."""
    sys.print_exception(error)
    if is_whole(other(slot)) and (starts is not None or ran_ms < _FAILS_MS):
        why = "%s failed: %r" % (slot, error)
        print("loader: the other version has its turn:", why)
        # The other one is good if it was before this update; else nobody knows, and it is on trial.
        note(other(slot), None if starts is not None else 0, why)
    time.sleep(_PAUSE_S)
    try:
        from machine import reset
    except ImportError:
        sys.exit(3)  # this computer as a board: its simulator starts it again
    reset()


def guard():
    """A version on trial that hangs before it has started its own watchdog is restarted."""
    try:
        from machine import WDT
    except ImportError:
        return  # this computer
    WDT(timeout=_TRIAL_MS)


slot, starts = choose()
if slot is None:
    print("loader: no firmware here; put it on with the cable: scripts/firmware deploy")
else:
    if starts is not None:
        guard()
    sys.path.insert(0, "%s/%s" % (ROOT, slot))
    del choose, guard, read  # the firmware needs the memory
    began = time.ticks_ms()
    try:
        import main  # noqa: F401
    except Exception as error:
        failed(slot, starts, error, time.ticks_diff(time.ticks_ms(), began))
