"""Why a card cannot be mounted, in words that say what to do. Loaded while used."""

from micropython import const

_SECTOR = const(512)
_EXFAT = const("the card is formatted as exFAT: format it as FAT32")
_NTFS = const("the card is formatted as NTFS: format it as FAT32")


def reason(board, error):
    """The words for `error`, which mounting the board's card gave."""
    sector = bytearray(_SECTOR)
    try:
        board.read_sector(0, sector)
        found = _system(sector)
        if not found and sector[510:] == b"\x55\xaa":
            # A table of partitions: the first entry's start stands little-endian at 454.
            board.read_sector(int.from_bytes(sector[454:458], "little"), sector)
            found = _system(sector)
    except OSError:
        found = None
    return found or str(error)


def _system(sector):
    """The name of a file system stands at byte 3 of its first sector."""
    return {b"EXFAT   ": _EXFAT, b"NTFS    ": _NTFS}.get(bytes(sector[3:11]))
