"""The flash partition `romfs` of a connected board, which has a slice for the code of each slot."""

import base64
import hashlib

from board_tool.connection import BoardConnection
from build_tool.errors import ToolError
from build_tool.romfs import BLOCK, FIRST, PARTITION

_PIECE = 1024  # bytes that are sent at a time, in Base64
_ERASE = 6  # request of ioctl()


def are_there(connection: BoardConnection) -> bool:
    """True if the board's MicroPython is the project's own image, which has the partition."""
    found = connection.run(
        "import vfs\ntry:\n print(len(memoryview(vfs.rom_ioctl(2, 0))))\n"
        "except (AttributeError, TypeError):\n print(0)"  # MicroPython has no ROMFS, or the flash has no partition
    )
    return found.strip() == str(PARTITION)


def write(connection: BoardConnection, slot: str, image: bytes) -> None:
    """Write an image to the slice of a slot. The slice must not run.

    ToolError if the board does not return the bytes that were written.
    """
    first = FIRST[slot] // BLOCK
    connection.run("import binascii, hashlib, vfs\nromfs = vfs.rom_ioctl(2, 0)")
    # The first block is written last, so that an incomplete image cannot be mounted.
    connection.run(f"romfs.ioctl({_ERASE}, {first})")
    for at in [*range(BLOCK, len(image), BLOCK), 0]:
        block = first + at // BLOCK
        connection.run(f"romfs.ioctl({_ERASE}, {block})")
        for offset in range(0, min(BLOCK, len(image) - at), _PIECE):
            text = base64.b64encode(image[at : at + BLOCK][offset : offset + _PIECE]).decode()
            connection.run(f"romfs.writeblocks({block}, binascii.a2b_base64({text!r}), {offset})")
    stored = connection.run(
        "seen, piece = hashlib.sha256(), memoryview(bytearray(512))\n"
        f"for at in range(0, {len(image)}, 512):\n"
        f" part = piece[:min(512, {len(image)} - at)]\n"
        f" romfs.readblocks({first} + at // {BLOCK}, part, at % {BLOCK})\n"
        " seen.update(part)\n"
        "print(binascii.hexlify(seen.digest()).decode())\n",
        timeout_s=60,
    )
    if stored.strip() != hashlib.sha256(image).hexdigest():
        raise ToolError("the flash of the board did not store the firmware: try again")
