"""board/utf8.py: what MicroPython decodes although it is not UTF-8."""

from board.utf8 import check

# Overlong forms, halves of surrogate pairs, and numbers above U+10FFFF.
OVERLONG = (
    b"\xc0\x80",
    b"\xc1\xbf",
    b"\xe0\x80\x80",
    b"\xe0\x9f\xbf",
    b"\xf0\x80\x80\x80",
    b"\xf0\x8f\xbf\xbf",
)
HALVES = (b"\xed\xa0\x80", b"\xed\xbf\xbf")
TOO_HIGH = (b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80", b"\xf7\xbf\xbf\xbf")


def is_utf8(octets, halves=False):
    try:
        check(octets, halves)
    except UnicodeError:
        return False
    return True


def test_first_and_last_character_of_each_length_are_utf8():
    for number in (0x00, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF):
        assert is_utf8(b"a" + chr(number).encode() + b"z"), hex(number)


def test_what_is_not_utf8_is_found_anywhere():
    for octets in OVERLONG + HALVES + TOO_HIGH:
        for text in (octets, b"a" + octets, "é".encode() + octets + b"z"):
            assert not is_utf8(text), text
            assert is_utf8(text, halves=True) == (octets in HALVES), text
