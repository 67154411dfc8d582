"""Writer of an image to the slice of the flash partition `romfs` that does not run. Loaded on demand.

Only boards with the project's own image of MicroPython have this partition (image/partitions.csv). The partition begins
with an empty block, because MicroPython would mount an image there at each start. Then follow the slices of a and b.
"""

import asyncio
import gc
import hashlib
import sys
import vfs
from micropython import const

from server.http import Refused

_BLOCK = const(4096)
_FIRST_A = const(1)  # number of the first block of slice a
_FIRST_B = const(65)
_SIZE = const(64 * 4096)  # maximum size of an image in bytes
_PIECE = const(512)
# VfsRom checks the first bytes of an image before it mounts the image. These bytes are written last.
_HEADER = const(16)
_ERASE = const(6)  # request of ioctl()
# The architectures by their numbers in .mpy files (MicroPython, py/persistentcode.h).
_ARCHITECTURES = const("- x86 x64 - - - - - - - xtensawin rv32imc")


def check(head):
    """Check whether a package is of the kind that this board runs: an image, or single files.

    `head` is the first line of the package's manifest as a dict. Raise Refused if the package is of the other kind, or
    for another chip. Raise ValueError or KeyError if the line is damaged.
    """
    if head["format"] == "p1-monitor 1" and "kind" not in head:
        raise Refused(
            400, "This board runs its code in the flash: it needs the package with romfs in its name"
        )
    if head["format"] != "p1-monitor 2" or head["kind"] != "romfs":
        raise ValueError
    if not sys.path[0].startswith("/rom/"):
        raise Refused(400, "This package is for boards that run their code in the flash")
    if head["arch"] != _ARCHITECTURES.split()[sys.implementation._mpy >> 10 & 15]:
        raise Refused(400, "This package is for another chip (%s)" % head["arch"])


async def write(body, slot, size, digest):
    """Write the next `size` bytes of an update's body to the slice of a slot.

    The bytes are read back and compared with their SHA-256 (hexadecimal). Then the header is written, without which
    the slice cannot be mounted. Raise Refused if the image is damaged or too large, and OSError if the flash fails.
    """
    if size > _SIZE or size <= _HEADER:
        raise Refused(400, "The image of this package does not fit")
    partition = vfs.rom_ioctl(2, 0)
    first = _FIRST_A if slot == "a" else _FIRST_B
    partition.writeblocks(first, bytes(_HEADER), 0)  # zeros need no erased flash
    header = b""
    at = 0
    while at < size:
        within = at % _BLOCK
        if not within:
            partition.ioctl(_ERASE, first + at // _BLOCK)
        piece = await body.piece(min(size - at, _BLOCK - within))
        at += len(piece)
        # The first piece may be shorter than the header.
        missing = _HEADER - len(header)
        if missing:
            header += piece[:missing]
            within += min(missing, len(piece))
            piece = piece[missing:]
        if piece:
            partition.writeblocks(first + (at - 1) // _BLOCK, piece, within)
    if await _digest(partition, first, header, size) != digest:
        raise Refused(400, "The package is damaged in firmware.romfs")
    partition.writeblocks(first, header, 0)
    seen = bytearray(_HEADER)
    partition.readblocks(first, seen, 0)
    if seen != header:
        raise OSError(5)  # EIO
    gc.collect()


async def _digest(partition, first, header, size):
    """Return the SHA-256 (hexadecimal) of the image: its header, and the bytes that the flash returns."""
    seen = hashlib.sha256(header)
    piece = memoryview(bytearray(_PIECE))
    at = _HEADER
    while at < size:
        count = min(_PIECE - at % _PIECE, size - at)
        partition.readblocks(first + at // _BLOCK, piece[:count], at % _BLOCK)
        seen.update(piece[:count])
        at += count
        if not at % _BLOCK:
            await asyncio.sleep_ms(0)
    return seen.digest().hex()
