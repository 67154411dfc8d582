"""meter/crc.py: CRC-16/ARC."""

from meter.crc import crc16

CHUNKS = (1, 2, 3, 7, 255, 256, 257)


def bit_by_bit(data):
    """The definition: polynomial x16 + x15 + x2 + 1, reflected, from 0."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc


def test_check_value_of_the_standard():
    assert crc16(b"123456789") == 0xBB3D


def test_nothing_changes_nothing():
    assert crc16(b"") == 0
    assert crc16(b"", 0xBB3D) == 0xBB3D


def test_every_byte_counts_as_the_polynomial_says():
    for byte in range(256):
        for data in (bytes((byte,)), bytes((byte, 0)), bytes((7, byte)), bytes((byte, 7, byte))):
            assert crc16(data) == bit_by_bit(data), data


def test_crc_of_any_chunks_is_that_of_the_whole():
    data = bytes([number * 7 % 256 for number in range(1031)])
    whole = bit_by_bit(data)
    assert crc16(data) == whole
    for size in CHUNKS:
        crc = 0
        for at in range(0, len(data), size):
            crc = crc16(data[at : at + size], crc)
        assert crc == whole, size
