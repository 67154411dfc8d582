"""Timing of the firmware's parser, which gets chunks of 256 bytes as on the board; runs under MicroPython.

read_telegrams.py FIRMWARE FILE RUNS COLLECTIONS NATIVE: read the telegrams in FILE and print the microseconds of each
run. COLLECTIONS is the number of garbage collections after each telegram; a board does one. NATIVE is 1 for native code
of the CRC, as on a board, and 0 for its bytecode.
"""

import gc
import sys
import time

sys.path.insert(0, sys.argv[1])

from overlay import load

if sys.argv[5] == "1":
    sys.modules["meter.crc"] = load("native_code").crc()

from meter.framer import Framer
from meter.parser import Parser

with open(sys.argv[2], "rb") as file:
    data = file.read()
chunks = [data[at : at + 256] for at in range(0, len(data), 256)]
runs, collections = int(sys.argv[3]), int(sys.argv[4])
framer = Framer(Parser().take)  # made when a board starts, so its time is not counted
for run in range(runs):
    if run:
        framer = Framer(Parser().take)
    read = 0
    begin = time.ticks_us()
    for chunk in chunks:
        framer.feed(chunk)
        if framer.telegrams > read:
            read = framer.telegrams
            for _ in range(collections):
                gc.collect()
    print(time.ticks_diff(time.ticks_us(), begin))
    if read != data.count(b"!"):
        sys.exit(str(read) + " telegrams were read")
