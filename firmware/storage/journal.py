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

# Positions in a quarter's block: of 16-bit cells, or of bytes for struct.
QUARTER_BYTES = const(768)  # 2 * HEAD_CELLS + 4 * SAMPLES (demand/quarter.py)
QUARTER_ID_BYTE = const(8)
QUARTER_ON_CARD_CELL = const(6)
QUARTER_STOP_CELL = const(7)
QUARTER_FIRST_BYTE = const(16)
QUARTER_SERIAL_CELL = const(9)
QUARTER_FIRST_WH_BYTE = const(20)
QUARTER_NEWEST_BYTE = const(28)
QUARTER_END_CELL = const(23)

# Of a record of the card's journal.
RECORD_BYTES = const(512)
RECORDS = const(64)
RECORD_NUMBER_BYTE = const(4)
RECORD_FIRST_BYTE = const(12)
RECORD_IMPORTS_BYTE = const(48)
RECORD_EXPORTS_BYTE = const(216)
RECORD_LINE_BYTE = const(384)

# Values of a block's end.
RUNNING = const(0)
ENDED_UNSEEN = const(1)  # another quarter has begun, but its first telegram came late
ENDED_SEEN = const(2)  # the registers at its end are known
CUT_UNSEEN = const(3)  # by a restart: its end was not seen
CUT_SEEN = const(4)  # by a restart, but the meter counted nothing meanwhile

_GAS = const(3)
_WATER = const(7)
_AMOUNT = const(0)  # in a reading's volume
_UNIT = const(1)
_MINUTE = const(12)  # samples


def _volume_dm3(reading, kind):
    """dm3 of all meters of this type together, -1 without one."""
    amount = -1
    for meter in reading["mbus"].values():
        volume = meter.get("volume")
        if volume and meter.get("type") == kind and volume[_UNIT] != b"GJ":
            amount = max(amount, 0) + volume[_AMOUNT]
    return amount


def _energy_wh(reading, field):
    wh = total(reading, field)
    return -1 if wh is None else wh


def serial_check(reading):
    """A check of the meter's serial number, 0 where it sends none."""
    return binascii.crc32((reading["meter_id"] or "").encode()) & 0xFFFF


def begin_registers(quarter, t, reading):
    """A quarter begins: these are its first registers, read at its second t."""
    quarter.block[QUARTER_ON_CARD_CELL] = 0
    wh = _energy_wh(reading, "energy_import_"), _energy_wh(reading, "energy_export_")
    struct.pack_into("<hHii", quarter.block, QUARTER_FIRST_BYTE, t, serial_check(reading), *wh)


def update_registers(quarter, t, reading, ended=RUNNING):
    """Take the newest registers into the quarter's block.

    Another meter (its serial number differs) counts from elsewhere: then the quarter has no registers to count from.
    """
    block = quarter.block
    if block[QUARTER_SERIAL_CELL] != serial_check(reading):
        struct.pack_into("<hHii", block, QUARTER_FIRST_BYTE, t, serial_check(reading), -1, -1)
    wh = _energy_wh(reading, "energy_import_"), _energy_wh(reading, "energy_export_")
    struct.pack_into(
        "<iiiihH",
        block,
        QUARTER_NEWEST_BYTE,
        *wh,
        _volume_dm3(reading, _GAS),
        _volume_dm3(reading, _WATER),
        t,
        ended,
    )


def save(board, quarter):
    """Let a reset find the quarter."""
    block = quarter.block
    struct.pack_into("<III", block, 0, 0, 0, quarter.quarter_id)
    block[QUARTER_STOP_CELL] = quarter.newest_index + 1
    struct.pack_into("<I", block, 0, binascii.crc32(memoryview(block)[2:]))
    keep_quarter(board, block)


def is_record_due(quarter):
    """Whether a minute of the quarter is not on the card yet."""
    return not 0 <= quarter.newest_index - quarter.block[QUARTER_ON_CARD_CELL] < _MINUTE
