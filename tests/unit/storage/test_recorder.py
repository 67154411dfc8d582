"""storage/recorder.py: each quarter is kept, also when memory is short or the card fails."""

import json
import sys

from ramcard import content
from recorded import DAY, device, quarters
from recording import lines

import storage
from board.mount_point import CARD
from storage import recorder


def test_quarter_has_its_file_and_its_line():
    found = device("261112182945W")
    found.run_until("261112184505W")
    file = json.loads(content(CARD + "/meter/" + DAY + "1830W.json"))
    assert file["consumed_power_interval_avgs"] == [2000] * 180
    assert next(lines(DAY + "day.csv")).startswith("start,import_w,export_w,energy_import_kwh,")
    start, import_w, export_w, energy, export, gas, water, samples, source = quarters()[-1]
    assert (start, import_w, export_w) == ("2026-11-12T18:30:00+01:00", "2000", "0")
    assert (energy, export, gas, water) == ("6312.909", "1.000", "338.711", "")
    assert (samples, source) == ("180", "registers")


def test_quarter_whose_beginning_was_not_seen_counts_its_samples():
    found = device("261112183700W")
    found.run_until("261112184505W")
    assert quarters()[-1][-2:] == ["95", "samples"]


def test_what_was_begun_on_a_card_that_has_failed_is_no_failure_of_its_own():
    found = device("261112182945W")
    found.run(10)

    def read():
        yield
        raise OSError(22)  # what a file of a card says that is there no more

    found.recorder.jobs[:] = [["", "", "read", None, read()]]
    found.card.fail(OSError(5))
    error = found.card.error
    found.second()
    assert found.recorder.jobs == []
    assert found.card.error == error


def short_of_memory(done):
    done.append("begun")
    yield
    if len(done) < 3:
        raise MemoryError
    done.append("finished")


def test_work_for_which_memory_was_short_begins_anew():
    found = device("261112182945W")
    found.run(10)
    done = []
    found.recorder.jobs[:] = [["test_recorder", "short_of_memory", "finish", done, None]]
    found.second()
    assert done == ["begun", "begun", "begun", "finished"]
    assert found.recorder.jobs == []


def never_enough(_):
    yield
    raise MemoryError


def test_work_that_never_has_enough_memory_lets_others_pass():
    found = device("261112182945W")
    found.run(10)
    done = [1, 2]
    greedy = ["test_recorder", "never_enough", "be greedy", None, None]
    found.recorder.jobs[:] = [greedy, ["test_recorder", "short_of_memory", "finish", done, None]]
    found.second()
    assert done[-1] == "finished"
    assert found.recorder.jobs == [greedy]
    assert found.notes[-1] == "No memory to be greedy"


def test_quarter_that_memory_never_sufficed_to_store_is_counted_as_lost():
    found = device("261112182945W")
    found.run_until("261112184505W")
    load = recorder.load
    recorder.load = lambda module: NoMemory if module == "storage.quarter_store" else load(module)
    try:
        found.run_until("261112191501W")
    finally:
        recorder.load = load
    assert (found.recorder.has_ended, found.recorder.lost) == (True, 1)


class NoMemory:
    """A part for which there is no room."""

    @staticmethod
    def store(recorder, quarter):
        raise MemoryError

    @staticmethod
    def queue_search(recorder):
        raise MemoryError


def test_card_for_whose_opening_memory_was_short_is_opened_anew():
    found = device("261112182945W")
    found.run(10)
    found.card.mount()  # as if it had been put in just now
    storage.card_peaks = sys.modules["storage.card_peaks"] = NoMemory
    found.second()
    assert found.card.journal is None
    found.second()
    assert found.card.journal
