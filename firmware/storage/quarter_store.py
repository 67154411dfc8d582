"""Storage of an ended quarter: first its file of 5 s samples, then its line of day.csv. Loaded on demand.

No file is renamed, and no other task runs while a file is open. If the power fails, the journal still contains the
whole quarter (journal.py). At the next start, recovery.py completes the file and the line from the journal.
"""

import os
import struct
from micropython import const

from board.mount_point import CARD
from demand.quarter import file_path
from meter.timestamp import seconds
from overlay import load
from storage.journal import QUARTER_ID_BYTE, QUARTER_ON_CARD_CELL

_DAY_S = const(86400)
# No quarter's file exceeds 16 KB. Reading stops after 16 KB, because a damaged directory entry may contain any size.
_MAX_PIECES = const(32)  # the file is read in at most this number of pieces of 512 bytes
_EXISTS = const(17)  # errno EEXIST
_SIZE = const(6)  # index of the size in os.stat()
_START = const(0)  # index of the quarter's start in the fields of a line
_SOURCE = const(-2)  # index of the source, which is the field before the check


def store(recorder, quarter):
    """Store an ended quarter on the card. If the card does not work, store the quarter in the flash until a card works.

    If earlier quarters wait in the flash, the quarter waits too, so that day.csv stays in the order of time. But if the
    flash is full, the quarter is written to the card at once.
    """
    lines = load("storage.day_csv_writer")
    line = line_of(quarter, lines)
    card, board = recorder.card, recorder.board
    works = card.journal and card.state == "ok"
    if recorder.waiting or not works or not _store_on_card(recorder, quarter, line, lines):
        works = works and recorder.waiting
        try:
            load("storage.pending").add(board, quarter, line)
            recorder.waiting += 1
        except OSError:
            if not works or not _store_on_card(recorder, quarter, line, lines):
                recorder.lost += load("storage.pending").count_lost(board, quarter.quarter_id)
                return
    if recorder.lost:
        recorder.lost -= load("storage.pending").uncount_lost(board, quarter.quarter_id)


def line_of(quarter, lines):
    """Return an ended quarter's line of day.csv. `lines` is the module day_csv_writer."""
    # Write the id and the number of samples into the quarter's block. If the quarter ended before the first call of
    # journal.save(), the block does not contain these two numbers yet.
    struct.pack_into(
        "<IHH",
        quarter.block,
        QUARTER_ID_BYTE,
        quarter.quarter_id,
        quarter.block[QUARTER_ON_CARD_CELL],
        quarter.newest_index + 1,
    )
    return lines.with_check(load("storage.day_csv_line").text(quarter, lines.decimal))


def _store_on_card(recorder, quarter, line, lines):
    """Store an ended quarter on the card. True if the quarter is on the card now."""
    try:
        close(recorder, quarter, line, lines)
    except MemoryError:
        raise
    except Exception as error:  # the card may contain anything
        recorder.card.fail(error)
    load("storage.retention").queue_if_full(recorder)
    return recorder.card.state == "ok"


def close(recorder, quarter, line, lines, again=False):
    """Close a quarter in the journal, then write its file and its line of day.csv. OSError if the card fails.

    If the quarter's day is over, a job is queued that writes the day's line of days.csv.
    """
    load("storage.journal_writer").write(recorder.card, quarter, line)
    write(recorder.card, quarter, line, again, lines)
    change_day(recorder, day_of_line(line))
    now = recorder.reading["time"]
    if now:
        change_day(recorder, now[0] // _DAY_S)


def move_pending(recorder):
    """Move the next pending quarter from the flash to the card. OSError if the card fails."""
    card, board = recorder.card, recorder.board
    line = load("storage.pending").read(board, recorder.moved_count, recorder.ended_quarter)
    if line:
        write(card, recorder.ended_quarter, line, True)
        change_day(recorder, day_of_line(line))
    else:
        recorder.lost += load("storage.pending").count_lost(board)
    recorder.moved_count += 1
    recorder.waiting -= 1
    if not recorder.waiting:
        recorder.moved_count = 0
        load("storage.pending").clear(board)


def write(card, quarter, line, again=False, lines=None):
    """Write the file and the line of an ended quarter to the card. OSError if the card fails.

    A quarter ends a second time if the meter's clock is set back. Of the two files, the file with more samples stays on
    the card. `again` is True if the quarter may already be on the card, whole or in part.
    """
    name = file_path(quarter.quarter_id)
    path = "%s/meter/%s" % (CARD, name)
    fields = line.split(b",")
    cut = fields[_SOURCE] == b"partial"
    old = _size(path)
    if old and _samples_of_file(path) > _samples_of(quarter):
        return
    folder = path[: path.rfind("/") + 1]
    lines = lines or load("storage.day_csv_writer")
    if not old:
        _make_folders(path)
        if not _size(folder + "day.csv"):
            _create_day_csv(folder, lines.QUARTERS)
    if not old or not _is_same(path, quarter, cut):
        with open(path, "wb") as file:
            quarter.write_json(file.write, cut)
    key = fields[_START] if old or again else None
    for _ in lines.append(folder + "day.csv", line, lines.QUARTERS, key):
        pass
    card.remember_quarter(quarter.quarter_id, True)
    card.measure()


def change_day(recorder, day):
    """Set the day of the newest quarter, in days since 2000-01-01.

    If the day has changed, queue a job that writes the line of the previous newest day to days.csv.
    """
    before, recorder.card.day = recorder.card.day, day
    job = ["storage.day_close", "close", "close a day", before, None]
    # Do not queue a job that already waits in the queue. But if the job has begun, queue it a second time, because the
    # first run may miss the newest lines. `not in` sees the difference: the last field of a waiting job is None, and
    # the last field of a job that has begun is an iterator.
    if before not in (None, day) and job not in recorder.jobs:
        recorder.jobs.append(job)


def day_of_line(line):
    """Return the day of a line of day.csv, in days since 2000-01-01."""
    return seconds(int(line[:4]), int(line[5:7]), int(line[8:10])) // _DAY_S


def _size(path):
    try:
        return os.stat(path)[_SIZE]
    except OSError:
        return 0


def _is_same(path, quarter, cut):
    same = [True]
    with open(path, "rb") as file:

        def compare(piece):
            if file.read(len(piece)) != piece:
                same[0] = False

        quarter.write_json(compare, cut)
        return same[0] and not file.read(1)


def _count_samples(piece):
    # Count the commas, because each sample in the JSON of a quarter has a comma. A missing sample is "null" with a
    # comma. Therefore subtract the number of letters "u". The keys add the same number for every quarter, so that the
    # results can be compared.
    return piece.count(b",") - piece.count(b"u")


def _samples_of(quarter):
    samples = [0]

    def count(piece):
        samples[0] += _count_samples(piece)

    quarter.write_json(count)
    return samples[0]


def _samples_of_file(path):
    samples = 0
    with open(path, "rb") as file:
        for _ in range(_MAX_PIECES):
            samples += _count_samples(file.read(512))
    return samples


def _create_day_csv(folder, header):
    """Create a day.csv, and align the directory entries of later files so that a power cut never leaves half a name.

    The name of a quarter's file takes two directory entries. If such a pair of entries were in different sectors, a
    power cut could leave half a name. Therefore an even number of entries must come before each pair. ".", ".." and
    day.csv are only three entries. To add a fourth entry, this function creates pair.tmp, and removes the file again.
    The fourth entry stays free, because the name of a quarter's file does not fit into a single entry.
    """
    with open(folder + "pair.tmp", "wb"):
        pass
    with open(folder + "day.csv", "wb") as file:
        file.write(header)
    os.remove(folder + "pair.tmp")


def _make_folders(path):
    at = path.find("/", len(CARD) + 1)
    while at > 0:
        try:
            os.mkdir(path[:at])
        except OSError as error:
            if error.errno != _EXISTS:
                raise
        at = path.find("/", at + 1)
