"""The memory card: mounted, written by one hand, and read.

Layout, readable in a PC: /config.json, /meter/YYYY/MM/DD/HHMM[S|W].json, one file per quarter.
"""

import os
import sys
import vfs

ROOT = "/sd"


class Card:
    """The card's state and the only code that writes to it.

    A quarter is written in one go, with nothing else running between open and close: no half file is ever seen.
    An error of the card is kept in `error`, and the rest of the device goes on; the next quarter tries it anew.
    """

    def __init__(self, board):
        self._board = board
        self.state = "absent"  # ok, absent, failed
        self.error = None
        self.size_bytes = self.free_bytes = None
        self.mount()

    def mount(self):
        try:
            vfs.umount(ROOT)
        except OSError:
            pass  # was not mounted
        try:
            self.state = "ok" if self._board.mount_card(ROOT) else "absent"
            self.error = None
            self._measure()
        except OSError as error:
            self._fail(error)

    def _measure(self):
        if self.state == "ok":
            block, fragment, blocks, free = os.statvfs(ROOT)[:4]
            self.size_bytes = blocks * (fragment or block)
            self.free_bytes = free * (fragment or block)

    def _fail(self, error):
        self.state = "failed"
        self.error = str(error)
        print("card:", error, file=sys.stderr)

    def store(self, path, write_body):
        """Write a quarter's file; `write_body(write)` gives its text. False when the card did not take it.

        After a meter's clock went back a quarter can close a second time: the longer file stays.
        """
        if self.state == "failed":
            self.mount()
        if self.state != "ok":
            return False
        path = "%s/meter/%s" % (ROOT, path)
        length = [0]

        def measure(piece):
            length[0] += len(piece)

        write_body(measure)
        try:
            if _size(path) > length[0]:
                return True
            _make_folders(path)
            with open(path, "wb") as file:
                write_body(file.write)
            self._measure()
        except OSError as error:
            self._fail(error)
            return False
        return True

    def has(self, path):
        """Whether a quarter is stored; an empty file is not one."""
        return self.state == "ok" and _size("%s/meter/%s" % (ROOT, path)) > 0

    def names(self, folder):
        """Names below /meter, sorted; [] when there is no such folder."""
        try:
            return sorted([entry[0] for entry in os.ilistdir("%s/meter/%s" % (ROOT, folder))])
        except OSError:
            return []


def _size(path):
    try:
        return os.stat(path)[6]
    except OSError:
        return 0


def _make_folders(path):
    at = path.find("/", len(ROOT) + 1)
    while at > 0:
        try:
            os.mkdir(path[:at])
        except OSError:
            pass  # it is there; if it is not, opening the file says so
        at = path.find("/", at + 1)
