"""CRC-16/ARC, the check of a P1 telegram.

Polynomial x16 + x15 + x2 + 1, reflected, initial value 0 (DSMR P1 5.0.2, 6.2).
Check value: the CRC of "123456789" is BB3D.
"""

from array import array


def _tables():
    # With two tables, a step of the loop processes two bytes: `high` is for the first byte, `low` for the second.
    # This halves the time, because each step of a loop has the same cost in MicroPython.
    low = array("H", bytes(512))
    high = array("H", bytes(512))
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
        low[byte] = crc
    for byte in range(256):
        crc = low[byte]
        high[byte] = crc >> 8 ^ low[crc & 0xFF]
    return low, high


_LOW, _HIGH = _tables()


def crc16(data, crc=0):
    """Return the CRC of `data` (bytes). `crc` is the CRC of the bytes before `data`."""
    low = _LOW
    high = _HIGH
    even = len(data) & ~1
    for word in array("H", data if even == len(data) else data[:even]):
        word ^= crc
        crc = high[word & 0xFF] ^ low[word >> 8]
    if even != len(data):
        crc = crc >> 8 ^ low[(crc ^ data[even]) & 0xFF]
    return crc
