"""Test of the card, which writes a file and reads it back. Loaded on demand, at start."""

import os

from board.mount_point import CARD

_TEST = CARD + "/selftest.txt"


def check(card, text):
    """Write `text` to a file, read it back and remove the file. Return the card's cluster size in bytes.

    None if the card fails.
    """
    print("Creating test file", _TEST)
    try:
        with open(_TEST, "w") as file:
            file.write(text)
        with open(_TEST, "rb") as file:
            if file.read(len(text) + 1) != text.encode():
                raise OSError("the card loses what is written")
        os.remove(_TEST)
        return os.statvfs(CARD)[0]
    except OSError as error:
        card.fail(error)
        return None
