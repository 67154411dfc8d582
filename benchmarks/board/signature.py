"""Checks a signature in a heap of holes; runs under MicroPython.

signature.py CASE HOLES

CASE is a file with a line each for modulus, signature and digest, in hexadecimal. HOLES is the number of free pieces of
1 KB in a heap that is full otherwise, or 0 for a heap that is empty. Prints the time in ms. Exits with 1 if the
signature is refused or memory does not suffice.
"""

import gc
import sys
import time
from binascii import unhexlify

from update.signature import is_valid

HOLE = 1024
WALL = 32


def fill(holes):
    """Fill the heap, and return what fills it. Only `holes` pieces of 1 KB are free, none beside another."""
    pieces, walls = [None] * 4000, [None] * 4000
    count = 0
    try:
        while True:
            pieces[count] = bytearray(HOLE)
            walls[count] = bytearray(WALL)
            count += 1
    except MemoryError:
        pass
    small = None
    try:
        while True:
            small = [small]
    except MemoryError:
        pass
    for at in range(holes):
        pieces[at * 2] = None
    gc.collect()
    return pieces, walls, small


def main(path, holes):
    """Check the signature in the file `path`."""
    with open(path) as file:
        case = [unhexlify(line.strip()) for line in file]
    kept = fill(int(holes)) if int(holes) else None
    began = time.ticks_us()
    is_right = is_valid(*case)
    took = time.ticks_diff(time.ticks_us(), began)
    del kept
    print(took / 1000)
    sys.exit(0 if is_right else 1)


main(*sys.argv[1:])
