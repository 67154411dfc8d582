"""Writer of the new samples of the running quarter into the card's journal, once a minute. Loaded on demand.

The journal is the file /journal.bin of 64 sectors. Each sector has one record; 64 records are enough for four quarters.
The sectors are written in turn. journal.py describes a record.

The file is created once, and its directory entry never changes. A power cut can damage only the newest record, because
each record has its own sector. A record contains the new samples only, so that one sector a minute is written. Records
of the whole quarter would need two sectors a minute, more than all other writes to the card together.
"""

import binascii
import struct

from demand.quarter import HEAD_CELLS, SAMPLES
from storage.journal import (
    MAX_SAMPLES,
    QUARTER_ON_CARD_CELL,
    RECORD_BYTES,
    RECORD_EXPORTS_BYTE,
    RECORD_IMPORTS_BYTE,
    RECORD_LINE_BYTE,
    RECORD_NUMBER_BYTE,
    RECORDS,
)


def write(card, quarter, line=b""):
    """Write a quarter's new samples to the journal. OSError if the card fails.

    If the quarter's line of day.csv is given, the quarter is closed in the journal.
    """
    stop = SAMPLES if line else quarter.newest_index
    first = max(0, min(quarter.block[QUARTER_ON_CARD_CELL], stop - MAX_SAMPLES))
    while True:
        end = min(first + MAX_SAMPLES, stop)
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
