"""Replies that are longer than a segment, such as a file (server/http.py). Loaded on demand.

Before each further piece, lwIP must have room for it. It has none while half of a connection's buffer is in use, so
that two or three segments are unacknowledged at a time. The system memory must have room too, beside what others have
in it.
"""

import asyncio
from micropython import const

from server.buffer import WriteBuffer
from server.http import Refused
from storage.card import Card

_PACE_S = const(0.01)
_WAITS = const(500)  # of _PACE_S for room for a piece
_VAIN = const(30)  # waits after which a piece is sent beside what others have, as it may be theirs for longer
_SEGMENT = const(1440)  # bytes of a full packet (ESP-IDF's TCP_MSS)
# Bytes that connections may have in the system memory when a segment of a file is sent.
_BESIDE_FILE = const(6700)


async def until_ready(request):
    """Wait until there is room for a piece. asyncio.TimeoutError after 5 s."""
    server = request.server
    waits = 0
    while not request.ready():
        waits += 1
        if waits > _WAITS:
            raise asyncio.TimeoutError
        if waits % _VAIN == 0:
            relent(server, request.beside)
        await server.clock.sleep(_PACE_S)
    await asyncio.sleep_ms(0)


def relent(server, beside):
    """Let room(beside) be true once more, because what others have in the system memory may be theirs for longer."""
    memory = server.board.system_memory()
    if memory:
        server.most_free = memory[0] + beside - 1


async def send_queue(request):
    """Send the pieces in the queue of a request."""
    while request.queue:
        await until_ready(request)
        request.put()


async def send_file(request, file, kind, more=""):
    """Send an open file in pieces, and close the file. Raise Refused with 404 if the file cannot be read."""
    # Keep a reference to Card.filesystem, because an open file does not keep it alive (storage/card.py).
    _filesystem = Card.filesystem
    try:
        with file:
            length = file.seek(0, 2)
            file.seek(0)
            request.beside = _BESIDE_FILE
            # Only in full segments a long reply takes as little of the system memory as intended.
            buffer = WriteBuffer(request.put, _SEGMENT)
            request.write_to(buffer)
            request.begin(200, kind, "%sContent-Length: %d\r\n" % (more, length))
            while length > 0:
                # There is room for a full segment, so that put() sends it and need not copy it.
                await until_ready(request)
                count = buffer.read(file)
                if not count:
                    # The card was removed. The client detects that the reply is shorter than its Content-Length.
                    break
                length -= count
    except OSError:
        if request.begun:
            raise
        raise Refused(404, "Item not found") from None
