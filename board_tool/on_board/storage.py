"""Speed and errors of the card and of the flash. Each test writes one new file, and removes the file."""

import binascii
import os
import sys
import time
from micropython import const

_CARD = const("/sd/")
_NAME = const("p1prove%d.tmp")
_PIECE = const(4096)


def card():
    """Write 256 KB to the card, and read them back."""
    board = getattr(sys.modules.get("main"), "board", None)
    if board is None:
        raise RuntimeError("the firmware was not running")
    # Without a card, os.statvfs() would return the figures of the flash.
    if not board.device.card.mounted:
        raise RuntimeError("the firmware has mounted no card")
    began = time.ticks_us()
    block, fragment, _, free = os.statvfs("/sd")[:4]
    figures = {"statvfs_ms": time.ticks_diff(time.ticks_us(), began) // 1000, "cluster_bytes": block}
    if (fragment or block) * free < 1 << 20:
        raise RuntimeError("the card has less than 1 MB free")
    figures.update(_write_and_read(_CARD, 64))
    return figures


def flash():
    """Write 16 KB to the flash, and read them back."""
    return _write_and_read("", 4)


def _write_and_read(folder, pieces):
    path = _free_name(folder)
    piece = bytearray(bytes(range(256)) * (_PIECE // 256))
    longest = crc = wrong = 0
    try:
        began = time.ticks_us()
        with open(path, "wb") as file:
            for number in range(pieces):
                piece[0] = number
                crc = binascii.crc32(piece, crc)
                at = time.ticks_us()
                file.write(piece)
                longest = max(longest, time.ticks_diff(time.ticks_us(), at))
        write_us = time.ticks_diff(time.ticks_us(), began)
        began = time.ticks_us()
        found = 0
        with open(path, "rb") as file:
            for _ in range(pieces):
                if file.readinto(piece) != _PIECE:
                    wrong += 1
                found = binascii.crc32(piece, found)
        read_us = time.ticks_diff(time.ticks_us(), began)
        wrong += found != crc
    finally:
        try:
            os.remove(path)
        except OSError:
            pass  # the file could not be created
    kilobytes = pieces * _PIECE / 1024
    return {
        "write_kb_s": int(kilobytes * 1000000 / max(write_us, 1)),
        "read_kb_s": int(kilobytes * 1000000 / max(read_us, 1)),
        "longest_write_ms": longest // 1000,
        "wrong": wrong,
    }


def _free_name(folder):
    """Return the path of a file that does not exist."""
    number = 0
    while True:
        path = folder + _NAME % number
        try:
            os.stat(path)
        except OSError:
            return path
        number += 1
