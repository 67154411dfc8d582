"""The running quarter, kept where a restart finds it: every 5 s in the memory that a reset leaves alone, every minute
on the card.

A quarter's block, little-endian (a record on the card begins with the same head, see journal_writer.py):
  0  CRC-32 of what follows        8  quarter id        12  slot up to which it is on the card        14  slots
 16  second at which its registers were first read      18  check of the meter's serial number
 20  import and export register then, in Wh; -1: not known
 28  the newest import, export (Wh), gas, water (dm3)   44  second of the newest telegram     46  what ended it
 48  mean import of each 5 s, in W, 65535 without a telegram        408  their export
"""

import binascii
import struct
from micropython import const

from board.rtc_memory import keep_quarter
from meter.parser import total

RUNNING = const(0)
ENDED_UNSEEN = const(1)  # another quarter has begun, but its first telegram came late
ENDED_SEEN = const(2)  # the registers at its end are known
CUT_UNSEEN = const(3)  # by a restart: its end was not seen
CUT_SEEN = const(4)  # by a restart, but the meter counted nothing meanwhile

_GAS = const(3)
_WATER = const(7)
_COVERED = const(6)  # a cell of the block: up to where it is on the card


def _volume_dm3(reading, kind):
    """dm3 of all meters of this type together, -1 without one."""
    amount = -1
    for meter in reading["mbus"].values():
        volume = meter.get("volume")
        if volume and meter.get("type") == kind and volume[1] != b"GJ":
            amount = max(amount, 0) + volume[0]
    return amount


def _energy_wh(reading, field):
    wh = total(reading, field)
    return -1 if wh is None else wh


def serial_check(reading):
    """A check of the meter's serial number, 0 where it sends none."""
    return binascii.crc32((reading["meter_id"] or "").encode()) & 0xFFFF


def begin_registers(quarter, t, reading):
    """A quarter begins: these are its first registers, read at its second t."""
    quarter.block[_COVERED] = 0
    wh = _energy_wh(reading, "energy_import_"), _energy_wh(reading, "energy_export_")
    struct.pack_into("<hHii", quarter.block, 16, t, serial_check(reading), *wh)


def update_registers(quarter, t, reading, ended=RUNNING):
    """Take the newest registers into the quarter's block.

    Another meter (its serial number differs) counts from elsewhere: then the quarter has no registers to count from.
    """
    block = quarter.block
    if block[9] != serial_check(reading):
        struct.pack_into("<hHii", block, 16, t, serial_check(reading), -1, -1)
    wh = _energy_wh(reading, "energy_import_"), _energy_wh(reading, "energy_export_")
    struct.pack_into(
        "<iiiihH", block, 28, *wh, _volume_dm3(reading, _GAS), _volume_dm3(reading, _WATER), t, ended
    )


def save(board, quarter):
    """Let a reset find the quarter."""
    block = quarter.block
    struct.pack_into("<III", block, 0, 0, 0, quarter.quarter_id)
    block[7] = quarter.newest_index + 1
    struct.pack_into("<I", block, 0, binascii.crc32(memoryview(block)[2:]))
    keep_quarter(board, block)


def is_record_due(quarter):
    """Whether a minute of the quarter is not on the card yet."""
    return not 0 <= quarter.newest_index - quarter.block[_COVERED] < 12
