"""Mounting, formatting and reading of the host's card, which is a folder or a FAT image. Loaded on demand.

`card` is the path of the folder or of the image, None without a card. The name of an image ends in .img.
"""

import vfs
from micropython import const

from board.host import Image

_NEW_IMAGE = const(64 << 20)  # bytes


def mount(card, path):
    """Mount the card at a path. Return (Image or None, filesystem). Both are None without a card."""
    if not card:
        return None, None
    if card.endswith(".img"):
        image, is_new = _open(card)
        if is_new:
            vfs.VfsFat.mkfs(image)  # type: ignore[arg-type]  # the stubs require their own base class
        filesystem = vfs.VfsFat(image)  # type: ignore[arg-type]  # the same
    else:
        image = None
        filesystem = vfs.VfsPosix(card)  # type: ignore[attr-defined]  # the stubs are those of a board
    vfs.mount(filesystem, path)
    return image, filesystem


def _open(card):
    """Open the image, or create the missing file of the image. Return (Image, True if the file was created)."""
    try:
        return Image(open(card, "r+b")), False
    except OSError:
        file = open(card, "w+b")
        file.seek(_NEW_IMAGE - 1)
        file.write(b"\0")
        return Image(file), True


def read_sector(card, sector, buffer):
    """Read a sector of 512 bytes from the image into `buffer`. OSError if there is no image."""
    Image(open(card, "rb")).readblocks(sector, buffer)


def format_card(card):
    """Format the image. OSError for a folder, or without a card."""
    if not card or not card.endswith(".img"):
        raise OSError("only an image can be formatted")
    vfs.VfsFat.mkfs(_open(card)[0])  # type: ignore[arg-type]  # the stubs require their own base class
