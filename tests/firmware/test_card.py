"""history/card.py: quarters are stored whole, and a card that fails stops nothing."""

import os

from ramcard import Slot, content, make_folders, write

from history.card import ROOT, Card

PATH = "2026/11/12/1830W.json"
FULL = ROOT + "/meter/" + PATH


def body(*samples):
    """A quarter with these samples of import, as firmware/demand writes it."""
    shown = ",".join(["null" if sample is None else str(sample) for sample in samples])
    empty = ",".join(["0" if sample is not None else "null" for sample in samples])
    text = (
        '{"quarter_id":387123274,"consumed_power_avg":1,"interval_secs":5,"consumed_power_interval_avgs":[%s],'
        '"produced_power_interval_avgs":[%s]}' % (shown, empty)
    )

    def write_body(write):
        for at in range(0, len(text), 70):
            write(text[at : at + 70].encode())

    return write_body


def text(write_body):
    pieces = []
    write_body(pieces.append)
    return b"".join(pieces).decode()


def test_quarter_is_stored_under_its_date_with_all_its_folders():
    card = Card(Slot())
    assert card.store(PATH, body(270, None, 365)) is True
    assert content(FULL) == text(body(270, None, 365))
    assert card.has(PATH)
    assert card.state == "ok"


def test_no_card_is_absent_and_nothing_else():
    card = Card(Slot(sectors=0))
    assert (card.state, card.error, card.size_bytes, card.free_bytes) == ("absent", None, None, None)
    assert card.store(PATH, body(1)) is False
    assert not card.has(PATH)
    assert card.names("2026") == []
    assert card.state == "absent"


def test_card_that_cannot_be_mounted_has_failed_and_says_why():
    slot = Slot()
    slot.disk.broken = True
    card = Card(slot)
    assert card.state == "failed"
    assert card.error
    assert card.store(PATH, body(1)) is False
    assert not card.has(PATH)


def test_card_that_failed_is_tried_anew_with_the_next_quarter():
    slot = Slot()
    slot.disk.broken = True
    card = Card(slot)
    slot.disk.broken = False
    assert card.store(PATH, body(1, 2)) is True
    assert (card.state, card.error) == ("ok", None)
    assert content(FULL) == text(body(1, 2))


def test_card_that_cannot_be_written_has_failed():
    slot = Slot()
    card = Card(slot)
    slot.disk.read_only = True
    assert card.store(PATH, body(1)) is False
    assert card.state == "failed"
    assert card.error
    slot.disk.read_only = False
    assert card.store(PATH, body(1)) is True
    assert card.state == "ok"


def test_full_card_has_failed_and_keeps_what_it_has():
    card = Card(Slot())
    assert card.store(PATH, body(1, 2, 3))
    full = False
    try:
        with open(ROOT + "/filler", "wb") as file:
            while file.write(bytes(512)) == 512:
                pass
    except OSError:
        full = True
    assert full
    assert card.store("2026/11/13/0000W.json", body(*range(180))) is False
    assert card.state == "failed"
    os.remove(ROOT + "/filler")
    assert card.store("2026/11/13/0000W.json", body(*range(180))) is True
    assert card.state == "ok"
    assert content(FULL) == text(body(1, 2, 3))


def test_size_and_free_space_are_told():
    card = Card(Slot())
    before = card.free_bytes
    assert 0 < before <= card.size_bytes <= 64 * 512
    card.store(PATH, body(*range(180)))
    assert card.free_bytes < before


def test_fuller_record_of_a_quarter_stays():
    card = Card(Slot())
    card.store(PATH, body(1000, 1000, 1000))
    assert card.store(PATH, body(9, None, 9)) is True
    assert content(FULL) == text(body(1000, 1000, 1000))
    card.store(PATH, body(9, 9, 9))
    assert content(FULL) == text(body(9, 9, 9))
    card.store(PATH, body(5, 6, 7, 8))
    assert content(FULL) == text(body(5, 6, 7, 8))


def test_empty_file_is_no_quarter_and_is_written_again():
    card = Card(Slot())
    make_folders(FULL)
    write(FULL, "")
    assert not card.has(PATH)
    assert card.store(PATH, body(1)) is True
    assert card.has(PATH)


def test_names_are_sorted():
    card = Card(Slot())
    for path in (
        "2026/11/12/1830W.json",
        "2026/02/01/0000W.json",
        "2025/11/12/0000W.json",
        "2026/11/12/0015W.json",
    ):
        card.store(path, body(1))
    assert card.names("") == ["2025", "2026"]
    assert card.names("2026") == ["02", "11"]
    assert card.names("2026/11/12") == ["0015W.json", "1830W.json"]
    assert card.names("2024") == []


def test_card_left_by_somebody_else_keeps_its_files():
    slot = Slot()
    card = Card(slot)
    write(ROOT + "/holiday.txt", "mine")
    card.store(PATH, body(1))
    card.mount()
    assert content(ROOT + "/holiday.txt") == "mine"
    assert card.has(PATH)
