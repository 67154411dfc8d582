"""Mounting of the card, its free space and its failures. Loaded on demand."""

import gc
import os
import vfs
from micropython import const

from board.mount_point import CARD
from overlay import load
from storage.card import Card

_FULL = const("the card is full")
# A card that fails is tried soon at first, then less and less often, because an attempt blocks the device for seconds.
_FIRST_RETRY_S = const(5)
_LONGEST_RETRY_S = const(960)
_FREE = const(3)  # blocks, in os.statvfs()
_NO_SPACE = const(28)  # ENOSPC
_DENIED = const(13)  # EACCES: FAT's error if there is no room for a folder
_NEARLY_FULL = const(2880)  # quarters, 30 days: with fewer the card is nearly full


def unmount(card):
    """Close the journal and unmount the card."""
    card.mounted = False
    try:
        if card.journal:
            card.journal.close()
    except OSError:
        pass  # the card was removed
    card.journal = card.day = None
    card.forget_quarters()
    gc.collect()  # closes files that could not be closed, before another card is mounted
    try:
        vfs.umount(CARD)
    except OSError:
        pass  # was not mounted


def mount(card):
    """Unmount the card, and mount it again."""
    unmount(card)
    Card.filesystem = None  # after unmount(), which has closed every file of it
    try:
        Card.filesystem = card.board.mount_card(CARD)
        card.state = "ok" if Card.filesystem else "absent"
        card.error = None
        measure(card)
    except OSError as error:
        fail(card, load("storage.card_diagnosis").reason(card.board, error))


def retry(card):
    """Try a card that does not work. True if it works again."""
    before = card.state
    if card.mounted:
        card.state, card.error = "ok", None  # it was full, and may have room by now
    else:
        mount(card)
    if card.state != before:
        card.note("SD Card %s" % card.state)
    return card.state == "ok"


def measure(card):
    """Update the figures of the free space."""
    if card.state == "ok" or card.mounted:
        block, fragment, blocks, free = os.statvfs(CARD)[:4]
        fragment = fragment or block
        card.mounted = True
        card.size_bytes = blocks * fragment
        card.free_bytes = free * fragment
        card.free_files = free
        card.nearly_full = free < _NEARLY_FULL


def fail(card, error):
    """Set the state to "failed" because of this OSError or text."""
    full = isinstance(error, OSError) and (
        error.errno == _NO_SPACE or (error.errno == _DENIED and not os.statvfs(CARD)[_FREE])
    )
    card.state = "failed"
    card.error = _FULL if full else str(error)
    card.wait_s = min(2 * card.wait_s or _FIRST_RETRY_S, _LONGEST_RETRY_S)
    if full:
        card.nearly_full = True
        card.free_files = 0
    else:
        unmount(card)
    card.note("SD Card failed: %s" % card.error)
