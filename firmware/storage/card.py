"""The memory card: whether it is there, works, and has room. What is on it is written by `recorder.py` alone."""

import os
from micropython import const

from board.mount_point import CARD
from overlay import load

_CHECK_S = const(60)  # a slot that is empty is looked at each minute
_SIZE = const(6)  # in os.stat()
_NAME = const(0)  # in an entry of os.ilistdir()


class Card:
    """The state of the card.

    state    "ok", "absent", or "failed": `error` says why, and the rest of the device goes on
    mounted  its files can be read: also when it is full, and takes no more
    free_files  quarters that it still has room for
    journal  its open journal, None until somebody needs one
    day      the day (of local_s) of the quarter that was stored last, None until one was
    wait_s   seconds until a card that fails is tried again

    A card that is put in, or back, is found within a minute; one that fails is tried again and again, at growing
    intervals. `note(line)` is told what becomes of it. What is seldom done with it is in `mounting.py`.

    `filesystem` is that of the card that was mounted last. MicroPython lets an open file not keep its own alive: one
    that is read after that is gone has other objects for its sectors. Who holds a file while others have their turn
    holds this as well.
    """

    filesystem = None

    def __init__(self, board, note=print):
        self.board = board
        self.note = note
        self.wait_s = self._since_check_s = 0
        self._stored = {}  # quarter id: whether its file is there, for the few that are asked for again and again
        self.state = "absent"
        self.error = self.journal = None
        self.size_bytes = self.free_bytes = None
        self.mounted = self.nearly_full = False
        self.free_files = 0
        self.sequence = 0  # of the next record of its journal
        self.mount()

    def mount(self):
        """Mount it anew."""
        load("storage.card_mount").mount(self)

    def each_second(self):
        """Look for a card now and then while there is none that works; True when one has come."""
        if self.state == "ok":
            return False
        self._since_check_s += 1
        if self._since_check_s < (_CHECK_S if self.state == "absent" else self.wait_s):
            return False
        self._since_check_s = 0
        return load("storage.card_mount").retry(self)

    def reset_retry(self):
        """Something was written: the next failure is a new one."""
        self.wait_s = 0

    def measure(self):
        """Bring the figures of its room up to date."""
        load("storage.card_mount").measure(self)

    def fail(self, error):
        """The card does not work, for this reason."""
        load("storage.card_mount").fail(self, error)

    def has(self, quarter_id, path):
        """Whether a quarter is stored, in its file below /meter; an empty file is not one."""
        if not self.mounted:
            return False
        found = self._stored.get(quarter_id)
        if found is None:
            try:
                found = os.stat("%s/meter/%s" % (CARD, path))[_SIZE] > 0
            except OSError:
                found = False
            self.remember_quarter(quarter_id, found)
        return found

    def remember_quarter(self, quarter_id, found):
        """Remember whether a quarter's file is there."""
        if len(self._stored) > 16:
            self._stored.clear()
        self._stored[quarter_id] = found

    def forget_quarters(self):
        """Files have been removed."""
        self._stored.clear()

    def names(self, folder):
        """Names below /meter, sorted; [] when there is no such folder."""
        try:
            path = ("%s/meter/%s" % (CARD, folder)).rstrip("/")  # FAT finds no folder behind a slash
            return sorted([entry[_NAME] for entry in os.ilistdir(path)]) if self.mounted else []
        except OSError:
            return []
