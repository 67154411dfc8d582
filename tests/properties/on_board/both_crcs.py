"""Answers lines on the standard input: "CRC AT HEX HEX...", by bytecode and by native code.

The answer has two numbers of each form: the CRC of all these pieces after bytes with the CRC, and what crc16_to_mark()
returns for the pieces as one, from AT on. It runs under MicroPython, with the firmware's modules in the path. The first
line of its output names the architecture.
"""

import sys

from meter import crc
from overlay import load

native = load("native_code").crc()
print(native.__name__.split(".")[0])
line = sys.stdin.readline()
while line:
    start, at, *pieces = line.strip("\n").split(" ")
    pieces = [bytes.fromhex(piece) for piece in pieces]
    for form in (crc, native):
        found = int(start)
        for piece in pieces:
            found = form.crc16(piece, found)
        print(found, form.crc16_to_mark(b"".join(pieces), int(at), int(start)), end=" ")
    print()
    line = sys.stdin.readline()
