"""Diagnosis of a card that cannot be mounted: the reason and the fix. Loaded on demand."""

from micropython import const

_SECTOR = const(512)
_EXFAT = const("the card is formatted as exFAT: format it as FAT32")
_NTFS = const("the card is formatted as NTFS: format it as FAT32")


def reason(board, error):
    """Return the reason why the card cannot be mounted, as a text. `error` is the OSError of the attempt."""
    sector = bytearray(_SECTOR)
    try:
        board.read_sector(0, sector)
        found = _system(sector)
        if not found and sector[510:] == b"\x55\xaa":
            # The sector has a partition table. Bytes 454 to 457 are the first partition's start sector, little-endian.
            board.read_sector(int.from_bytes(sector[454:458], "little"), sector)
            found = _system(sector)
    except OSError:
        found = None
    return found or str(error)


def _system(sector):
    """Return why the card cannot be mounted, if `sector` is the first of an exFAT or NTFS file system. None otherwise.

    The name of the file system is in `sector` from byte 3 on.
    """
    return {b"EXFAT   ": _EXFAT, b"NTFS    ": _NTFS}.get(bytes(sector[3:11]))
