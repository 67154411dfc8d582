"""Manifest of an update package (build_tool/package.py): its check and its copy in the flash. Loaded on demand."""

import hashlib
import json
import sys
from micropython import const

from board.selected import NAME
from overlay import load
from server.http import Refused

_FORMAT = const("p1-monitor 1")
_LONGEST = const(64)  # maximum number of characters in a version
_MAX_FILES = const(512)
_SIGNATURES = const(2048)  # maximum size of the file `signatures` in bytes
_HIGHEST = const(1 << 29)  # maximum build number


async def store(body, path, parse_row, broken):
    """Write the manifest to a file, and return the manifest's first line as a dict.

    `kind` is in the dict only if the package contains an image in place of single files (update/slice.py).
    `signatures` in the dict is the tuple (name, size, SHA-256) of the file with the signatures, None if the package is
    not signed. This file can only be the first file. `digest` in the dict is the SHA-256 of the signed part: all lines
    of the manifest but the line of that file.
    Raise Refused with the text `broken` if the manifest is damaged. Raise Refused with the reason if the package is for
    another board or another MicroPython.
    """
    line = await body.line()
    head = _check_head(line, broken)
    head["signatures"] = None
    has_image = "kind" in head
    signed = hashlib.sha256(line + b"\n")
    total = files = 0
    has_main = False
    with open(path, "wb") as file:
        file.write(line + b"\n")
        while line != b"]}":
            line = await body.line()
            file.write(line + b"\n")
            if line != b"]}":
                row = parse_row(line)
                total += row[1]
                files += 1
                if files > _MAX_FILES:
                    raise Refused(400, broken)
                if row[0] == "signatures":
                    if files > 1 or row[1] > _SIGNATURES or not line.startswith(b'["signatures",'):
                        raise Refused(400, broken)
                    head["signatures"] = row
                    continue
                if has_image and (has_main or row[0] != "firmware.romfs"):
                    raise Refused(400, broken)
                has_main = has_main or has_image or row[0] in ("main.mpy", "main.py")
            signed.update(line + b"\n")
    head["digest"] = signed.digest()
    if total != body.left() or not has_main:
        raise Refused(400, broken)
    return head


def _check_head(line, broken):
    """Return the first line of a manifest as a dict.

    `room` in the dict is the number of bytes that the files need in the flash. `build` is the package's build number, 0
    for a package of version 0.1.0, which has no number. Raise Refused with the text `broken` if the line is damaged.
    Raise Refused with the reason if the package is for another board or another MicroPython.
    """
    try:
        found = json.loads(line + b"]}")
        if found["format"] != _FORMAT or "kind" in found or sys.path[0].startswith("/rom/"):
            load("update.slice").check(found)
        built_for, oldest, mpy = found["board"], tuple(found["micropython"]), found["mpy"]
        sum(oldest, found["room"])
        found["build"] = found.get("build", 0)
        if not 0 <= found["build"] <= _HIGHEST:
            raise ValueError
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
