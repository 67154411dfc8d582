"""Flash of a simulated board that runs its code from the flash partition `romfs`, a file beside its other files."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from build_tool import romfs
from build_tool.board_folder import LOADER
from build_tool.package import Package

PARTITION = "romfs.bin"
"""Name of the file. Its path is in the environment's ROMFS (scripts/tools/micropython/like_esp32/romfs.c)."""
ARCHITECTURE = "x86"
"""The architecture of the 32-bit MicroPython."""


def lay_out(flash: Path, files: Mapping[str, bytes]) -> dict[str, str]:
    """Write the loader into a flash, and the firmware into slice a. Return the environment of the board's process."""
    for source in (*LOADER.glob("*.py"), romfs.MAIN):
        shutil.copy(source, flash)
    image = romfs.image(files)
    (flash / PARTITION).write_bytes(romfs.partition({"a": image}))
    package = Package("old", "host", {romfs.NAME: image}, architecture=ARCHITECTURE)
    (flash / "a").mkdir()
    (flash / "a" / "manifest.json").write_bytes(package.manifest())
    (flash / "slot.txt").write_text("a ok\n")
    return {"ROMFS": str(flash / PARTITION)}
