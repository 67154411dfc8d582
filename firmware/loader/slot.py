"""Which version of the firmware starts.

Beside this file are two folders, a and b, with one version of the firmware each; a folder that is whole has a
manifest.json. slot.txt says which one starts: "b ok", or "b 2" for a version on trial that was started twice already
and writes "b ok" itself once it is well. After three starts without that, or one that fails, the other folder has its
turn. What follows "ok" or the number is why, for people to read.

A turn is (folder, starts): how often the folder was started on trial with this time, None when it is known to be good.
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


def choose():
    """The turn that it is now; None without any firmware."""
    slot, starts = _read()
    if not _is_whole(slot):
        print("loader: no whole firmware in", slot)
        if _is_whole(_other(slot)):
            return _other(slot), None
        print("loader: nor in the other folder; put one on with the cable: scripts/firmware deploy")
        return None
    if starts is None or not _is_whole(_other(slot)):
        return slot, starts
    if starts >= _STARTS:
        why = "%s was started %d times and was never well" % (slot, starts)
        print("loader: back to the other version:", why)
        _note(_other(slot), None, why)
        return _other(slot), None
    if not _note(slot, starts + 1):
        return _other(slot), None  # starts that are not counted would have no end
    return slot, starts + 1


def begin(turn):
    """Let modules come from the folder whose turn it is, and watch over one on trial. Gives the time."""
    if turn:
        sys.path.insert(0, "%s/%s" % (ROOT, turn[0]))
        if turn[1] is not None:
            _guard()
    return time.ticks_ms()


def failed(turn, error, began):
    """The firmware ended by an error: say why, give the other one its turn, and restart."""
    slot, starts = turn
    sys.print_exception(error)
    soon = time.ticks_diff(time.ticks_ms(), began) < _FAILS_MS
    if _is_whole(_other(slot)) and (starts is not None or soon):
        why = "%s failed: %r" % (slot, error)
        print("loader: the other version has its turn:", why)
        # The other one is good if it was before this update; else nobody knows, and it is on trial.
        _note(_other(slot), None if starts is not None else 0, why)
    time.sleep(_PAUSE_S)
    try:
        from machine import reset
    except ImportError:
        sys.exit(3)  # this computer as a board: its simulator starts it again
    reset()


def _guard():
    """A version that hangs before it has started its own watchdog is restarted."""
    try:
        from machine import WDT
    except ImportError:
        return  # this computer
    WDT(timeout=_TRIAL_MS)


def _is_whole(slot):
    try:
        os.stat("%s/%s/manifest.json" % (ROOT, slot))
    except OSError:
        return False
    return True


def _other(slot):
    return "b" if slot == "a" else "a"


def _read():
    """What slot.txt says; folder a, and good, when it says nothing."""
    try:
        with open(ROOT + "/slot.txt") as file:
            slot, starts = file.read().split()[:2]
        if slot in ("a", "b"):
            return slot, None if starts == "ok" else int(starts)
    except (OSError, ValueError):
        pass  # none yet, or not ours
    return "a", None


def _note(slot, starts, why=""):
    """Replace slot.txt in one step; False when the flash does not take it."""
    try:
        with open(ROOT + "/slot.new", "w") as file:
            file.write("%s %s %s\n" % (slot, "ok" if starts is None else starts, why))
        os.rename(ROOT + "/slot.new", ROOT + "/slot.txt")
    except OSError as error:
        print("loader: slot.txt:", error)
        return False
    return True
