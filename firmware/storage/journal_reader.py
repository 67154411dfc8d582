"""What the journal of a card, or the memory that a reset leaves alone, still has of quarters. Loaded while used."""

import binascii
import struct
from micropython import const

from board.mount_point import CARD
from board.rtc_memory import kept_quarter
from demand.quarter import ABSENT, HEAD_CELLS, SAMPLES

# As journal_writer.py has it, which need not be loaded to read.
_SECTOR = const(512)
_RECORDS = const(64)
_EXPORTS = const(216)
_LINE = const(384)
_PATH = CARD + "/journal.bin"
_HEAD = 2 * HEAD_CELLS  # bytes
_BLOCK = _HEAD + 4 * SAMPLES


def open_journal(card):
    """Open the card's journal, to be written behind its newest record; make it when there is none."""
    try:
        file = open(_PATH, "r+b")
        whole = file.seek(0, 2) >= _RECORDS * _SECTOR
    except OSError as error:
        if error.errno != 2:
            raise
        whole = False
    if not whole:
        with open(_PATH, "wb") as file:
            for _ in range(_RECORDS):
                file.write(bytes(_SECTOR))
        file = open(_PATH, "r+b")
    card.journal = file
    card.sequence = _newest_number(file) + 1


def _is_whole(record):
    return int.from_bytes(record[:4], "little") == binascii.crc32(memoryview(record)[4:])


def _newest_number(file):
    """The number of the newest record, 0 when there is none."""
    record = bytearray(_SECTOR)
    newest = 0
    file.seek(0)
    for _ in range(_RECORDS):
        if file.readinto(record) == _SECTOR and _is_whole(record):
            newest = max(newest, struct.unpack_from("<I", record, 4)[0])
    return newest


def _records(file):
    """Each record, oldest first, as (quarter id, record, the line that closed it or b""); its memory is used again."""
    record = bytearray(_SECTOR)
    newest = _newest_number(file)
    for number in range(max(1, newest - _RECORDS + 1), newest + 1):
        file.seek(number % _RECORDS * _SECTOR)
        file.readinto(record)
        found, quarter_id = struct.unpack_from("<II", record, 4)
        if found == number and _is_whole(record):
            line = bytes(record[_LINE : record.find(b"\n", _LINE) + 1]) if record[_LINE] else b""
            yield quarter_id, record, line


def quarters(file):
    """What the journal has, oldest first: (quarter id, the line that closed it, b"" for one that was running)."""
    found = []
    for quarter_id, _, line in _records(file):
        if found and found[-1][0] == quarter_id:
            found.pop()
        found.append((quarter_id, line))
    return found


def read(file, quarter, wanted_id):
    """Fill `quarter` with what the journal has of the one with this id; of its records the later ones hold."""
    quarter.clear(wanted_id)
    stop = 0
    line = b""
    for quarter_id, record, line_of_it in _records(file):
        if quarter_id != wanted_id:
            continue
        if line and not line_of_it:
            quarter.clear(wanted_id)  # it began a second time: the clock was set back
        line = line_of_it
        first, stop = struct.unpack_from("<HH", record, 12)
        _copy_cells(record, 0, quarter.block, 0, HEAD_CELLS)
        _copy_cells(record, _HEAD, quarter.import_w, first, stop - first)
        _copy_cells(record, _EXPORTS, quarter.export_w, first, stop - first)
    for samples in (quarter.import_w, quarter.export_w):
        for at in range(stop, SAMPLES):  # from before the clock was set back
            samples[at] = ABSENT
    quarter.resume(stop - 1)


def fill(quarter, block):
    """Fill `quarter` with a block of its own kind."""
    quarter_id, _, stop = struct.unpack_from("<IHH", block, 8)
    quarter.clear(quarter_id)
    _copy_cells(block, 0, quarter.block, 0, _BLOCK // 2)
    quarter.resume(stop - 1)


def block_in_memory(board):
    """The block that a reset left, None when power was off or there was none."""
    block = kept_quarter(board)
    if len(block) < _BLOCK:
        return None
    check, _, _, _, stop = struct.unpack_from("<IIIHH", block, 0)
    if check != binascii.crc32(block[4:]) or not 0 < stop <= SAMPLES:
        return None
    return block


def _copy_cells(data, at, cells, first, count):
    for cell in range(count):
        cells[first + cell] = data[at + 2 * cell] | data[at + 2 * cell + 1] << 8
