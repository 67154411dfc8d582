"""Check of an update package (build_tool/package.py): its board and its MicroPython version. Loaded on demand."""

import json
import sys
from micropython import const

from board.selected import NAME
from server.http import Refused

_FORMAT = const("p1-monitor 1")
_LONGEST = const(64)  # characters of a version


def check_head(line, broken):
    """Return the first line of a manifest as a dict with `version` and `room`, the bytes of flash that the files need.

    Raise Refused with the text `broken` if the line is damaged. Raise Refused with the reason if the package is for
    another board or another MicroPython.
    """
    try:
        found = json.loads(line + b"]}")
        if found["format"] != _FORMAT:
            raise ValueError
        built_for, oldest, mpy = found["board"], tuple(found["micropython"]), found["mpy"]
        sum(oldest, found["room"])
        if not 0 < len(found["version"]) <= _LONGEST or min(found["version"]) < " ":
            raise ValueError
    except (ValueError, KeyError, TypeError):
        raise Refused(400, broken) from None
    if built_for != NAME:
        raise Refused(400, "This package is for the board %s; this one is %s" % (built_for, NAME))
    here = sys.implementation.version[:3]
    if oldest > here or mpy != sys.implementation._mpy & 255:
        raise Refused(
            400,
            "This version needs the cable: it needs another MicroPython (%s) than this board has (%s)"
            % (".".join([str(part) for part in oldest]), ".".join([str(part) for part in here])),
        )
    return found
