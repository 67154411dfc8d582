"""The file /meter/rebuilt.txt, which states how far the card has been rebuilt. Loaded on demand.

The file contains the month that was finished last, such as "2024-05", or "all" if the whole card is rebuilt. If the
energy of each day is exact to 1 Wh, the word "exact" follows. Firmware 0.1.0 dropped the fraction of a Wh of each
quarter, and did not write "exact".
"""

import os
from micropython import const

from board.mount_point import CARD
from overlay import load

ALL = const(b"all")
_PATH = const("/meter/rebuilt.txt")
_IMPORT_KWH = const(3)  # index of the import register in the fields of a line of day.csv


def read():
    """Return the month that was finished last, or ALL, and the word after the month: b"exact" or b"".

    Return (b"", b"exact") if the file does not exist or contains anything else.
    """
    try:
        with open(CARD + _PATH, "rb") as file:
            month, _, word = file.read(16).partition(b" ")
    except OSError:
        month = word = b""
    is_month = len(month) == 7 and month[4:5] == b"-" and (month[:4] + month[5:]).isdigit()
    return (month, word) if (month == ALL or is_month) and word in (b"", b"exact") else (b"", b"exact")


def write(month, word):
    """Write the file: the month that was finished last, or ALL, and `word` after a blank. OSError if the card fails."""
    with open(CARD + _PATH, "wb") as file:
        file.write(b"%s %s" % (month, word) if word else month)


def clear():
    """Remove rebuilt.txt if firmware 0.1.0 has rebuilt the whole card. OSError if the card fails."""
    if read() == (ALL, b""):
        os.remove(CARD + _PATH)


def state(card):
    """Return the state of the rebuild, and the month that was finished last.

    The state is "running" while the card is rebuilt, and "done" afterwards. But if firmware 0.1.0 has rebuilt quarters
    of the original firmware on this card, the state is "offered": the owner may start another rebuild. The month is
    None before the first month is finished, and again after the whole card is rebuilt.
    """
    month, word = read()
    if month == ALL:
        return ("done" if word or not _is_of_original(card) else "offered"), None
    return ("running" if _numbers(card, "") else "done"), month.decode() or None


def _is_of_original(card):
    """True if the oldest line of day.csv was made from a file of the original firmware, and so has no registers."""
    rows = load("storage.day_csv_reader")
    for year in _numbers(card, "")[:1]:
        for month in _numbers(card, year)[:1]:
            folder = "%s/%s" % (year, month)
            for day in _numbers(card, folder):
                for fields in rows.read("%s/meter/%s/%s/day.csv" % (CARD, folder, day)):
                    return not fields[_IMPORT_KWH]
    return False


def _numbers(card, folder):
    return [name for name in card.names(folder) if name.isdigit()]
