"""/config.json on the card, which an owner may edit on a computer. Loaded on demand.

settings/store.py decides whether this file or its copy in the flash takes effect.
"""

import binascii
import json
import os
from micropython import const

from board.mount_point import CARD

_PATH = CARD + "/config.json"
_LONGEST = const(4096)  # bytes
_PIECE = const(256)
_NONE_THERE = const(2)  # ENOENT


def check():
    """Return the CRC-32 of the file, 0 if the file does not exist or is empty, None without a readable card."""
    found = 0
    try:
        os.stat(CARD)
        with open(_PATH, "rb") as file:
            piece = file.read(_PIECE)
            while piece and file.tell() <= _LONGEST:  # the CRC ignores bytes beyond _LONGEST
                found = binascii.crc32(piece, found)
                piece = file.read(_PIECE)
    except OSError as error:
        return 0 if error.errno == _NONE_THERE and _is_mounted() else None
    return found


def _is_mounted():
    try:
        os.stat(CARD)
    except OSError:
        return False
    return True


def read():
    """Return (object in the file, None), or (None, fault of the file). In the log the fault follows the file's name."""
    with open(_PATH, "rb") as file:
        if file.seek(0, 2) > _LONGEST:
            return None, " is longer than %d bytes" % _LONGEST
        file.seek(0)
        if file.read(3) != b"\xef\xbb\xbf":  # a byte order mark, which some editors write
            file.seek(0)
        try:
            given = json.load(file)
            json.dumps(given).encode().decode()
        except UnicodeError:
            return None, " is not in UTF-8"
        except ValueError:
            end = file.tell()
            file.seek(0)
            line = 1
            while file.tell() < end:
                line += file.read(1) == b"\n"
            return None, " line %d is no JSON" % line
    return (given, None) if isinstance(given, dict) else (None, " is no JSON object")


def write(text):
    """Write the whole file.

    OSError if the card fails. The file object may then stay in memory until the next garbage collection.
    """
    with open(_PATH, "wb") as file:
        file.write(text)


def head(length):
    """Return the first bytes of the file, at most `length`."""
    with open(_PATH, "rb") as file:
        return file.read(length)


def find(key):
    """Return " line N", where N is the number of the first line that contains `key`. "" if no line contains it."""
    name = b'"%s"' % key
    try:
        with open(_PATH, "rb") as file:
            number = 1
            line = file.readline(_PIECE)
            while line:
                if name in line:
                    return " line %d" % number
                number += line.endswith(b"\n")
                line = file.readline(_PIECE)
    except OSError:
        pass
    return ""
