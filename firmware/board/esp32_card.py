"""What an ESP32 does with its card seldom. Loaded while used.

`disk` is that of board/esp32.py, None where the slot cannot be used.
"""

import vfs
from machine import WDT
from micropython import const

_WATCHDOG_MS = const(30000)
_LATER_MS = const(600000)


def mount(disk, path):
    """The filesystem of the card, mounted there; None when there is no card, OSError when it cannot be read."""
    if not disk:
        raise OSError("the slot of the card cannot be used")
    disk.ioctl(2, 0)  # forget the card of before: it may have been pulled and put back
    if disk.ioctl(1, 0):
        return None
    filesystem = vfs.VfsFat(disk)
    vfs.mount(filesystem, path)
    return filesystem


def read_sector(disk, sector, buffer):
    """512 bytes of the card; OSError when they cannot be read."""
    if not disk or disk.readblocks(sector, buffer):
        raise OSError(5)


def format_card(disk):
    """Make a new, empty file system. OSError when the card takes none."""
    if not disk:
        raise OSError(5)
    WDT(timeout=_LATER_MS)  # one call, and a large card takes long
    try:
        disk.ioctl(1, 0)
        vfs.VfsFat.mkfs(disk)
    finally:
        WDT(timeout=_WATCHDOG_MS)
