"""ROMFS image: the firmware of a board as one file, for boards that run their code in the flash (image/).

MicroPython mounts the image as a read-only filesystem, and runs the bytecode where it is. Equal files give equal
images, byte for byte.
"""

from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from build_tool.errors import ToolError

if TYPE_CHECKING:
    from mpremote.romfs import VfsRomWriter

BOARDS = ("t8_c3",)
"""The boards for which there is an image of MicroPython that has the partition."""
MAIN = Path(__file__).resolve().parent.parent / "firmware" / "romfs" / "main.py"
"""The main.py of such a board, in place of the loader's."""
NAME = "firmware.romfs"
"""Name of the image in an update package."""
BLOCK = 4096
FIRST = {"a": BLOCK, "b": BLOCK + 256 * 1024}
"""Where the slice of each slot begins in the partition, in bytes. The bytes before the slices stay empty."""
SLICE = 256 * 1024
"""Maximum size of an image in bytes."""
PARTITION = BLOCK + 2 * SLICE


def image(files: Mapping[str, bytes]) -> bytes:
    """Return the image with these files: {path: content}. ToolError if it is larger than a slice."""
    from mpremote.romfs import (
        VfsRomWriter,  # not imported above, because other functions work without mpremote
    )

    writer = VfsRomWriter()
    _add(writer, sorted((name.split("/"), content) for name, content in files.items()))
    made = bytes(writer.finalise())
    if len(made) > SLICE:
        raise ToolError(f"the image has {len(made):,} bytes, but a slice of the flash has {SLICE:,}")
    return made


def partition(images: Mapping[str, bytes]) -> bytes:
    """Return the content of a whole partition, with an image in some of its slices: {slot: image}."""
    content = bytearray(b"\xff" * PARTITION)
    for slot, made in images.items():
        content[FIRST[slot] : FIRST[slot] + len(made)] = made
    return bytes(content)


def _add(writer: "VfsRomWriter", files: Iterable[tuple[list[str], bytes]]) -> None:
    """Add files to the folder that is open. Each file is (parts of its path below this folder, content)."""
    for name, group in groupby(files, key=lambda file: file[0][0]):
        for parts, content in (found := list(group)):
            if len(parts) == 1:
                writer.mkfile(name, content)
        if below := [(parts[1:], content) for parts, content in found if len(parts) > 1]:
            writer.opendir(name)
            _add(writer, below)
            writer.closedir()
