"""Images of cards, formatted as by a PC. The images are sparse files: zeros use no space on the disk."""

import subprocess
from pathlib import Path

from build_tool import bytecode

FSCK = bytecode.ROOT / ".tools/bin/fsck.fat"
_MKFS = bytecode.ROOT / ".tools/bin/mkfs.fat"


def format_card(image: Path, *options: str, size: int) -> Path:
    """Write the image of a card of `size` bytes, formatted by mkfs.fat with these options.

    FileNotFoundError if mkfs.fat is not installed.
    """
    if not _MKFS.exists():
        raise FileNotFoundError("no mkfs.fat here; scripts/setup says why")
    with image.open("wb") as file:
        file.truncate(size)
    subprocess.run([_MKFS, "--invariant", *options, image], check=True, stdout=subprocess.DEVNULL)
    return image
