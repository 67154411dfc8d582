"""Mounting, formatting and reading of an ESP32's card. Loaded on demand.

`disk` is the Disk of board/esp32.py, None if the driver of the card could not be set up.
"""

import vfs
from machine import WDT
from micropython import const

_WATCHDOG_MS = const(30000)
_LATER_MS = const(600000)


def mount(disk, path):
    """Mount the card at a path. Return the card's filesystem, None without a card. OSError if the mount fails."""
    if not disk:
        raise OSError("the slot of the card cannot be used")
    disk.ioctl(2, 0)  # reset the driver, because the card may have been exchanged
    if disk.ioctl(1, 0):
        return None
    filesystem = vfs.VfsFat(disk)
    vfs.mount(filesystem, path)
    return filesystem


def read_sector(disk, sector, buffer):
    """Read a sector of 512 bytes from the card into `buffer`. OSError if the read fails."""
    if not disk or disk.readblocks(sector, buffer):
        raise OSError(5)


def format_card(disk):
    """Format the card. OSError if the card fails."""
    if not disk:
        raise OSError(5)
    # On a large card the call of mkfs takes minutes. Set a longer watchdog timeout, because nothing feeds the
    # watchdog during the call.
    WDT(timeout=_LATER_MS)
    try:
        disk.ioctl(1, 0)
        vfs.VfsFat.mkfs(disk)
    finally:
        WDT(timeout=_WATCHDOG_MS)
