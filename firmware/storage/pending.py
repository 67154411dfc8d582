"""Quarters that wait for a card, in the board's flash. Loaded while used.

One file, one record of fixed length a quarter: its block (journal.py), its line of day.csv, and a CRC-32 of both. Two
days and two hours of them; what comes when it is full is lost, and counted.
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
)  # of the lost ones: so far back the meter's clock may be set, and each still counts once
_LINE = const(124)
_CHECK = const(4)
_RECORD = QUARTER_BYTES + _LINE + _CHECK
_SIZE = const(6)  # in os.stat()


def _path(board):
    return board.flash + "/spool.bin"


def counts(board):
    """(quarters that wait, quarters that were lost)."""
    try:
        waiting = os.stat(_path(board))[_SIZE] // _RECORD
    except OSError:
        waiting = 0
    return waiting, read_json(board, "lost.json").get("quarters", 0)


def add(board, quarter, line):
    """Let a quarter wait. OSError when there is no room for it."""
    if counts(board)[0] >= _MAX_QUARTERS:
        raise OSError(28)
    with open(_path(board), "ab") as file:
        line = line + bytes(_LINE - len(line))
        check = binascii.crc32(line, binascii.crc32(quarter.block))
        line += check.to_bytes(_CHECK, "little")
        place = file.seek(0, 2) % _RECORD
        if place:
            file.write(bytes(_RECORD - place))  # what a cut left of one
        file.write(quarter.block)
        file.write(line)


def count_lost(board, quarter_id=None):
    """Count a quarter that could be kept nowhere (None: one that is damaged); how many more are lost now.

    One that ends a second time, since the meter's clock was set back, has been counted, or waits.
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
    """A quarter is kept: how many fewer are lost now. It may have ended before, when it could be kept nowhere."""
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
        pass  # the flash is full: the count goes on until a restart


def _is_pending(board, quarter_id):
    """Whether a quarter is among those that wait."""
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
        pass  # none waits
    return False


def read(board, number, quarter):
    """Fill `quarter` with the one of this number (from 0) and give its line; b"" when it is damaged."""
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
    """All of them are on the card."""
    os.remove(_path(board))
