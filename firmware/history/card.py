"""The memory card: mounted, written by one hand, and read.

Layout, readable in a PC: /config.json, /meter/YYYY/MM/DD/HHMM[S|W].json, one file per quarter.
"""

import gc
import os
import vfs
from micropython import const

from loading import borrow

ROOT = "/sd"
_RETRY_S = const(60)  # a card that does not answer holds everything up for seconds


class Card:
    """The card's state and the only code that writes to it.

    A quarter is written in one go, with nothing else running between open and close: no half file is ever seen.
    An error of the card is kept in `error`, and the rest of the device goes on; a card that is put in, or back, is
    found within a minute. `note(line)` is told what becomes of the card.
    """

    def __init__(self, board, note=print):
        self._board = board
        self._note = note
        self._away_s = 0
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
            self.fail(borrow("history.unreadable", "reason")(self._board, error))

    def each_second(self):
        """Look for a card now and then while there is none that works; True when one has come."""
        self._away_s = 0 if self.state == "ok" else self._away_s + 1
        if self._away_s == _RETRY_S:
            self._away_s = 0
            before = self.state
            self.mount()
            if self.state != before:
                self._note("SD Card %s" % self.state)
                return self.state == "ok"
        return False

    def _measure(self):
        if self.state == "ok":
            block, fragment, blocks, free = os.statvfs(ROOT)[:4]
            self.size_bytes = blocks * (fragment or block)
            self.free_bytes = free * (fragment or block)

    def fail(self, error):
        """The card does not work, for this reason."""
        self.state = "failed"
        self.error = str(error)
        gc.collect()  # a file that could not be closed closes now, and not when another card is there
        self._note("SD Card failed: %s" % error)

    def store(self, path, write_body):
        """Write a quarter's file; `write_body(write)` gives its JSON. False when the card did not take it.

        A quarter closes a second time when the meter's clock has gone back: the file with more samples stays.
        """
        path = "%s/meter/%s" % (ROOT, path)
        for _ in range(2):  # a card that was pulled and put back is mounted anew
            if self.state != "ok":
                self.mount()
            if self.state != "ok":
                break
            try:
                self._write(path, write_body)
                return True
            except OSError as error:
                self.fail(error)
        return False

    def _write(self, path, write_body):
        if _size(path) and _samples_of_file(path) > _samples_of(write_body):
            return
        _make_folders(path)
        with open(path, "wb") as file:
            write_body(file.write)
        self._measure()

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
