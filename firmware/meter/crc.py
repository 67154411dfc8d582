"""CRC-16/ARC, the check of a P1 telegram.

Polynomial x16 + x15 + x2 + 1, reflected, initial value 0 (DSMR P1 5.0.2, 6.2).
Check value: the CRC of "123456789" is BB3D.

The build compiles this file to bytecode, and again to native code (build_tool/native_code.py). Each form has its own
loop, because access to a byte by its index takes little time in native code, but much in bytecode.
"""

from array import array
from micropython import const

_NATIVE = const(0)
MARK = const(33)  # b"!"[0]


def _table():
    table = array("H", bytes(512))
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
        table[byte] = crc
    return table


_LOW = _table()

if _NATIVE:
    import micropython

    @micropython.viper
    def crc16_to_mark(data, at: int, crc: int) -> int:
        """Compute the CRC in native code. The docstring of the bytecode form describes the arguments and the result."""
        # The compiler puts a function's first variables, which are the arguments, into registers of the chip. Therefore
        # the loop changes the arguments themselves, without further variables.
        low = ptr16(_LOW)
        octets = ptr8(data)
        size = int(len(data))  # noqa: RUF046  # in native code, len() returns an object
        while at < size:
            octet = octets[at]
            at += 1
            crc = crc >> 8 ^ low[(crc ^ octet) & 0xFF]
            if octet == MARK:
                break
        return at << 16 | crc

else:
    # With two tables, a step of the loop processes two bytes: `high` is for the first byte, `low` for the second. The
    # loop takes half the time, because each step of a loop has the same cost in bytecode.
    _HIGH = array("H", [crc >> 8 ^ _LOW[crc & 0xFF] for crc in _LOW])

    def crc16_to_mark(data, at: int, crc: int) -> int:
        """Return the CRC of `data[at:stop]` plus 65536 times `stop`, the index after the first "!" from `at` on.

        Without a "!", `stop` is the end of `data` (bytes, at most 16 KB). `crc` is the CRC of all bytes before `at`.
        """
        low = _LOW
        high = _HIGH
        stop = data.find(b"!", at) + 1 or len(data)
        even = stop - (stop - at & 1)
        for word in array("H", data if even - at == len(data) else data[at:even]):
            word ^= crc
            crc = high[word & 0xFF] ^ low[word >> 8]
        if even != stop:
            crc = crc >> 8 ^ low[(crc ^ data[even]) & 0xFF]
        return stop << 16 | crc


def crc16(data, crc=0):
    """Return the CRC of `data` (bytes). `crc` is the CRC of the bytes before `data`."""
    at = 0
    while at < len(data):
        crc = crc16_to_mark(data, at, crc)
        at = crc >> 16
        crc &= 0xFFFF
    return crc
