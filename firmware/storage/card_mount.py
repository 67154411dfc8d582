"""Functions to mount and unmount the card, measure its free space and handle its failures. Loaded on demand."""

import gc
import os
import vfs
from micropython import const

from board.mount_point import CARD
from overlay import load
from storage.card import Card

_FULL = const("the card is full")
# Seconds between two attempts to use a failed card: few at first, then more and more, because an attempt blocks the
# device for seconds.
_FIRST_RETRY_S = const(5)
_LONGEST_RETRY_S = const(960)
_FREE = const(3)  # index of the number of free blocks in os.statvfs()
_NO_SPACE = const(28)  # errno ENOSPC
_DENIED = const(13)  # errno EACCES, which FAT also raises if the card has no room for a folder
# Number of quarters in 30 days. A card with room for fewer quarters is nearly full.
_NEARLY_FULL = const(2880)


def unmount(card):
    """Close the journal and unmount the card."""
    card.mounted = False
    try:
        if card.journal:
            card.journal.close()
    except OSError:
        pass  # the journal cannot be closed, because the card was removed
    card.journal = card.day = None
    card.forget_quarters()
    # All files must be closed before another card is mounted. Garbage collection closes each file that is still open.
    gc.collect()
    try:
        vfs.umount(CARD)
    except OSError:
        pass  # no card was mounted


def mount(card):
    """Unmount the card, and mount it again."""
    unmount(card)
    card.format = None
    Card.filesystem = None  # the file system can be freed, because unmount() has closed its files
    try:
        Card.filesystem = card.board.mount_card(CARD)
        card.state = "ok" if Card.filesystem else "absent"
        card.error = None
        measure(card)
    except OSError as error:
        fail(card, load("storage.card_diagnosis").reason(card, error))


def retry(card):
    """Try to use a card that does not work. True if the card works again."""
    before = card.state
    if card.mounted:
        card.state, card.error = "ok", None  # the card was full, and may have room now
    else:
        mount(card)
    if card.state != before:
        card.note("SD Card %s" % card.state)
    return card.state == "ok"


def measure(card):
    """Update the figures for the size and the free space of the card."""
    if card.state == "ok" or card.mounted:
        block, fragment, blocks, free = os.statvfs(CARD)[:4]
        fragment = fragment or block
        card.mounted = True
        card.size_bytes = blocks * fragment
        card.free_bytes = free * fragment
        card.free_files = free
        card.nearly_full = free < _NEARLY_FULL


def fail(card, error):
    """Set the card's state to "failed". `error` is the reason: an exception or a text."""
    try:
        full = isinstance(error, OSError) and (
            error.errno == _NO_SPACE or (error.errno == _DENIED and not os.statvfs(CARD)[_FREE])
        )
    except OSError:
        full = False
    card.state = "failed"
    card.error = _FULL if full else str(error) or type(error).__name__
    card.wait_s = min(2 * card.wait_s or _FIRST_RETRY_S, _LONGEST_RETRY_S)
    if full:
        card.nearly_full = True
        card.free_files = 0
    else:
        unmount(card)
    card.note("SD Card failed: %s" % card.error)
