"""Choice of the firmware version that starts.

Beside this file are two folders, a and b, with one version of the firmware each. A complete folder has a
manifest.json. slot.txt names the folder to start: "b ok", or "b 2" for a version on trial that was started twice.
A version on trial writes "b ok" once it works. After three starts without that, or a start that fails, the other
folder starts. The text after "ok" or the number is the reason, for people to read.

A turn is (folder, starts). `starts` counts the starts on trial, with this one; None if the version is known to work.
"""

import os
import sys
import time
from micropython import const

_STARTS = const(3)
_TRIAL_MS = const(60000)  # within this time a version on trial must start its own watchdog, else it hangs
_FAILS_MS = const(60000)  # a failure after this time does not count as a failed start
_PAUSE_S = const(10)  # before the restart: time for somebody with a cable

ROOT = os.getcwd().rstrip("/")


def choose():
    """Return the turn to start; None without a complete firmware."""
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
        return _other(slot), None  # a version whose starts are not counted could fail without end
    return slot, starts + 1


def begin(turn):
    """Import modules from the turn's folder, and guard a version on trial. Return the time in ms ticks."""
    if turn:
        sys.path.insert(0, "%s/%s" % (ROOT, turn[0]))
        if turn[1] is not None:
            _guard()
    return time.ticks_ms()


def failed(turn, error, began):
    """Handle an error that ended the firmware: print it, choose the other folder if that helps, and restart."""
    slot, starts = turn
    sys.print_exception(error)
    soon = time.ticks_diff(time.ticks_ms(), began) < _FAILS_MS
    if _is_whole(_other(slot)) and (starts is not None or soon):
        why = "%s failed: %r" % (slot, error)
        print("loader: the other version has its turn:", why)
        # After a failed trial the other folder is the version before the update, which is known to work.
        # Otherwise nothing is known about the other folder, so it is on trial.
        _note(_other(slot), None if starts is not None else 0, why)
    time.sleep(_PAUSE_S)
    try:
        from machine import reset
    except ImportError:
        sys.exit(3)  # on a computer: the simulator starts the firmware again
    reset()


def _guard():
    """Start a watchdog, which restarts a version that hangs before it has started its own."""
    try:
        from machine import WDT
    except ImportError:
        return  # on a computer
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
    """Return the turn in slot.txt; folder a, known to work, without a valid slot.txt."""
    try:
        with open(ROOT + "/slot.txt") as file:
            slot, starts = file.read().split()[:2]
        if slot in ("a", "b"):
            return slot, None if starts == "ok" else int(starts)
    except (OSError, ValueError):
        pass  # no file yet, or not a valid one
    return "a", None


def _note(slot, starts, why=""):
    """Replace slot.txt in one step; False if the flash fails."""
    try:
        with open(ROOT + "/slot.new", "w") as file:
            file.write("%s %s %s\n" % (slot, "ok" if starts is None else starts, why))
        os.rename(ROOT + "/slot.new", ROOT + "/slot.txt")
    except OSError as error:
        print("loader: slot.txt:", error)
        return False
    return True
