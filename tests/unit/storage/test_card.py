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


SIGNATURE = (0, 510, b"\x55\xaa")
EXT4 = (2, 56, b"\x53\xef")
HFS_PLUS = (2, 0, b"H+")
PROTECTIVE_MBR = (0, 446, b"\x00\x00\x02\x00\xee\xff\xff\xff\x01\x00\x00\x00")
GPT = (PROTECTIVE_MBR, SIGNATURE, (1, 0, b"EFI PART"), (1, 72, b"\x02"))
OR_ERASE = ", or erase it in the settings of the page"


def error_and_format(*contents):
    """The error and the format of a card that has these bytes, each with its sector and place, and nothing else."""
    slot = Slot()
    for sector in range(slot.disk.sectors):
        slot.disk.writeblocks(sector, bytes(512))
    for sector, place, data in contents:
        buffer = bytearray(512)
        slot.disk.readblocks(sector, buffer)
        buffer[place : place + len(data)] = data
        slot.disk.writeblocks(sector, buffer)
    card = Card(slot)
    assert card.state == "failed"
    return card.error, card.format


def formatted(name):
    return "the card is formatted as %s: format it as FAT32%s" % (name, OR_ERASE), name


def partitioned(name):
    fix = "partition it as MBR with FAT32" + OR_ERASE
    return "the card has a partition table of the kind %s: %s" % (name, fix), name


def test_card_that_cannot_be_read_is_named_with_the_fix():
    assert error_and_format((0, 3, b"EXFAT   ")) == formatted("exFAT")
    assert error_and_format((0, 3, b"NTFS    "), SIGNATURE) == formatted("NTFS")
    assert error_and_format(EXT4) == formatted("ext4")
    assert error_and_format(HFS_PLUS) == formatted("HFS+")


def test_file_system_is_found_in_each_partition():
    first, fourth = (0, 450, b"\x0c\0\0\0\x08"), (0, 498, b"\x83\0\0\0\x10")
    assert error_and_format(first, fourth, SIGNATURE, (18, 56, b"\x53\xef")) == formatted("ext4")
    assert error_and_format(first, SIGNATURE, (8, 3, b"EXFAT   ")) == formatted("exFAT")


def test_gpt_is_named_with_what_is_in_it():
    assert error_and_format(*GPT) == partitioned("GPT")
    exfat = (2, 128 + 32, b"\x28"), (40, 3, b"EXFAT   ")  # in the second partition
    assert error_and_format(*GPT, *exfat) == partitioned("GPT, exFAT")
    assert error_and_format(*GPT, (2, 32, b"\xff\xff\xff")) == partitioned("GPT")  # beyond the card's end


def test_blank_card_is_named():
    blank = "the card is blank: format it as FAT32" + OR_ERASE, "blank"
    assert error_and_format() == blank
    assert error_and_format(SIGNATURE) == blank
    assert error_and_format(*[(sector, 0, b"\xff" * 512) for sector in range(64)]) == blank


def test_card_that_nobody_knows_has_a_fix_and_no_name():
    error, name = error_and_format((0, 0, b"no file system"))
    assert error == "the card has no file system that the device can read: format it as FAT32" + OR_ERASE
    assert name is None


def test_card_that_can_be_read_again_has_no_name():
    slot = Slot()
    sector = bytearray(512)
    slot.disk.readblocks(0, sector)
    slot.disk.writeblocks(0, bytes(512))
    card = Card(slot)
    assert card.format == "blank"
    slot.disk.writeblocks(0, sector)
    card.mount()
    assert (card.state, card.error, card.format) == ("ok", None, None)


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
