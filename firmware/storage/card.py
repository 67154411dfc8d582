"""The SD card: its state, its free space and the names of its files. recorder.py writes the quarters to it."""

import os
from micropython import const

from board.mount_point import CARD
from overlay import load

_CHECK_S = const(60)  # between two attempts to mount a card, while there is none
_SIZE = const(6)  # in os.stat()
_NAME = const(0)  # in an entry of os.ilistdir()


class Card:
    """The state of the card.

    state    "ok", "absent", or "failed": then `error` is the reason, and the rest of the device continues
    mounted  True if its files can be read, which includes a full card
    free_files  number of quarters for which it has room
    journal  its open journal, None until the journal is needed
    day      the day (local_s // 86400) of the quarter that was stored last, None before the first
    wait_s   seconds until a card that failed is tried again

    A card that is inserted is found within a minute. A card that fails is tried again at growing intervals.
    `note(line)` logs each change of the state. Rarely used functions are in card_mount.py.

    `filesystem` belongs to the card that was mounted last. In MicroPython an open file does not keep its filesystem
    alive. Once the filesystem is collected, reads of the file return other data. Code that keeps a file open across
    an await or yield must also keep `Card.filesystem`.
    """

    filesystem = None

    def __init__(self, board, note=print):
        self.board = board
        self.note = note
        self.wait_s = self._since_check_s = 0
        self._stored = {}  # quarter id: True if its file exists; a cache of the last few
        self.state = "absent"
        self.error = self.journal = None
        self.size_bytes = self.free_bytes = None
        self.mounted = self.nearly_full = False
        self.free_files = 0
        self.sequence = 0  # the number of the next journal record
        self.mount()

    def mount(self):
        """Unmount the card, and mount it again."""
        load("storage.card_mount").mount(self)

    def each_second(self):
        """Try the card from time to time while it does not work. True if it works again."""
        if self.state == "ok":
            return False
        self._since_check_s += 1
        if self._since_check_s < (_CHECK_S if self.state == "absent" else self.wait_s):
            return False
        self._since_check_s = 0
        return load("storage.card_mount").retry(self)

    def reset_retry(self):
        """Restart the intervals between attempts, because the card was written to."""
        self.wait_s = 0

    def measure(self):
        """Update the figures of the free space."""
        load("storage.card_mount").measure(self)

    def fail(self, error):
        """Set the state to "failed" because of this OSError or text."""
        load("storage.card_mount").fail(self, error)

    def has(self, quarter_id, path):
        """True if a quarter's file, at this path below /meter, exists and is not empty."""
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
        """Remember if a quarter's file exists."""
        if len(self._stored) > 16:
            self._stored.clear()
        self._stored[quarter_id] = found

    def forget_quarters(self):
        """Forget which files exist, because files were removed."""
        self._stored.clear()

    def names(self, folder):
        """Return the sorted names in a folder below /meter, [] if the folder does not exist."""
        try:
            path = ("%s/meter/%s" % (CARD, folder)).rstrip(
                "/"
            )  # FAT does not find a folder whose path ends in a slash
            return sorted([entry[_NAME] for entry in os.ilistdir(path)]) if self.mounted else []
        except OSError:
            return []
