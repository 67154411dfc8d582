"""Runs under MicroPython: reads telegrams with the firmware's parser, as the board does, in chunks of 256 bytes.

read_telegrams.py FIRMWARE FILE RUNS COLLECTIONS: FILE holds the telegrams; prints the microseconds that each run
took. The board collects garbage once after each telegram; so many times it is done here.
"""

import gc
import sys
import time

sys.path.insert(0, sys.argv[1])

from meter.framer import Framer
from meter.parser import Parser

with open(sys.argv[2], "rb") as file:
    data = file.read()
chunks = [data[at : at + 256] for at in range(0, len(data), 256)]
runs, collections = int(sys.argv[3]), int(sys.argv[4])
framer = Framer(Parser().take)  # made when a board starts: no part of a telegram
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
