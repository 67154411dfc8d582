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
        """Write a quarter's file; `write_body(write)` gives its JSON. False when the card did not take it.

        A quarter closes a second time when the meter's clock has gone back: the file with more samples stays.
        """
        if self.state == "failed":
            self.mount()
        if self.state != "ok":
            return False
        path = "%s/meter/%s" % (ROOT, path)
        try:
            if _size(path) and _samples_of_file(path) > _samples_of(write_body):
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
            path = ("%s/meter/%s" % (ROOT, folder)).rstrip("/")  # FAT finds no folder behind a slash
            return sorted([entry[0] for entry in os.ilistdir(path)])
        except OSError:
            return []


def _size(path):
    try:
        return os.stat(path)[6]
    except OSError:
        return 0


def _samples(piece):
    # What stands between commas and is no null, which has the only "u" but for those of the keys.
    return piece.count(b",") - piece.count(b"u")


def _samples_of(write_body):
    samples = [0]

    def count(piece):
        samples[0] += _samples(piece)

    write_body(count)
    return samples[0]


def _samples_of_file(path):
    samples = 0
    with open(path, "rb") as file:
        piece = file.read(512)
        while piece:
            samples += _samples(piece)
            piece = file.read(512)
    return samples


def _make_folders(path):
    at = path.find("/", len(ROOT) + 1)
    while at > 0:
        try:
            os.mkdir(path[:at])
        except OSError:
            pass  # it is there; if it is not, opening the file says so
        at = path.find("/", at + 1)
