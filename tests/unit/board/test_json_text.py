"""board/json_text.py: what JSON may contain, and in which words the rest is refused."""

import os

from board.flash_json import read_json
from board.json_text import join, parse


def fault(content):
    try:
        parse(content)
    except ValueError as error:
        return str(error)
    return None


def test_two_escapes_of_one_character_are_joined():
    for content, value in (
        (b'"\\ud83c\\udfe0"', "🏠"),
        (b'"\\uD83C\\uDFE0!"', "🏠!"),
        (b'{"\\ud83c\\udfe0": ["a\\ud83d\\ude00\\ud83c\\udfe0z", 1]}', {"🏠": ["a😀🏠z", 1]}),
        (b'"\\ud800\\udc00\\udbff\\udfff"', "\U00010000\U0010ffff"),
    ):
        found = parse(content)
        assert found == value, content
        assert repr(found) == repr(value)


def test_other_text_is_left_as_it_is():
    for content, value in (
        ('"Café 🏠 \ud7ff\ue000"'.encode(), "Café 🏠 \ud7ff\ue000"),
        (b'"\\u00e9t\\u00e9 \\ud55c"', "été 한"),
        (b'"\\\\ud83c"', "\\ud83c"),
        (b"[1, 2.5, null, true]", [1, 2.5, None, True]),
    ):
        assert parse(content) == value, content


def test_half_of_a_character_is_refused_in_words():
    for content in (
        b'"\\ud83c"',
        b'"\\udfe0"',
        b'"\\udfe0\\ud83c"',
        b'"\\ud83c\\ud83c\\udfe0"',
        b'"\\ud83cx\\udfe0"',
        b'{"\\ud83c": 1}',
        b'"\xed\xa0\xbc"',
    ):
        assert "half of a character" in (fault(content) or ""), content


def test_fault_names_the_coding():
    for wrong in (b"\xe9", b"\xc0\x80", b"\xf7\xbf\xbf\xbf"):  # MicroPython itself decodes the last two
        assert fault(b'{"a": "%s"}' % wrong) == "is not in UTF-8"
    for bom, coding in ((b"\xff\xfe", "{\0"), (b"\xfe\xff", "\0{"), (b"", "{\0"), (b"", "\0{")):
        assert fault(bom + coding.encode()) == "is in UTF-16, but must be in UTF-8"
    for content in (b"", b"{", b"x", b"{}}", b"\xed"):
        assert (fault(content) or "").startswith("is not "), content


def test_halves_that_an_earlier_version_stored_are_joined():
    assert join(b"a\xed\xa0\xbc\xed\xbf\xa0z") == "a🏠z".encode()
    assert parse(b'"\xed\xa0\xbc\xed\xbf\xa0"') == "🏠"
    assert join(b"\xed\xa0\xbcz", "?") == b"?z"


def test_file_of_the_flash_with_half_of_a_character_keeps_its_other_values():
    class Board:
        flash = "build/tests/flash_of_json_text"

    try:
        os.mkdir(Board.flash)
    except OSError:
        pass
    for content, name in (
        (b'"\\ud83c\\udfe0"', "🏠"),
        (b'"\xed\xa0\xbc"', "\ufffd"),
        (b'"\xc3\xa9t\xc3\xa9"', "été"),
    ):
        with open(Board.flash + "/x.json", "wb") as file:
            file.write(b'{"name": %s, "hash": "00ff"}' % content)
        assert read_json(Board(), "x.json") == {"name": name, "hash": "00ff"}


def test_deep_nesting_is_read_or_a_fault_in_words():
    for depth in (10, 1000):
        content = b"[" * depth + b"]" * depth
        assert fault(content) in (None, "is nested too deeply"), depth
    assert fault(b"[" * 10 + b"]" * 10) is None
