"""Quarters that wait in the board's flash for a card. Loaded on demand.

spool.bin has a record of 896 bytes a quarter. It has room for 200 quarters, two days and two hours. When it is full,
a quarter is lost, and lost.json counts it.

  byte  bytes
     0    768   the quarter's block (journal.py)
   768    124   its line of day.csv, filled up with 0
   892      4   CRC-32 of both, little-endian
"""

import binascii
import os
from micropython import const

from overlay import load
from storage.journal import QUARTER_BYTES, QUARTER_ID_BYTE

read_json = load("board.flash_json").read_json
write_json = load("board.flash_json").write_json

_MAX_QUARTERS = const(200)
_MAX_LOST_IDS = const(
    96
)  # a day of lost quarters, so that a clock set back by up to a day does not count one twice
_LINE = const(124)
_CHECK = const(4)
_RECORD = QUARTER_BYTES + _LINE + _CHECK
_SIZE = const(6)  # in os.stat()


def _path(board):
    return board.flash + "/spool.bin"


def counts(board):
    """Return (number of quarters that wait, number of quarters that were lost)."""
    try:
        waiting = os.stat(_path(board))[_SIZE] // _RECORD
    except OSError:
        waiting = 0
    return waiting, read_json(board, "lost.json").get("quarters", 0)


def add(board, quarter, line):
    """Add a quarter that has ended, with its line. OSError if there is no room for it."""
    if counts(board)[0] >= _MAX_QUARTERS:
        raise OSError(28)
    with open(_path(board), "ab") as file:
        line = line + bytes(_LINE - len(line))
        check = binascii.crc32(line, binascii.crc32(quarter.block))
        line += check.to_bytes(_CHECK, "little")
        place = file.seek(0, 2) % _RECORD
        if place:
            file.write(bytes(_RECORD - place))  # complete a record that a power cut left unfinished
        file.write(quarter.block)
        file.write(line)


def count_lost(board, quarter_id=None):
    """Count a lost quarter (None: a damaged record). Return the number of quarters added to the count, 0 or 1.

    A quarter ends a second time if the meter's clock was set back. Then it is already counted, or it waits.
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
    """Subtract a quarter from the lost ones if it was counted, now that it is stored. Return the number subtracted."""
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
        pass  # the flash is full, so the count lasts until a restart


def _is_pending(board, quarter_id):
    """True if this quarter waits."""
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
        pass  # no quarter waits
    return False


def read(board, number, quarter):
    """Fill `quarter` with the record of this number (from 0). Return its line, b"" if the record is damaged."""
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
    """Remove all records, because all of them are on the card."""
    os.remove(_path(board))
