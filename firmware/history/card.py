"""The memory card: whether it is there, works, and has room. What is on it is written by `recorder.py` alone."""

import gc
import os
import vfs
from micropython import const

from loading import borrow

ROOT = "/sd"
FULL = "the card is full"
_ABSENT_S = const(60)  # a slot that is empty is looked at each minute
_FIRST_S = const(
    5
)  # a card that fails: soon at first, and ever more seldom, for it holds everything up for seconds
_LONGEST_S = const(960)
_NO_SPACE = const(28)  # ENOSPC
_DENIED = const(13)  # EACCES: what FAT says where there is no room for a folder
_EARLY = const(2880)  # quarters, 30 days: from here on it is nearly full


class Card:
    """The state of the card.

    state    "ok", "absent", or "failed": `error` says why, and the rest of the device goes on
    mounted  its files can be read: also when it is full, and takes no more
    free_files  quarters that it still has room for
    journal  its open journal, None until somebody needs one
    day      the day (of local_s) of the quarter that was stored last, None until one was

    A card that is put in, or back, is found within a minute; one that fails is tried again and again, at growing
    intervals. `note(line)` is told what becomes of it.
    """

    def __init__(self, board, note=print):
        self._board = board
        self._note = note
        self._wait_s = self._away_s = 0
        self._stored = {}  # quarter id: whether its file is there, for the few that are asked for again and again
        self.state = "absent"
        self.error = self.journal = None
        self.size_bytes = self.free_bytes = None
        self.nearly_full = False
        self.free_files = 0
        self.sequence = 0  # of the next record of its journal
        self.mount()

    def unmount(self):
        """Let go of it, and of all that was open."""
        self.mounted = False
        try:
            if self.journal:
                self.journal.close()
        except OSError:
            pass  # it has gone
        self.journal = self.day = None
        self._stored.clear()
        gc.collect()  # a file that could not be closed closes now, and not when another card is there
        try:
            vfs.umount(ROOT)
        except OSError:
            pass  # was not mounted

    def mount(self):
        self.unmount()
        try:
            self.state = "ok" if self._board.mount_card(ROOT) else "absent"
            self.error = None
            self.measure()
        except OSError as error:
            self.fail(borrow("history.unreadable", "reason")(self._board, error))

    def each_second(self):
        """Look for a card now and then while there is none that works; True when one has come."""
        if self.state == "ok":
            return False
        self._away_s += 1
        if self._away_s < (_ABSENT_S if self.state == "absent" else self._wait_s):
            return False
        self._away_s = 0
        before = self.state
        if self.mounted:
            self.state, self.error = "ok", None  # full: there may be room by now
        else:
            self.mount()
        if self.state != before:
            self._note("SD Card %s" % self.state)
        return self.state == "ok"

    def works(self):
        """Something was written: the next failure is a new one."""
        self._wait_s = 0

    def measure(self):
        """Bring the figures of its room up to date."""
        if self.state == "ok" or self.mounted:
            block, fragment, blocks, free = os.statvfs(ROOT)[:4]
            fragment = fragment or block
            self.mounted = True
            self.size_bytes = blocks * fragment
            self.free_bytes = free * fragment
            self.free_files = free
            self.nearly_full = free < _EARLY

    def fail(self, error):
        """The card does not work, for this reason."""
        full = isinstance(error, OSError) and (
            error.errno == _NO_SPACE or (error.errno == _DENIED and not os.statvfs(ROOT)[3])
        )
        self.state = "failed"
        self.error = FULL if full else str(error)
        self._wait_s = min(2 * self._wait_s or _FIRST_S, _LONGEST_S)
        if full:
            self.nearly_full = True
            self.free_files = 0
        else:
            self.unmount()
        self._note("SD Card failed: %s" % self.error)

    def has(self, quarter_id, path):
        """Whether a quarter is stored, in its file below /meter; an empty file is not one."""
        if not self.mounted:
            return False
        found = self._stored.get(quarter_id)
        if found is None:
            try:
                found = os.stat("%s/meter/%s" % (ROOT, path))[6] > 0
            except OSError:
                found = False
            self.has_now(quarter_id, found)
        return found

    def has_now(self, quarter_id, found):
        """Remember whether a quarter's file is there."""
        if len(self._stored) > 16:
            self._stored.clear()
        self._stored[quarter_id] = found

    def forget_stored(self):
        """Files have been removed."""
        self._stored.clear()

    def names(self, folder):
        """Names below /meter, sorted; [] when there is no such folder."""
        try:
            path = ("%s/meter/%s" % (ROOT, folder)).rstrip("/")  # FAT finds no folder behind a slash
            return sorted([entry[0] for entry in os.ilistdir(path)]) if self.mounted else []
        except OSError:
            return []
