"""State, free space and file names of the SD card. storage/recorder.py writes the quarters to the card."""

import os
from micropython import const

from board.mount_point import CARD
from overlay import load

_CHECK_S = const(60)  # seconds between two attempts to mount a card, while no card is inserted
_SIZE = const(6)  # index of the size in os.stat()
_NAME = const(0)  # index of the name in an entry of os.ilistdir()


class Card:
    """The state of the card.

    state       "ok", "absent" or "failed". The rest of the device also works without a card
    error       reason for the state "failed"
    format      name of the format of a card that cannot be read, such as "exFAT". None if unknown
    mounted     True if files on the card can be read, also if the card is full
    free_files  number of quarters for which the card has room
    journal     file object of the open journal, None until the journal is needed
    day         day (in days since 2000-01-01) of the quarter that was stored last, None before the first quarter
    wait_s      seconds between two attempts to use a failed card
    changed_settings  names of the settings that a card has changed since the start, None if none

    A card that is inserted is found within a minute. A failed card is tried again at growing intervals.
    `note(line)` logs each change of the state. Rarely used functions are in card_mount.py.

    `filesystem` belongs to the card that was mounted last. In MicroPython an open file does not keep its filesystem
    alive. Once the filesystem is garbage-collected, reads of the file return other data. Code that keeps a file open
    across an await or yield must also keep a reference to `Card.filesystem`.
    """

    filesystem = None

    def __init__(self, board, note=print):
        self.board = board
        self.note = note
        self.wait_s = self._since_check_s = 0
        self._stored = {}  # cache: {quarter id: True if the quarter's file exists}
        self.state = "absent"
        self.error = self.format = self.journal = None
        self.size_bytes = self.free_bytes = self.changed_settings = None
        self.mounted = self.nearly_full = False
        self.free_files = 0
        self.sequence = 0  # number that the next record of the journal gets
        self.mount()

    def mount(self):
        """Unmount the card, and mount it again."""
        load("storage.card_mount").mount(self)

    def each_second(self):
        """Try from time to time to use a card that does not work. True if the card works again."""
        if self.state == "ok":
            return False
        self._since_check_s += 1
        if self._since_check_s < (_CHECK_S if self.state == "absent" else self.wait_s):
            return False
        self._since_check_s = 0
        return load("storage.card_mount").retry(self)

    def reset_retry(self):
        """Reset the interval between two attempts to use a failed card, because a write has succeeded."""
        self.wait_s = 0

    def measure(self):
        """Update the figures for the size and the free space of the card."""
        load("storage.card_mount").measure(self)

    def fail(self, error):
        """Set the card's state to "failed". `error` is the reason, an OSError or a text."""
        load("storage.card_mount").fail(self, error)

    def has(self, quarter_id, path):
        """True if a quarter's file exists and is not empty. `path` is relative to /meter."""
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
        """Store in the cache whether a quarter's file exists."""
        if len(self._stored) > 16:
            self._stored.clear()
        self._stored[quarter_id] = found

    def forget_quarters(self):
        """Clear the cache of existing files, because files were removed."""
        self._stored.clear()

    def names(self, folder):
        """Return the sorted names in a folder below /meter, [] if the folder does not exist."""
        try:
            # FAT does not find a folder whose path ends in a slash.
            path = ("%s/meter/%s" % (CARD, folder)).rstrip("/")
            return sorted([entry[_NAME] for entry in os.ilistdir(path)]) if self.mounted else []
        except (OSError, ValueError):  # ValueError for a name that is not UTF-8
            return []
