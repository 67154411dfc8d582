"""Diagnosis of a card that cannot be mounted: what the card contains, and how to fix it. Loaded on demand."""

from micropython import const

_SECTOR = const(512)
_NO_FILE_SYSTEM = const(19)  # ENODEV, the error of a mount that finds no file system
_GPT_TYPE = const(0xEE)  # in an MBR, the type of a partition that stands for a GPT
_FIX = const(": format it as FAT32, or erase it in the settings of the page")
_GPT_FIX = const(": partition it as MBR with FAT32, or erase it in the settings of the page")
# Each row: number of a sector in the partition, offset in this sector, bytes at this offset, and the name of the file
# system that has these bytes there.
_SYSTEMS = (
    (0, 3, b"EXFAT   ", "exFAT"),
    (0, 3, b"NTFS    ", "NTFS"),
    (0, 32, b"NXSB", "APFS"),
    (2, 0, b"H+", "HFS+"),
    (2, 0, b"HX", "HFS+"),
    (2, 0, b"\x10\x20\xf5\xf2", "F2FS"),
    (2, 56, b"\x53\xef", "ext4"),  # these bytes are also in ext2 and ext3
    (128, 64, b"_BHRfS_M", "Btrfs"),
)


def reason(card, error):
    """Return why the card cannot be mounted, and how to fix it.

    Set card.format to the name of the card's format, such as "exFAT", if the format is known. `error` is the OSError of
    the attempt to mount the card.
    """
    try:
        first = _read(card.board, 0)
    except OSError:
        return str(error)
    system = _system(card.board, 0)
    has_table = not system and first[510:] == b"\x55\xaa"
    is_gpt = has_table and _GPT_TYPE in [first[at] for at in range(450, 510, 16)]
    if has_table:
        for start in _gpt_starts(card.board) if is_gpt else _starts(first, 454, 16):
            system = system or _system(card.board, start)
    if is_gpt:
        card.format = "GPT, " + system if system else "GPT"
        return "the card has a partition table of the kind %s" % card.format + _GPT_FIX
    if system:
        card.format = system
        return "the card is formatted as %s" % system + _FIX
    if _is_blank(first):
        card.format = "blank"
        return "the card is blank" + _FIX
    if error.errno == _NO_FILE_SYSTEM:
        return "the card has no file system that the device can read" + _FIX
    return str(error)


def _read(board, sector):
    buffer = bytearray(_SECTOR)
    board.read_sector(sector, buffer)
    return buffer


def _starts(table, first, step):
    """Return a list with the number of the first sector of each of four partitions.

    A partition that does not exist is left out.
    table  content of the sector with the partition table
    first  offset in this sector, in bytes, of the number for the first partition
    step   bytes from the number for one partition to the number for the next
    """
    starts = [int.from_bytes(table[at : at + 4], "little") for at in range(first, first + 4 * step, step)]
    return [start for start in starts if start]


def _gpt_starts(board):
    """Return the numbers of the first sectors of the first four partitions in a GPT. [] if the GPT cannot be read."""
    try:
        header = _read(board, 1)
        return _starts(_read(board, int.from_bytes(header[72:76], "little")), 32, 128)
    except (OSError, OverflowError):
        return []


def _system(board, start):
    """Return the name of the file system that begins at a sector. None if the name is not found."""
    try:
        for sector, offset, expected, name in _SYSTEMS:
            if _read(board, start + sector)[offset : offset + len(expected)] == expected:
                return name
    except (OSError, OverflowError):
        pass  # a damaged partition table may name a sector that does not exist
    return None


def _is_blank(first):
    """True if the first sector is erased (all FF), or contains neither boot code nor a partition."""
    return first == b"\xff" * _SECTOR or not (any(first[:440]) or any(first[446:510]))
