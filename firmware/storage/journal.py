"""The running quarter's block: saved every 5 s in the memory that a reset keeps, and every minute on the card.

A quarter's block, little-endian, 16-bit cells:

  byte  cell  type  unit
     0     0   I          CRC-32 of the rest
     4     2   I          0
     8     4   I          quarter id
    12     6   H          number of samples that are on the card already
    14     7   H          number of samples so far
    16     8   h    s     time in the quarter at which its first registers were read
    18     9   H          check of the meter's serial number
    20    10   ii   Wh    first import and export register, -1: unknown
    28    14   ii   Wh    newest import and export register, -1: unknown
    36    18   ii   dm3   newest gas and water register, -1: unknown
    44    22   h    s     time in the quarter of the newest telegram
    46    23   H          how it ended: RUNNING, ENDED_UNSEEN ... CUT_SEEN
    48    24   H    W     180 samples of import, 65535 without a telegram
   408   204   H    W     180 samples of export

A record of the card's journal, 512 bytes, little-endian (journal_writer.py):

  byte  type  unit
     0   I          CRC-32 of the rest
     4   I          number of the record, one more than the previous
     8   I          quarter id
    12   H          its first sample
    14   H          the sample after its last
    16              as bytes 16 to 47 of the block
    48   H    W     import of these samples, 65535 without a telegram
   216   H    W     export of these samples
   384              the line of day.csv, in the record that closes the quarter; else 0
"""

import binascii
import struct
from micropython import const

from board.rtc_memory import keep_quarter
from meter.parser import total

# Positions in a quarter's block: cells, or bytes for struct.
QUARTER_BYTES = const(768)  # 2 * HEAD_CELLS + 4 * SAMPLES (demand/quarter.py)
QUARTER_ID_BYTE = const(8)
QUARTER_ON_CARD_CELL = const(6)
QUARTER_STOP_CELL = const(7)
QUARTER_FIRST_BYTE = const(16)
QUARTER_SERIAL_CELL = const(9)
QUARTER_FIRST_WH_BYTE = const(20)
QUARTER_NEWEST_BYTE = const(28)
QUARTER_END_CELL = const(23)

# Positions in a record of the card's journal.
RECORD_BYTES = const(512)
RECORDS = const(64)
RECORD_NUMBER_BYTE = const(4)
RECORD_FIRST_BYTE = const(12)
RECORD_IMPORTS_BYTE = const(48)
RECORD_EXPORTS_BYTE = const(216)
RECORD_LINE_BYTE = const(384)

# Values of a block's end.
RUNNING = const(0)
ENDED_UNSEEN = const(1)  # another quarter began, but too late to know this one's last registers
ENDED_SEEN = const(2)  # with the registers at its end
CUT_UNSEEN = const(3)  # by a restart, which missed its end
CUT_SEEN = const(4)  # by a restart during which the register did not rise

_GAS = const(3)
_WATER = const(7)
_AMOUNT = const(0)  # in a reading's volume
_UNIT = const(1)
_MINUTE = const(12)  # samples


def _volume_dm3(reading, kind):
    """Return the sum in dm3 of all meters of this M-Bus device type, -1 without one."""
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
    """Return a check of the meter's serial number, 0 if the meter does not send it."""
    return binascii.crc32((reading["meter_id"] or "").encode()) & 0xFFFF


def begin_registers(quarter, t, reading):
    """Write a quarter's first registers, read at its second t, into its block."""
    quarter.block[QUARTER_ON_CARD_CELL] = 0
    wh = _energy_wh(reading, "energy_import_"), _energy_wh(reading, "energy_export_")
    struct.pack_into("<hHii", quarter.block, QUARTER_FIRST_BYTE, t, serial_check(reading), *wh)


def update_registers(quarter, t, reading, ended=RUNNING):
    """Write the newest registers, read at second t, into the quarter's block.

    If the serial number is another one, the meter was replaced, and the quarter's first registers become unknown.
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
    """Save the quarter in the memory that a reset keeps."""
    block = quarter.block
    struct.pack_into("<III", block, 0, 0, 0, quarter.quarter_id)
    block[QUARTER_STOP_CELL] = quarter.newest_index + 1
    struct.pack_into("<I", block, 0, binascii.crc32(memoryview(block)[2:]))
    keep_quarter(board, block)


def is_record_due(quarter):
    """True if a minute of the quarter is not on the card yet, or the clock was set back."""
    return not 0 <= quarter.newest_index - quarter.block[QUARTER_ON_CARD_CELL] < _MINUTE
