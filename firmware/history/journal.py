"""The running quarter, kept where a restart finds it: every 5 s in the memory that a reset leaves alone, every minute
on the card.

On the card it is /journal.bin, made once, 64 sectors that are written in turn, one record each, never with its
directory entry. A record is whole or nothing: a cut can only spoil the newest one, in a sector that no other one has.
So a minute costs one sector; two slots that each hold a whole quarter would cost two, more than all the rest.

A record, little-endian (a quarter's block has the same head, and all of its samples):
  0  CRC-32 of what follows        4  number, one more than the one before     8  quarter id
 12  first slot, 14 slot behind the last       16  second at which the quarter's registers were first read
 18  check of the meter's serial number        20  import and export register then, in Wh; -1: not known
 28  the newest import, export (Wh), gas, water (dm3)    44  second of the newest telegram     46  what ended it
 48  mean import of the slots, in W, 65535 without a telegram        216  their export
384  the finished line of day.csv, in the record that closes the quarter
"""

import binascii
import struct
from micropython import const

from board.rtc import keep_quarter
from demand.quarter import HEAD, SLOTS
from meter.reading import total

SECTOR = const(512)
RECORDS = const(64)  # four quarters
SPAN = const(84)  # slots of a record: the newest minute, and six before it
EXPORTS = const(216)
LINE = const(384)

RUNNING = const(0)
ENDED = const(1)  # another quarter has begun, but its first telegram came late
SEEN = const(2)  # the registers at its end are known
CUT = const(3)  # by a restart: its end was not seen
CUT_SEEN = const(4)  # by a restart, but the meter counted nothing meanwhile

_GAS = const(3)
_WATER = const(7)
_COVERED = const(6)  # the cell of the first slot: in a block, up to where it is on the card


def _meters(reading, kind):
    """dm3 of all meters of this type together, -1 without one."""
    amount = -1
    for meter in reading.get("mbus", {}).values():
        volume = meter.get("volume")
        if volume and meter.get("type") == kind and volume[1] != b"GJ":
            amount = max(amount, 0) + volume[0]
    return amount


def _total(reading, field):
    wh = total(reading, field)
    return -1 if wh is None else wh


def serial(reading):
    """A check of the meter's serial number, 0 where it sends none."""
    return binascii.crc32((reading.get("meter_id") or "").encode()) & 0xFFFF


def begin(quarter, t, reading):
    """A quarter begins: these are its first registers, read at its second t."""
    quarter.block[_COVERED] = 0
    wh = _total(reading, "energy_import_"), _total(reading, "energy_export_")
    struct.pack_into("<hHii", quarter.block, 16, t, serial(reading), *wh)


def take(quarter, t, reading, ended=RUNNING):
    """Take the newest registers into the quarter's block.

    Another meter (its serial number differs) counts from elsewhere: then the quarter has no registers to count from.
    """
    block = quarter.block
    if block[9] != serial(reading):
        struct.pack_into("<hHii", block, 16, t, serial(reading), -1, -1)
    wh = _total(reading, "energy_import_"), _total(reading, "energy_export_")
    struct.pack_into("<iiiihH", block, 28, *wh, _meters(reading, _GAS), _meters(reading, _WATER), t, ended)


def keep(board, quarter):
    """Let a reset find the quarter."""
    block = quarter.block
    struct.pack_into("<III", block, 0, 0, 0, quarter.quarter_id)
    block[7] = quarter.slot + 1
    struct.pack_into("<I", block, 0, binascii.crc32(memoryview(block)[2:]))
    keep_quarter(board, block)


def is_due(quarter):
    """Whether a minute of the quarter is not on the card yet."""
    return not 0 <= quarter.slot - quarter.block[_COVERED] < 12


def write(card, quarter, line=b""):
    """Put what is new of a quarter on the card; with its finished line, close it. OSError when the card fails."""
    stop = SLOTS if line else quarter.slot
    first = max(0, min(quarter.block[_COVERED], stop - SPAN))
    while True:
        end = min(first + SPAN, stop)
        _record(card, quarter, first, end, line if end == stop else b"")
        if end == stop:
            break
        first = end
    quarter.block[_COVERED] = stop


def _record(card, quarter, first, end, line):
    record = bytearray(SECTOR)
    record[: 2 * HEAD] = bytes(memoryview(quarter.block)[:HEAD])
    struct.pack_into("<IIHH", record, 4, card.sequence, quarter.quarter_id, first, end)
    for at, slots in ((2 * HEAD, quarter.import_w), (EXPORTS, quarter.export_w)):
        record[at : at + 2 * (end - first)] = bytes(slots[first:end])
    record[LINE : LINE + len(line)] = line
    struct.pack_into("<I", record, 0, binascii.crc32(memoryview(record)[4:]))
    card.journal.seek(card.sequence % RECORDS * SECTOR)
    card.journal.write(record)
    card.sequence += 1
