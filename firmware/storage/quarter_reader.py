"""Reader of a quarter's file, also to make a line of day.csv from it. Loaded on demand.

The file has only samples; the registers are unknown.
"""

import os
from micropython import const

from board.mount_point import CARD
from meter.timestamp import iso, seconds

# No quarter file exceeds 16 KB; stop there even if a corrupt directory entry claims more.
_MAX_PIECES = const(64)  # of 256 bytes


def open_quarter(path):
    """Open the file of a quarter, such as "2026/01/15/1615W.json". Return None if it is missing or empty.

    Keep Card.filesystem as long as the file is open.
    """
    path = "%s/meter/%s" % (CARD, path)
    try:
        return open(path, "rb") if os.stat(path)[6] else None
    except OSError:
        return None


def line(folder, year, month, day, name):
    """Return a quarter's line, without its check, from its file in the day's folder; None if the file is not whole.

    `name`: hour and minute as one number (945), times 2, plus 1 in winter.
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
    """Return (count, sum) of the numbers in the list with this key, anywhere in the file.

    ValueError if the list is missing or incomplete.
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
