"""storage/card.py: whether there is a card, whether it works, and how much room it has."""

import gc
import os

from ramcard import Slot, content, make_folders, write

from board.mount_point import CARD
from storage import day_csv_reader
from storage.card import Card

ID = 436931658  # 2026-11-12 18:30 in winter
PATH = "2026/11/12/1830W.json"


def failing(error=5):
    return OSError(error)


def looks_until(card, state, seconds=1000):
    """Seconds until the card's state is this one."""
    for second in range(1, seconds):
        card.each_second()
        if card.state == state:
            return second
    return None


def test_no_card_is_absent_and_nothing_else():
    card = Card(Slot(sectors=0))
    assert (card.state, card.error, card.size_bytes, card.free_bytes) == ("absent", None, None, None)
    assert not card.has(ID, PATH)
    assert card.names("2026") == []


def test_card_that_cannot_be_mounted_has_failed_and_says_why():
    slot = Slot()
    slot.disk.broken = True
    card = Card(slot)
    assert card.state == "failed"
    assert card.error
    assert not card.mounted


def test_slot_that_was_empty_is_looked_at_each_minute():
    slot = Slot(sectors=0)
    card = Card(slot)
    slot.disk = Slot().disk
    assert looks_until(card, "ok") == 60


def test_card_that_goes_on_failing_is_tried_ever_more_seldom():
    slot = Slot()
    card = Card(slot)
    slot.disk.broken = True
    card.fail(failing())
    tries = []
    before = slot.mounts
    for second in range(1, 4000):
        card.each_second()
        if slot.mounts != before:
            before = slot.mounts
            tries.append(second)
    assert tries[:5] == [5, 15, 35, 75, 155]
    assert tries[-1] - tries[-2] == 960
    slot.disk.broken = False
    assert looks_until(card, "ok")


def test_card_that_worked_meanwhile_is_tried_soon_again():
    slot = Slot()
    card = Card(slot)
    for _ in range(5):
        card.fail(failing())
    card.mount()
    card.reset_retry()
    card.fail(failing())
    assert looks_until(card, "ok") == 5


def test_full_card_can_still_be_read():
    card = Card(Slot())
    make_folders(CARD + "/meter/" + PATH)
    write(CARD + "/meter/" + PATH, "{}")
    card.fail(failing(28))
    assert (card.state, card.error, card.nearly_full) == ("failed", "the card is full", True)
    assert card.has(ID, PATH)
    assert card.names("") == ["2026"]


def test_size_and_free_space_are_told():
    card = Card(Slot())
    before = card.free_bytes
    assert 0 < before <= card.size_bytes <= 64 * 512
    write(CARD + "/file", "x" * 2000)
    card.measure()
    assert card.free_bytes < before


def test_card_with_room_for_less_than_thirty_days_is_nearly_full():
    assert Card(Slot(sectors=64)).nearly_full
    assert not Card(Slot(sectors=40000)).nearly_full


def test_stored_quarter_is_looked_for_once():
    slot = Slot()
    card = Card(slot)
    make_folders(CARD + "/meter/" + PATH)
    write(CARD + "/meter/" + PATH, "{}")
    assert card.has(ID, PATH)
    reads = slot.disk.reads
    assert card.has(ID, PATH)
    assert slot.disk.reads == reads
    assert not card.has(ID + 1, "2026/11/12/1845W.json")
    card.remember_quarter(ID + 1, True)
    assert card.has(ID + 1, "2026/11/12/1845W.json")


def test_another_card_has_other_quarters():
    slot = Slot()
    card = Card(slot)
    card.remember_quarter(ID, True)
    card.mount()
    assert not card.has(ID, PATH)


def test_empty_file_is_no_quarter():
    card = Card(Slot())
    make_folders(CARD + "/meter/" + PATH)
    write(CARD + "/meter/" + PATH, "")
    assert not card.has(ID, PATH)


def test_names_are_sorted():
    card = Card(Slot())
    for path in ("2026/11/12/1830W.json", "2026/02/01/a", "2025/11/12/a", "2026/11/12/0015W.json"):
        make_folders(CARD + "/meter/" + path)
        write(CARD + "/meter/" + path, "{}")
    assert card.names("") == ["2025", "2026"]
    assert card.names("2026") == ["02", "11"]
    assert card.names("2026/11/12") == ["0015W.json", "1830W.json"]
    assert card.names("2024") == []


def test_card_left_by_somebody_else_keeps_its_files():
    slot = Slot()
    card = Card(slot)
    write(CARD + "/holiday.txt", "mine")
    card.mount()
    assert content(CARD + "/holiday.txt") == "mine"
    assert "holiday.txt" in os.listdir(CARD)


def test_file_that_is_open_when_its_card_fails_reads_no_memory_of_others():
    slot = Slot(200)
    card = Card(slot)
    write(CARD + "/lines.csv", "some line\n" * 2000)
    lines = day_csv_reader.places(CARD + "/lines.csv")
    next(lines)
    card.fail(failing())
    card.mount()
    gc.collect()
    others = [[size] * (size & 15) for size in range(400)]  # where its filesystem lay
    assert error_of(lines) == 5
    assert others == [[size] * (size & 15) for size in range(400)]


def error_of(steps):
    """The number of the OSError in which a generator ends."""
    try:
        for _ in steps:
            pass
    except OSError as error:
        return error.errno
