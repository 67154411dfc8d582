"""Reader of a quarter's file. It can also make a line of day.csv from the file. Loaded on demand.

The file contains samples only. Therefore the registers in the line are empty.
"""

import os
from micropython import const

from board.mount_point import CARD
from meter.timestamp import iso, seconds

# No quarter's file exceeds 16 KB. Reading stops there, because a damaged directory entry may claim more.
_MAX_PIECES = const(64)  # maximum number of pieces, of 256 bytes each


def open_quarter(path):
    """Open a quarter's file, such as "2026/01/15/1615W.json". Return None if the file is missing or empty.

    The caller must keep a reference to Card.filesystem while the file is open.
    """
    path = "%s/meter/%s" % (CARD, path)
    try:
        return open(path, "rb") if os.stat(path)[6] else None
    except OSError:
        return None


def line(folder, year, month, day, name):
    """Return a quarter's line of day.csv, without its field `check`, made from the quarter's file in a day's folder.

    None if the file is missing, incomplete or without samples. `name` is HHMM * 2, plus 1 in winter time: 1891 for
    09:45 in winter time.
    """
    letter = "W" if name & 1 else "S"
    try:
        with open("%s%04d%s.json" % (folder, name >> 1, letter), "rb") as file:
            imported = _mean(file, b'"consumed_power_interval_avgs":[')
            exported = _mean(file, b'"produced_power_interval_avgs":[')
    except (OSError, ValueError):
        return None
    if not imported[0]:
        return None
    start = iso(seconds(year, month, day, (name >> 1) // 100, (name >> 1) % 100), letter == "S").encode()
    export_w = b"%d" % (-exported[1] // exported[0]) if exported[0] else b""
    return b"%s,%d,%s,,,,,%d,samples" % (start, imported[1] // imported[0], export_w, imported[0])


def _mean(file, key):
    """Return (count, sum) of the numbers in a JSON list of the file. ValueError if the list is missing or incomplete.

    `key` is the text in front of the list's first number, such as b'"consumed_power_interval_avgs":['.
    """
    file.seek(0)
    rest = b""
    inside = False
    count = total = 0
    for _ in range(_MAX_PIECES):
        rest += file.read(256)
        if not inside:
            at = rest.find(key)
            if at < 0:
                rest = rest[-len(key) :]
                continue
            inside = True
            rest = rest[at + len(key) :]
        end = rest.find(b"]")
        if end < 0:
            end = rest.rfind(b",")
            if end < 0:
                continue
        for number in rest[:end].split(b","):
            number = number.strip()
            if number and number != b"null":
                count += 1
                total += int(number)
        if rest[end : end + 1] == b"]":
            return count, total
        rest = rest[end + 1 :]
    raise ValueError
