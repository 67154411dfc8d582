"""Choice of the firmware version that starts.

Beside this file are two folders, a and b, with one version of the firmware each. A complete folder has a
manifest.json. slot.txt names the folder to start: "b ok", or "b 2" for a version on trial that was started twice.
A version on trial writes "b ok" once it works. The other folder starts after three starts without "b ok", or after a
start that fails. slot.txt ends with the reason for the choice of the folder, in words for a person.

`turn` is the tuple (folder, starts) of the version that starts. `starts` is the number of times that this version was
started on trial, this start included. `starts` is None if the version is known to work.
"""

import os
import sys
import time
from micropython import const

_STARTS = const(3)
_TRIAL_MS = const(60000)  # a version on trial that starts no watchdog within 60 s counts as hanging
_FAILS_MS = const(60000)  # a failure more than 60 s after the start does not count as a failed start
_PAUSE_S = const(10)  # pause before the restart, in which a person at the cable can prevent the restart

ROOT = os.getcwd().rstrip("/")


def choose():
    """Return (folder, starts) of the version to start, None without a complete version."""
    slot, starts = _read()
    if not _has_manifest(slot):
        print("loader: no whole firmware in", slot)
        if _has_manifest(_other(slot)):
            return _other(slot), None
        print("loader: nor in the other folder; put one on with the cable: scripts/firmware deploy")
        return None
    if starts is None or not _has_manifest(_other(slot)):
        return slot, starts
    if starts >= _STARTS:
        why = "%s was started %d times and was never well" % (slot, starts)
        print("loader: back to the other version:", why)
        _note(_other(slot), None, why)
        return _other(slot), None
    if not _note(slot, starts + 1):
        # The number of starts could not be stored. Start the other folder, because the version on trial could otherwise
        # fail and start again for ever.
        return _other(slot), None
    return slot, starts + 1


def begin(turn):
    """Make imports use the chosen folder, and start a watchdog for a version on trial.

    Return the result of time.ticks_ms(), so that failed() can compute how long the firmware ran.
    """
    if turn:
        sys.path.insert(0, "%s/%s" % (ROOT, turn[0]))
        if turn[1] is not None:
            _guard()
    return time.ticks_ms()


def failed(turn, error, began):
    """Print the exception that ended the firmware, and restart.

    The other folder, if complete, starts next if the failed version was on trial or ran for less than 60 s. Otherwise
    the failed version starts again.
    """
    slot, starts = turn
    sys.print_exception(error)
    soon = time.ticks_diff(time.ticks_ms(), began) < _FAILS_MS
    if _has_manifest(_other(slot)) and (starts is not None or soon):
        why = "%s failed: %r" % (slot, error)
        print("loader: the other version has its turn:", why)
        # If the failed version was on trial, the other folder contains the previous version, which is known to work.
        # Otherwise the version in the other folder may not work, and is started on trial.
        _note(_other(slot), None if starts is not None else 0, why)
    time.sleep(_PAUSE_S)
    try:
        from machine import reset
    except ImportError:
        sys.exit(3)  # on a computer, the simulator starts the firmware again
    reset()


def _guard():
    """Start a watchdog, which restarts the board if the firmware hangs before the firmware starts its own watchdog."""
    try:
        from machine import WDT
    except ImportError:
        return  # a computer has no watchdog
    WDT(timeout=_TRIAL_MS)


def _has_manifest(slot):
    try:
        os.stat("%s/%s/manifest.json" % (ROOT, slot))
    except OSError:
        return False
    return True


def _other(slot):
    return "b" if slot == "a" else "a"


def _read():
    """Return (folder, starts) from slot.txt, or ("a", None) if slot.txt does not exist or is not valid."""
    try:
        with open(ROOT + "/slot.txt") as file:
            slot, starts = file.read().split()[:2]
        if slot in ("a", "b"):
            return slot, None if starts == "ok" else int(starts)
    except (OSError, ValueError):
        pass  # slot.txt does not exist or is not valid
    return "a", None


def _note(slot, starts, why=""):
    """Replace slot.txt in one step. Return False if the flash fails."""
    try:
        with open(ROOT + "/slot.new", "w") as file:
            file.write("%s %s %s\n" % (slot, "ok" if starts is None else starts, why))
        os.rename(ROOT + "/slot.new", ROOT + "/slot.txt")
    except OSError as error:
        print("loader: slot.txt:", error)
        return False
    return True
