"""Block of the running quarter, saved every 5 s in RTC memory and every minute in the card's journal.

RTC memory survives a reset. A block consists of 16-bit cells, little-endian. Types are those of Python's struct:

  byte  cell  type  unit
     0     0   I          CRC-32 of the following bytes
     4     2   I          always 0
     8     4   I          quarter id
    12     6   H          number of samples that are already on the card
    14     7   H          number of samples so far
    16     8   h    s     time from the quarter's start to the reading of its first registers
    18     9   H          16 bits of the CRC-32 of the meter's serial number
    20    10   ii   Wh    first import and export register, -1 if unknown
    28    14   ii   Wh    newest import and export register, -1 if unknown
    36    18   ii   dm3   newest gas and water register, -1 if unknown
    44    22   h    s     time from the quarter's start to the newest telegram
    46    23   H          end of the quarter: RUNNING, ENDED_UNSEEN, ENDED_SEEN, CUT_UNSEEN or CUT_SEEN
    48    24   H    W     180 samples of import, 65535 without a telegram
   408   204   H    W     180 samples of export

A record of the card's journal has 512 bytes, little-endian (journal_writer.py):

  byte  type  unit
     0   I          CRC-32 of the following bytes
     4   I          number of the record, one more than the previous record's number
     8   I          quarter id
    12   H          index of the first sample in the record
    14   H          index of the last sample in the record, plus 1
    16              copy of bytes 16 to 47 of the block
    48   H    W     import of the record's samples, 65535 without a telegram
   216   H    W     export of the record's samples, 65535 without a telegram
   384              line of day.csv in the record that closes the quarter, zero bytes in other records
"""

import binascii
import struct
from micropython import const

from board.rtc_memory import keep_quarter
from meter.parser import total, volume_dm3

# Offsets in a quarter's block. A name with CELL counts 16-bit cells, and a name with BYTE counts bytes.
QUARTER_BYTES = const(768)  # size of a block: 2 * HEAD_CELLS + 4 * SAMPLES (demand/quarter.py)
QUARTER_ID_BYTE = const(8)
QUARTER_ON_CARD_CELL = const(6)
QUARTER_STOP_CELL = const(7)
QUARTER_FIRST_BYTE = const(16)
QUARTER_SERIAL_CELL = const(9)
QUARTER_FIRST_WH_BYTE = const(20)
QUARTER_NEWEST_BYTE = const(28)
QUARTER_END_CELL = const(23)

# Size and number of the records in the card's journal, and byte offsets of the fields in a record.
RECORD_BYTES = const(512)
RECORDS = const(64)
RECORD_NUMBER_BYTE = const(4)
RECORD_FIRST_BYTE = const(12)
RECORD_IMPORTS_BYTE = const(48)
RECORD_EXPORTS_BYTE = const(216)
RECORD_LINE_BYTE = const(384)
# Maximum number of samples in a record: the samples of the newest seven minutes.
MAX_SAMPLES = const(84)

# Values of the cell that describes the end of a quarter.
RUNNING = const(0)
ENDED_UNSEEN = const(1)  # the next telegram came too late, so the registers at the quarter's end are unknown
ENDED_SEEN = const(2)  # the registers at the quarter's end are known
CUT_UNSEEN = const(3)  # the device missed the quarter's end because of a restart
CUT_SEEN = const(4)  # the device missed the end, but the import register rose by at most 1 Wh meanwhile

# Types of M-Bus meters (0-n:24.1.0): what the meter measures.
_GAS = const(3)
_WATER = const(7)
_MINUTE = const(12)  # samples in a minute


def _energy_wh(reading, field):
    wh = total(reading, field)
    return -1 if wh is None else wh


def serial_check(reading):
    """Return 16 bits of the CRC-32 of the meter's serial number, 0 if the meter does not send a serial number."""
    return binascii.crc32((reading["meter_id"] or "").encode()) & 0xFFFF


def begin_registers(quarter, t, reading, serial_before):
    """Write the quarter's first registers into its block. `reading` was read `t` seconds after the quarter's start.

    `serial_before` is the result of serial_check() in the previous quarter, 0 if unknown. If `reading` gives
    another result, the meter was replaced, and update_registers() makes the first registers unknown.
    """
    quarter.block[QUARTER_ON_CARD_CELL] = 0
    wh = _energy_wh(reading, "energy_import_"), _energy_wh(reading, "energy_export_")
    struct.pack_into(
        "<hHii", quarter.block, QUARTER_FIRST_BYTE, t, serial_before or serial_check(reading), *wh
    )


def update_registers(quarter, t, reading, ended=RUNNING):
    """Write the quarter's newest registers into its block. `reading` was read `t` seconds after the quarter's start.

    If the serial number has changed, the meter was replaced, and the quarter's first registers become unknown.
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
        volume_dm3(reading, _GAS),
        volume_dm3(reading, _WATER),
        t,
        ended,
    )


def save(board, quarter):
    """Save a quarter's block in RTC memory, which survives a reset."""
    block = quarter.block
    struct.pack_into("<III", block, 0, 0, 0, quarter.quarter_id)
    block[QUARTER_STOP_CELL] = quarter.newest_index + 1
    struct.pack_into("<I", block, 0, binascii.crc32(memoryview(block)[2:]))
    keep_quarter(board, block)


def is_record_due(quarter):
    """True if the card lacks at least a minute of the quarter's samples, or if the meter's clock was set back."""
    return not 0 <= quarter.newest_index - quarter.block[QUARTER_ON_CARD_CELL] < _MINUTE
