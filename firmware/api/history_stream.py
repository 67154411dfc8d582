"""Quarters on their way from the card to a peer. Loaded while they are; `api/history_query.py` finds out which.

The lines of day.csv are read as they are: nothing is kept of what went out, however long the span. While others have
their turn only a block is held.
"""

import asyncio
import gc
from binascii import crc32
from micropython import const

from overlay import load
from storage.card import Card

_BLOCK = const(1024)
_CHECK = const(9)  # bytes: the comma and the digits of a line's check


async def send(device, request, days, whole, bounds, shape, end):
    """Send the lines of the days from days[0] to days[1] that lie within the bounds, then `end`.

    Days count as local_s // 86400. `bounds` has what the first line and the one behind the last begin with, in winter
    and in summer. `shape` makes an object of a line's fields; a comma before the first is left out. Without a shape
    lines stay as they are, and the days from whole[0] to whole[1] are passed on by the block. All but objects with
    commas goes in chunks. OSError when the card fails: the peer sees that the end is missing.
    """
    await request.in_blocks()
    skip = is_list = shape.startswith(b",")
    day, last = days if device.card.mounted else (1, 0)
    block = bytearray(_BLOCK // 2 if shape else _BLOCK)  # objects are twice as long as lines
    threshold = gc.threshold()
    gc.threshold(gc.mem_alloc() // 4)  # each line leaves a kilobyte: collecting would take most of the time
    try:
        while day <= last:
            is_whole = not shape and whole[0] <= day <= whole[1]
            file, day = load("storage.day_csv_reader").open_day(day)
            if not file:
                await _give_way(request)
                continue
            _filesystem = Card.filesystem  # lives as long as the file
            with file:
                rest = b""
                while count := file.readinto(block):
                    piece = memoryview(block)[:count]
                    if is_whole:
                        piece = piece[_head(block) :]
                    else:
                        rest, piece = _within(rest + piece, bounds, shape)
                    if piece:
                        request.write(piece[skip:] if is_list else _chunk(piece))
                        skip = False
                    piece = None
                    await _give_way(request)
    finally:
        gc.threshold(threshold)
    request.write(end)
    await request.drain()


def _chunk(piece):
    """A piece of a reply whose length nobody knows yet (RFC 9112, 7.1); an empty one would end it."""
    return b"%x\r\n" % len(piece) + piece + b"\r\n"


def _head(block):
    """Where the lines begin in a block: behind the header of a file."""
    return block.find(b"\n") + 1 if block.startswith(b"start") else 0


def _within(text, bounds, shape):
    """The rest behind the last whole line, and what to send of the lines before it."""
    while b"\n\n" in text:  # hundreds of empty lines, where some were blanked, would take 20 KB
        text = text.replace(b"\n\n", b"\n")
    lines = text.split(b"\n")
    rest = lines.pop()
    found = []
    for line in lines:
        first, end = bounds[line[20:22] == b"02"]
        if first <= line < end:
            text = line[:-_CHECK]
            if not shape:
                found.append(line + b"\n")
            elif line[-_CHECK:] == b",%08x" % crc32(text):
                found.append(shape % tuple(text.split(b",")))
    if len(rest) > _BLOCK:
        rest = b""  # no line of ours
    # An empty field leaves a colon before a comma, as nothing else does, and no line of CSV has it.
    return rest, b"".join(found).replace(b":,", b":null,")


async def _give_way(request):
    """Let others run; wait where the peer is slower than the card."""
    if request.stream.out_buf:
        await request.drain()
    else:
        await asyncio.sleep_ms(0)
