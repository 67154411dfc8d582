"""Streams quarters from the card to a client. Loaded on demand; api/history_query.py selects the quarters.

Lines of day.csv are sent in blocks, so that memory does not grow with the span: between two blocks, while other tasks
run, only one block is in memory.
"""

import asyncio
import gc
from binascii import crc32
from micropython import const

from overlay import load
from storage.card import Card

_BLOCK = const(1024)
_CHECK = const(9)  # bytes of a line's check: a comma and eight digits


async def send(device, request, days, whole, bounds, shape, end):
    """Send the lines of the days from days[0] to days[1] that lie within the bounds, then `end`.

    days, whole  first and last day (local_s // 86400); days within `whole` are sent block by block, unchanged
    bounds       (first timestamp to send, first not to send) for winter time, then for summer time
    shape        %-format of a JSON object for a line's fields, or b"" to send CSV lines unchanged; if it begins with a
                 comma, the first object goes without it, and the reply is not chunked

    OSError if the card fails: the client notices that the end is missing.
    """
    await request.in_blocks()
    skip = is_list = shape.startswith(b",")
    day, last = days if device.card.mounted else (1, 0)
    block = bytearray(_BLOCK // 2 if shape else _BLOCK)  # an object is twice as long as its line
    threshold = gc.threshold()
    # Collect rarely, because each line leaves 1 KB of garbage: collecting would take most of the time.
    gc.threshold(gc.mem_alloc() // 4)
    try:
        while day <= last:
            is_whole = not shape and whole[0] <= day <= whole[1]
            file, day = load("storage.day_csv_reader").open_day(day)
            if not file:
                await _let_others_run(request)
                continue
            _filesystem = Card.filesystem  # must live as long as the file (storage/card.py)
            with file:
                rest = b""
                while count := file.readinto(block):
                    piece = memoryview(block)[:count]
                    if is_whole:
                        piece = piece[_first_line_at(block) :]
                    else:
                        rest, piece = _select_lines(rest + piece, bounds, shape)
                    if piece:
                        request.write(piece[skip:] if is_list else _chunk(piece))
                        skip = False
                    piece = None
                    await _let_others_run(request)
    finally:
        gc.threshold(threshold)
    request.write(end)
    await request.drain()


def _chunk(piece):
    """Return a chunk of a reply of unknown length (RFC 9112, 7.1). An empty chunk would end the reply."""
    return b"%x\r\n" % len(piece) + piece + b"\r\n"


def _first_line_at(block):
    """Return the position of the first line in a block: 0, or behind the header of a file."""
    return block.find(b"\n") + 1 if block.startswith(b"start") else 0


def _select_lines(text, bounds, shape):
    """Return (rest behind the last whole line, bytes to send of the lines before it)."""
    while b"\n\n" in text:  # blanked lines leave hundreds of empty ones, which would take 20 KB when split
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
        rest = b""  # too long for a line of day.csv
    # Only an empty field leaves a colon before a comma, and no CSV line contains one.
    return rest, b"".join(found).replace(b":,", b":null,")


async def _let_others_run(request):
    """Let other tasks run, and wait if the client is slower than the card."""
    if request.stream.out_buf:
        await request.drain()
    else:
        await asyncio.sleep_ms(0)
