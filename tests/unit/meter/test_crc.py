"""meter/crc.py: CRC-16/ARC, as bytecode and as native code of this interpreter."""

import json

from meter import crc, framer
from meter.parser import Parser
from overlay import load

NATIVE = load("native_code").crc()
FORMS = {"bytecode": crc.crc16, "native code": NATIVE.crc16}
CHUNKS = (1, 2, 3, 7, 255, 256, 257)


def bit_by_bit(data):
    """The definition: polynomial x16 + x15 + x2 + 1, reflected, from 0."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc


def reading(telegrams, form):
    """The reading of these telegrams, found with this form."""
    parser = Parser()
    found = framer.Framer(parser.take)
    framer.crc16_to_mark = form.crc16_to_mark
    try:
        for telegram in telegrams:
            found.feed(telegram.encode())
    finally:
        framer.crc16_to_mark = crc.crc16_to_mark
    assert found.telegrams == len(telegrams)
    return parser.reading


def test_both_forms_are_tested():
    assert type(crc.crc16_to_mark) is type(bit_by_bit)
    assert type(NATIVE.crc16_to_mark) is not type(bit_by_bit)


def test_check_value_of_the_standard():
    for form, crc16 in FORMS.items():
        assert crc16(b"123456789", 0) == 0xBB3D, form


def test_nothing_changes_nothing():
    for form, crc16 in FORMS.items():
        assert crc16(b"", 0) == 0, form
        assert crc16(b"", 0xBB3D) == 0xBB3D, form


def test_every_byte_counts_as_the_polynomial_says():
    for form, crc16 in FORMS.items():
        for byte in range(256):
            for data in (bytes((byte,)), bytes((byte, 0)), bytes((7, byte)), bytes((byte, 7, byte))):
                assert crc16(data, 0) == bit_by_bit(data), (form, data)


def test_crc_of_any_chunks_is_that_of_the_whole():
    data = bytes([number * 7 % 256 for number in range(1031)])
    whole = bit_by_bit(data)
    for form, crc16 in FORMS.items():
        assert crc16(data, 0) == whole, form
        for size in CHUNKS:
            crc = 0
            for at in range(0, len(data), size):
                crc = crc16(data[at : at + size], crc)
            assert crc == whole, (form, size)


def test_crc_to_the_mark_has_its_place():
    data = b"/a!b!c"
    for form in (crc, NATIVE):
        for at, stop in ((0, 3), (2, 3), (3, 5), (5, 6), (6, 6)):
            found = form.crc16_to_mark(data, at, 0xBB3D)
            assert found == stop << 16 | form.crc16(data[at:stop], 0xBB3D), (form, at)


def test_readings_are_the_same_with_both_forms():
    meters = 0
    with open("build/tests/dialects.json") as file:
        for line in file:
            telegrams = json.loads(line)["telegrams"]
            assert reading(telegrams, crc) == reading(telegrams, NATIVE)
            meters += 1
    assert meters
