"""Quarters that wait in the board's flash for a card. Loaded on demand.

The file spool.bin has a record of 896 bytes for each quarter, and room for 200 quarters: two days and two hours. If the
file is full, each further quarter is lost, and lost.json counts the lost quarters.

  byte  bytes
     0    768   the quarter's block (journal.py)
   768    124   the quarter's line of day.csv, followed by zero bytes
   892      4   CRC-32 of the block and the line, little-endian
"""

import binascii
import os
from micropython import const

from overlay import load
from storage.journal import QUARTER_BYTES, QUARTER_ID_BYTE

read_json = load("board.flash_json").read_json
write_json = load("board.flash_json").write_json

_MAX_QUARTERS = const(200)
# Maximum number of ids of lost quarters that are stored: the ids of a day. If the meter's clock is set back by up to a
# day, the quarters of that day end again. With the stored ids, no quarter is counted as lost twice.
_MAX_LOST_IDS = const(96)
_LINE = const(124)
_CHECK = const(4)
_RECORD = QUARTER_BYTES + _LINE + _CHECK
_SIZE = const(6)  # index of the size in os.stat()


def _path(board):
    return board.flash + "/spool.bin"


def counts(board):
    """Return (number of pending quarters, number of lost quarters)."""
    try:
        waiting = os.stat(_path(board))[_SIZE] // _RECORD
    except OSError:
        waiting = 0
    return waiting, read_json(board, "lost.json").get("quarters", 0)


def add(board, quarter, line):
    """Add an ended quarter and its line of day.csv. OSError if spool.bin or the flash is full."""
    if counts(board)[0] >= _MAX_QUARTERS:
        raise OSError(28)
    with open(_path(board), "ab") as file:
        line = line + bytes(_LINE - len(line))
        check = binascii.crc32(line, binascii.crc32(quarter.block))
        line += check.to_bytes(_CHECK, "little")
        place = file.seek(0, 2) % _RECORD
        if place:
            # A power cut left the last record unfinished. Fill up the length of this record with zeros.
            file.write(bytes(_RECORD - place))
        file.write(quarter.block)
        file.write(line)


def count_lost(board, quarter_id=None):
    """Count a lost quarter. Return the number that was added to the count, 0 or 1.

    `quarter_id` is None if the record of the quarter is damaged. If the meter's clock is set back, a quarter ends a
    second time. A quarter that was counted as lost before, or is in spool.bin, is not counted.
    """
    lost = read_json(board, "lost.json")
    lost_ids = lost.get("newest", [])
    if quarter_id is not None:
        if quarter_id in lost_ids or _is_pending(board, quarter_id):
            return 0
        lost_ids.append(quarter_id)
    _write_lost(board, lost.get("quarters", 0) + 1, lost_ids[-_MAX_LOST_IDS:])
    return 1


def uncount_lost(board, quarter_id):
    """Subtract a quarter that has been stored from the count of lost quarters, if the quarter was counted as lost.

    Return the number that was subtracted, 0 or 1.
    """
    lost = read_json(board, "lost.json")
    lost_ids = lost.get("newest", [])
    if quarter_id not in lost_ids:
        return 0
    lost_ids.remove(quarter_id)
    _write_lost(board, lost["quarters"] - 1, lost_ids)
    return 1


def _write_lost(board, quarters, lost_ids):
    try:
        write_json(board, "lost.json", {"quarters": quarters, "newest": lost_ids})
    except OSError:
        pass  # the flash is full, so the new count is lost at the next restart


def _is_pending(board, quarter_id):
    """True if spool.bin contains this quarter."""
    id_bytes = quarter_id.to_bytes(4, "little")
    try:
        with open(_path(board), "rb") as file:
            found = True
            at = QUARTER_ID_BYTE
            while found:
                file.seek(at)
                found = file.read(4)
                if found == id_bytes:
                    return True
                at += _RECORD
    except OSError:
        pass  # spool.bin does not exist, so no quarter waits
    return False


def read(board, number, quarter):
    """Fill `quarter` from the record with index `number`. Return the record's line, b"" if the record is damaged."""
    with open(_path(board), "rb") as file:
        file.seek(number * _RECORD)
        record = file.read(_RECORD)
    if (
        len(record) < _RECORD
        or binascii.crc32(record[:-_CHECK]).to_bytes(_CHECK, "little") != record[-_CHECK:]
    ):
        return b""
    load("storage.journal_reader").fill(quarter, record)
    line = record[QUARTER_BYTES:]
    return line[: line.find(b"\n") + 1]


def clear(board):
    """Remove spool.bin, because all its quarters are on the card now."""
    os.remove(_path(board))
