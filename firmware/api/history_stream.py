"""Stream of quarters from the card to a client, as CSV or JSON. Loaded on demand.

api/history_query.py selects the quarters. Lines of day.csv are sent in blocks, so that a long period needs no more
memory than a short period. While other tasks run, only one block is in memory.
"""

import asyncio
import gc
from binascii import crc32
from micropython import const

from overlay import load
from server.buffer import WriteBuffer
from storage.card import Card

_BLOCK = const(1024)
_FIELDS = const(9)  # number of fields in a line before the CRC-32
_CHECK = const(9)  # number of bytes at the end of a line: a comma and a CRC-32 of eight hex digits
# Maximum number of bytes in one piece of the reply. Pieces are small, because up to three segments may be
# unacknowledged at the same time.
_PIECE = const(512)
_END = const(8)  # bytes of the buffer for the end of a reply
_PACE_S = const(0.01)
# Maximum number of waits, of 0.01 s each, for a slow client. After the last wait, the request gives back its turn.
_MOMENT = const(20)
# Maximum number of bytes that are read from a day.csv. A valid file is shorter, but a damaged directory entry may state
# a greater length.
_LONGEST = const(1 << 18)


async def send(device, request, days, whole, bounds, shape, end, at=0):
    """Read the lines of some days, send the quarters that begin within the bounds, and then send the bytes `end`.

    days    first and last day to read (in days since 2000-01-01)
    whole   first and last of the days that are entirely within the bounds. In a CSV reply, the lines of these days are
            sent unparsed
    bounds  ((from, to), (from, to)): two moments, first as timestamps in winter time, then as timestamps in summer
            time. A quarter that begins at `to` is not sent
    shape   b"" to send CSV lines, otherwise a %-format that turns the fields of a line into JSON. If the format begins
            with a comma, the reply is one list. A list is not chunked, and its first comma is not sent
    at      byte offset at which to continue in the file of the first day, 0 at the start of the reply

    Return None after the last quarter. Return earlier if a block cannot be sent within 0.2 s, or if another request
    waits for its turn. An early return gives dispatcher.py the call that continues the reply, as a tuple.

    OSError if the card fails, Refused if the client may no longer read. In both cases `end` is not sent, so that the
    client detects an incomplete reply.
    """
    await request.drain()
    # From here on, put() sends the lines without a buffer, and only `end` goes through a buffer. Therefore this small
    # buffer takes the place of the request's buffer of 512 bytes.
    request.write_to(WriteBuffer(request.put, _END))
    is_list = shape.startswith(b",")
    skip = is_list and not at
    if at and not device.card.mounted:
        raise OSError  # the card was removed
    day, last = days if device.card.mounted else (1, 0)
    # For JSON, read half as many bytes at a time, because a quarter is twice as long in JSON as in CSV.
    block = bytearray(_BLOCK // 2 if shape else _BLOCK)
    # Load the module once, because loading it for each day would take a third of the time of a long reply.
    open_day = load("storage.day_csv_files").open_day
    threshold = gc.threshold()
    # Each line leaves 1 KB of garbage. Collect garbage rarely, because frequent collection would take most of the time.
    gc.threshold(gc.mem_alloc() // 4)
    try:
        while day <= last:
            device.access.admit(request)  # the owner may have shut out the client since the reply began
            is_whole = not shape and whole[0] <= day <= whole[1]
            file, day = open_day(day)
            if not file:
                if at:
                    raise OSError  # the file of the first day was removed while other requests had the turn
                await asyncio.sleep_ms(0)
                continue
            # Keep a reference to Card.filesystem, because an open file does not keep the filesystem alive
            # (storage/card.py).
            _filesystem = Card.filesystem
            with file:
                file.seek(at)
                at = 0
                rest = b""
                while file.tell() < _LONGEST and (count := file.readinto(block)):
                    piece = memoryview(block)[:count]
                    if is_whole:
                        piece = piece[_first_line_at(block) :]
                    else:
                        rest, piece = _select_lines(rest + piece, bounds, shape)
                    if piece:
                        _put(request, piece[skip:] if is_list else _chunk(piece))
                        skip = False
                        piece = None  # the queue of the request has copies of what is not sent yet
                        for _ in range(_MOMENT):
                            if not request.queue or request.waiting:
                                break
                            await device.clock.sleep(_PACE_S)
                            request.put()
                        if request.queue or request.waiting:
                            at = file.tell() - len(rest)
                            days = day - 1, last
                            return "api.history_stream", "send", days, whole, bounds, shape, end, at
                    await asyncio.sleep_ms(0)
    finally:
        gc.threshold(threshold)
    request.write(end)
    return None


def _put(request, block):
    for at in range(0, len(block), _PIECE):
        request.put(memoryview(block)[at : at + _PIECE])


def _chunk(piece):
    """Return `piece` as a chunk of a chunked reply (RFC 9112, 7.1). An empty chunk would end the reply."""
    return b"%x\r\n" % len(piece) + piece + b"\r\n"


def _first_line_at(block):
    """Return the offset of the first quarter's line in a block of day.csv.

    If the block starts with the header line, the offset is the start of the line after the header. Otherwise the
    offset is 0.
    """
    return block.find(b"\n") + 1 if block.startswith(b"start") else 0


def _select_lines(text, bounds, shape):
    """Return (end of the text after the last newline, bytes to send for the lines before this newline).

    Only quarters within the bounds are sent.
    """
    # Remove empty lines, because split() would need 20 KB for hundreds of empty lines. The file contains empty lines,
    # because the writer replaces each byte of an outdated line by a newline.
    while b"\n\n" in text:
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
                fields = text.split(b",")
                if _fit_in_json(fields):
                    found.append(shape % tuple(fields))
    if len(rest) > _BLOCK:
        rest = b""  # discard text that is longer than any line of day.csv
    # An empty field appears as ":," in JSON. Insert null after the colon. CSV lines never contain ":,".
    return rest, b"".join(found).replace(b":,", b":null,")


def _fit_in_json(fields):
    """True if the fields of a line are valid in a JSON object.

    A correct CRC-32 at the end of a line does not prove that the fields are valid, because anyone can compute the
    CRC-32 of other text. The check in storage/day_csv_fields.py finds more faults, but would double the time for each
    line.
    """
    start = fields[0]
    return (
        len(fields) == _FIELDS
        and (start[:10].replace(b"-", b"") + start[11:19].replace(b":", b"")).isdigit()
        and start[19:] in (b"+01:00", b"+02:00")
        and b"".join(fields[1:8]).replace(b".", b"").replace(b"-", b"").isdigit()
        and fields[8].isalpha()
    )
