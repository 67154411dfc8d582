"""Causes of a start, the watchdog, and the RTC memory over a restart."""

import binascii
import machine
import sys
from machine import RTC, WDT
from micropython import const

_QUARTER = const(768)  # bytes of the running quarter, which come first (firmware/board/rtc_memory.py)
_LATER_MS = const(600000)
_MARK = const(b"firmware prove was here")
_ATTEMPT = const(b"Native code stopped a start")


def watch_later():
    """Set the watchdog to ten minutes, because the tool may have interrupted the firmware before it did so."""
    WDT(timeout=_LATER_MS)
    return {}


def save():
    """Let the firmware write settings that it would write within a minute, because the tool restarts the board."""
    board = getattr(sys.modules.get("main"), "board", None)
    if board:
        board.device.save_settings()
    return {}


def cause():
    """Return the cause of this start, as MicroPython numbers it, and as the chip does (a register)."""
    figures = {"cause": machine.reset_cause()}
    register = {"ESP32C3": 0x60008038, "ESP32S2": 0x3F408038}
    for chip in register:
        if chip in sys.implementation._machine.upper().replace("-", ""):
            figures["register"] = machine.mem32[register[chip]] & 0x3F
    return figures


def mark():
    """Put a mark into the RTC memory, behind the running quarter, if nothing is there. Return a check of that part."""
    memory = RTC().memory
    kept = memory()
    if len(kept) <= _QUARTER:
        memory(kept + bytes(_QUARTER - len(kept)) + _MARK)
    return {"check": binascii.crc32(memory()[_QUARTER:])}


def unmark():
    """Remove what mark() wrote.

    If the tool interrupted the start while native code was tried, the memory says that the native code stopped a start.
    That was the tool, so this goes too.
    """
    memory = RTC().memory
    kept = memory()
    if kept[_QUARTER:] == _MARK or _ATTEMPT in kept[_QUARTER : _QUARTER + 64]:
        memory(kept[:_QUARTER])
    return {}


def check():
    """Return the check of the part behind the running quarter."""
    return {"check": binascii.crc32(RTC().memory()[_QUARTER:])}


def starve(seconds):
    """Shorten the watchdog's limit, and never feed the watchdog. The board restarts."""
    WDT(timeout=seconds * 1000)
    return {}
