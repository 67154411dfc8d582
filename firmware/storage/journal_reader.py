"""Reader of quarters from the card's journal and from RTC memory, which survives a reset. Loaded on demand."""

import binascii
import struct
from micropython import const

from board.mount_point import CARD
from board.rtc_memory import kept_quarter
from demand.quarter import ABSENT, HEAD_CELLS, SAMPLES, quarter_id as id_of, start_of
from meter.timestamp import iso
from overlay import load
from storage.day_csv_fields import QUARTER
from storage.journal import (
    MAX_SAMPLES,
    QUARTER_BYTES,
    QUARTER_ID_BYTE,
    RECORD_BYTES,
    RECORD_EXPORTS_BYTE,
    RECORD_FIRST_BYTE,
    RECORD_IMPORTS_BYTE,
    RECORD_LINE_BYTE,
    RECORD_NUMBER_BYTE,
    RECORDS,
)

_PATH = CARD + "/journal.bin"
# Lowest number that no record can have, because a device writes only one record a minute. If a record has this number
# or a higher number, the file is not a journal.
_LAST_NUMBER = const(1 << 30)


def open_journal(card):
    """Open the card's journal. If the file is missing, too short, or has an impossible record number, create it again.

    Set card.sequence to the number of the next record, which is 1 more than the newest record's number.
    """
    try:
        file = open(_PATH, "r+b")
        whole = file.seek(0, 2) >= RECORDS * RECORD_BYTES and _newest_number(file) < _LAST_NUMBER
    except OSError as error:
        if error.errno != 2:
            raise
        whole = False
    if not whole:
        with open(_PATH, "wb") as file:
            for _ in range(RECORDS):
                file.write(bytes(RECORD_BYTES))
        file = open(_PATH, "r+b")
    card.journal = file
    card.sequence = _newest_number(file) + 1


def _has_right_crc(record):
    return int.from_bytes(record[:4], "little") == binascii.crc32(memoryview(record)[4:])


def _is_right(record, line):
    """True if the fields of a record are possible.

    The CRC alone is not enough, because anyone can write a record with a valid CRC.
    """
    quarter_id, first, stop = struct.unpack_from("<IHH", record, QUARTER_ID_BYTE)
    start = start_of(quarter_id)
    if quarter_id != id_of(*start) or not first <= stop <= min(SAMPLES, first + MAX_SAMPLES):
        return False
    fields = line and load("storage.day_csv_fields").fields_of(line[:-1], QUARTER)
    return not line or (fields is not None and fields[0] == iso(*start).encode())


def _newest_number(file):
    """Return the number of the newest record in the journal, 0 if the journal has no records."""
    record = bytearray(RECORD_BYTES)
    newest = 0
    file.seek(0)
    for _ in range(RECORDS):
        if file.readinto(record) == RECORD_BYTES and _has_right_crc(record):
            newest = max(newest, struct.unpack_from("<I", record, RECORD_NUMBER_BYTE)[0])
    return newest


def _records(file):
    """Yield (quarter id, record, line) of each record, oldest first. The next step overwrites `record`.

    The line is the quarter's line of day.csv if the record closes the quarter, otherwise b"".
    """
    record = bytearray(RECORD_BYTES)
    newest = _newest_number(file)
    for number in range(max(1, newest - RECORDS + 1), newest + 1):
        file.seek(number % RECORDS * RECORD_BYTES)
        file.readinto(record)
        found, quarter_id = struct.unpack_from("<II", record, RECORD_NUMBER_BYTE)
        if found == number and _has_right_crc(record):
            line = (
                bytes(record[RECORD_LINE_BYTE : record.find(b"\n", RECORD_LINE_BYTE) + 1])
                if record[RECORD_LINE_BYTE]
                else b""
            )
            if _is_right(record, line):
                yield quarter_id, record, line


def quarters(file):
    """Return a list of (quarter id, line) of the quarters in the journal, oldest first.

    The line is the quarter's line of day.csv, or b"" if the quarter is not closed.
    """
    found = []
    for quarter_id, _, line in _records(file):
        if found and found[-1][0] == quarter_id:
            found.pop()
        found.append((quarter_id, line))
    return found


def read(file, quarter, wanted_id):
    """Fill `quarter` from the records with the quarter id `wanted_id`. Later records replace earlier records."""
    quarter.clear(wanted_id)
    stop = 0
    line = b""
    for quarter_id, record, line_of_it in _records(file):
        if quarter_id != wanted_id:
            continue
        if line and not line_of_it:
            quarter.clear(wanted_id)  # the quarter began again, because the meter's clock was set back
        line = line_of_it
        first, stop = struct.unpack_from("<HH", record, RECORD_FIRST_BYTE)
        _copy_cells(record, 0, quarter.block, 0, HEAD_CELLS)
        _copy_cells(record, RECORD_IMPORTS_BYTE, quarter.import_w, first, stop - first)
        _copy_cells(record, RECORD_EXPORTS_BYTE, quarter.export_w, first, stop - first)
    for samples in (quarter.import_w, quarter.export_w):
        # Clear the samples after the newest sample. Such samples are from before the meter's clock was set back.
        for at in range(stop, SAMPLES):
            samples[at] = ABSENT
    quarter.resume(stop - 1)


def fill(quarter, block):
    """Fill `quarter` from the bytes of a quarter's block (journal.py)."""
    quarter_id, _, stop = struct.unpack_from("<IHH", block, QUARTER_ID_BYTE)
    quarter.clear(quarter_id)
    _copy_cells(block, 0, quarter.block, 0, QUARTER_BYTES // 2)
    quarter.resume(stop - 1)


def block_in_memory(board):
    """Return the quarter's block in RTC memory. None if the block is missing or damaged, for example by a power cut."""
    block = kept_quarter(board)
    if len(block) < QUARTER_BYTES:
        return None
    check, _, _, _, stop = struct.unpack_from("<IIIHH", block, 0)
    if check != binascii.crc32(block[4:]) or not 0 < stop <= SAMPLES:
        return None
    return block


def _copy_cells(data, at, cells, first, count):
    for cell in range(count):
        cells[first + cell] = data[at + 2 * cell] | data[at + 2 * cell + 1] << 8
