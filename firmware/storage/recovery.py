"""Recovery of unfinished quarters after a restart, or when a card is inserted. Loaded on demand.

After a power cut, a quarter that is closed in the journal may lack its file or its line of day.csv. Both are
completed here. A restart may also interrupt the running quarter. If the board works again before the quarter's end, the
quarter continues. Otherwise the quarter is closed at its last record and marked as partial.

A quarter is not partial if the import register has hardly risen since the last record. In this case the whole house had
no power, so the quarter's average is known.

A power cut may leave half a line or half a record. Neither is ever used, because day_csv_fields.py checks each line and
journal_reader.py checks each record.
"""

import struct
from micropython import const

from demand.quarter import SAMPLE_S, quarter_id
from meter.parser import total
from overlay import load
from storage.journal import (
    CUT_SEEN,
    CUT_UNSEEN,
    QUARTER_END_CELL,
    QUARTER_FIRST_BYTE,
    QUARTER_FIRST_WH_BYTE,
    QUARTER_ID_BYTE,
    QUARTER_ON_CARD_CELL,
    QUARTER_SERIAL_CELL,
    serial_check,
)
from storage.recorder import JOB_STEPS

_DAY_S = const(86400)
# If the import register has risen by at most this number of Wh since the last record, the whole house had no power.
_AS_BEFORE_WH = const(1)


def start(recorder, local_s, summer):
    """Open the card's journal, and continue the quarter that a restart interrupted."""
    card = recorder.card
    try:
        if card.state == "ok" and not card.journal:
            open_card(recorder)
        resume(recorder, local_s, summer)
    except MemoryError:
        raise
    except Exception as error:  # the card may contain anything
        card.fail(error)


def open_card(recorder):
    """Open the journal of an inserted card, and finish the quarters in the journal. OSError if the card fails."""
    card = recorder.card
    for job in recorder.jobs:
        job[JOB_STEPS] = None  # a job that began on the previous card begins again
    journal_reader, quarter_store, lines = (
        load("storage.journal_reader"),
        load("storage.quarter_store"),
        load("storage.day_csv_writer"),
    )
    journal_reader.open_journal(card)
    try:
        _finish_closed(recorder, journal_reader, quarter_store, lines)
    except MemoryError:
        card.journal.close()
        card.journal = None  # the recorder opens the journal again in the next second
        raise


def _finish_closed(recorder, journal_reader, quarter_store, lines):
    card = recorder.card
    for wanted, line in journal_reader.quarters(card.journal):
        if line:
            journal_reader.read(card.journal, recorder.ended_quarter, wanted)
            quarter_store.write(card, recorder.ended_quarter, line, True, lines)
            quarter_store.change_day(recorder, quarter_store.day_of_line(line))
    coach = recorder.coach
    if coach.start is not None:
        # The inserted card has no samples of the running quarter yet. Therefore set the number of samples that are on
        # the card to 0.
        coach.quarter.block[QUARTER_ON_CARD_CELL] = 0
        _close_others(recorder, journal_reader, coach.quarter_id)
        load("storage.card_peaks").queue_search(recorder)
    job = ["storage.rebuild", "rebuild", "rebuild day.csv", recorder, None]
    if job not in recorder.jobs:
        recorder.jobs.append(job)


def resume(recorder, local_s, summer):
    """Continue the current quarter if samples from before the restart exist. Close all earlier open quarters."""
    coach = recorder.coach
    now = quarter_id(local_s, summer)
    journal_reader = load("storage.journal_reader")
    block = journal_reader.block_in_memory(recorder.board)
    kept, _, stop = struct.unpack_from("<IHH", block, QUARTER_ID_BYTE) if block else (None, 0, 0)
    if block and kept != now and not _is_closed(recorder, journal_reader, kept):
        journal_reader.fill(recorder.ended_quarter, block)
        _mark_cut(recorder)
        load("storage.quarter_store").store(recorder, recorder.ended_quarter)
    newest = -1
    if recorder.card.journal:
        newest = _close_others(recorder, journal_reader, now)
    if kept == now and stop > newest:
        journal_reader.fill(coach.quarter, block)
        # Write all samples to the card again, because the card may lack some samples.
        coach.quarter.block[QUARTER_ON_CARD_CELL] = 0
        newest = stop - 1
    if newest >= 0:
        _resume_coach(recorder, now)
    if block:
        (recorder.serial,) = struct.unpack_from("<H", block, 2 * QUARTER_SERIAL_CELL)
    elif recorder.ended_quarter.quarter_id is not None:
        # recorder.ended_quarter contains the newest quarter of the journal.
        recorder.serial = recorder.ended_quarter.block[QUARTER_SERIAL_CELL]
    card = recorder.card
    if card.journal and card.day is not None:
        load("storage.quarter_store").change_day(recorder, local_s // _DAY_S)
    load("storage.card_peaks").queue_search(recorder)


def _close_others(recorder, journal_reader, running):
    """Close all open quarters of the journal, except the quarter with the id `running`.

    If the coach has had no telegram yet, read the running quarter into the coach's Quarter object. Return the index of
    the newest sample that was read, -1 if no quarter was read.
    """
    card = recorder.card
    newest = -1
    for wanted, line in journal_reader.quarters(card.journal):
        if line:
            continue
        if wanted != running:
            journal_reader.read(card.journal, recorder.ended_quarter, wanted)
            _mark_cut(recorder)
            # If the card fails from here on, the journal still contains the quarter.
            lines, quarter_store = load("storage.day_csv_writer"), load("storage.quarter_store")
            line = quarter_store.line_of(recorder.ended_quarter, lines)
            quarter_store.close(recorder, recorder.ended_quarter, line, lines, True)
        elif recorder.coach.start is None:
            journal_reader.read(card.journal, recorder.coach.quarter, wanted)
            newest = recorder.coach.quarter.newest_index
    return newest


def _is_closed(recorder, journal_reader, wanted):
    """True if the quarter with the id `wanted` is closed in the card's journal."""
    file = recorder.card.journal
    return file and wanted in [quarter_id for quarter_id, line in journal_reader.quarters(file) if line]


def _mark_cut(recorder):
    """Mark `recorder.ended_quarter` as cut by a restart: CUT_SEEN if the average is known, otherwise CUT_UNSEEN."""
    quarter = recorder.ended_quarter
    _, _, import_wh, _ = _registers(quarter)
    reading = recorder.reading
    now = total(reading, "energy_import_")
    same = quarter.block[QUARTER_SERIAL_CELL] == serial_check(reading) and now is not None and import_wh >= 0
    seen = same and 0 <= now - import_wh <= _AS_BEFORE_WH
    quarter.block[QUARTER_END_CELL] = CUT_SEEN if seen else CUT_UNSEEN


def _resume_coach(recorder, now):
    """Let the coach continue the quarter that was read into the coach's Quarter object."""
    coach = recorder.coach
    quarter = coach.quarter
    import_wh, _, _, _ = _registers(quarter)
    known = import_wh >= 0 and quarter.block[QUARTER_SERIAL_CELL] == serial_check(recorder.reading)
    (t,) = struct.unpack_from("<h", quarter.block, QUARTER_FIRST_BYTE)
    coach.resume(now, quarter.newest_index * SAMPLE_S, import_wh if known else None, t)
    recorder.has_registers = True


def _registers(quarter):
    return struct.unpack_from("<iiii", quarter.block, QUARTER_FIRST_WH_BYTE)
