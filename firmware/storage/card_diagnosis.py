"""The reason why a card cannot be mounted, with the fix. Loaded on demand."""

from micropython import const

_SECTOR = const(512)
_EXFAT = const("the card is formatted as exFAT: format it as FAT32")
_NTFS = const("the card is formatted as NTFS: format it as FAT32")


def reason(board, error):
    """Return the reason for `error`, which mounting the board's card raised, as a text."""
    sector = bytearray(_SECTOR)
    try:
        board.read_sector(0, sector)
        found = _system(sector)
        if not found and sector[510:] == b"\x55\xaa":
            # A partition table: byte 454 has the first partition's start, little-endian.
            board.read_sector(int.from_bytes(sector[454:458], "little"), sector)
            found = _system(sector)
    except OSError:
        found = None
    return found or str(error)


def _system(sector):
    """Return the reason for a first sector, whose byte 3 begins the file system's name; None if it is another one."""
    return {b"EXFAT   ": _EXFAT, b"NTFS    ": _NTFS}.get(bytes(sector[3:11]))
