"""The journal of a card: what is new of the running quarter, once a minute. Loaded while used.

On the card it is /journal.bin, made once, 64 sectors that are written in turn, one record each, never with its
directory entry. A record is whole or nothing: a cut can only spoil the newest one, in a sector that no other one has.
So a minute costs one sector; two slots that each hold a whole quarter would cost two, more than all the rest.

A record, little-endian:
  0  CRC-32 of what follows        4  number, one more than the one before     8  quarter id
 12  first slot, 14 slot behind the last        16 to 47 as in a quarter's block (journal.py)
 48  mean import of these slots, in W, 65535 without a telegram        216  their export
384  the finished line of day.csv, in the record that closes the quarter
"""

import binascii
import struct
from micropython import const

from demand.quarter import HEAD_CELLS, SAMPLES
from storage.journal import (
    QUARTER_ON_CARD_CELL,
    RECORD_BYTES,
    RECORD_EXPORTS_BYTE,
    RECORD_IMPORTS_BYTE,
    RECORD_LINE_BYTE,
    RECORD_NUMBER_BYTE,
    RECORDS,
)

_MAX_SAMPLES = const(84)  # slots of a record: the newest minute, and six before it


def write(card, quarter, line=b""):
    """Put what is new of a quarter on the card; with its finished line, close it. OSError when the card fails."""
    stop = SAMPLES if line else quarter.newest_index
    first = max(0, min(quarter.block[QUARTER_ON_CARD_CELL], stop - _MAX_SAMPLES))
    while True:
        end = min(first + _MAX_SAMPLES, stop)
        _record(card, quarter, first, end, line if end == stop else b"")
        if end == stop:
            break
        first = end
    quarter.block[QUARTER_ON_CARD_CELL] = stop
    card.reset_retry()


def _record(card, quarter, first, end, line):
    record = bytearray(RECORD_BYTES)
    record[: 2 * HEAD_CELLS] = bytes(memoryview(quarter.block)[:HEAD_CELLS])
    struct.pack_into("<IIHH", record, RECORD_NUMBER_BYTE, card.sequence, quarter.quarter_id, first, end)
    for at, samples in ((RECORD_IMPORTS_BYTE, quarter.import_w), (RECORD_EXPORTS_BYTE, quarter.export_w)):
        record[at : at + 2 * (end - first)] = bytes(samples[first:end])
    record[RECORD_LINE_BYTE : RECORD_LINE_BYTE + len(line)] = line
    struct.pack_into("<I", record, 0, binascii.crc32(memoryview(record)[4:]))
    card.journal.seek(card.sequence % RECORDS * RECORD_BYTES)
    card.journal.write(record)
    card.sequence += 1
