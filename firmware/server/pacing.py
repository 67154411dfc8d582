"""Replies that are longer than a segment, such as a file (server/http.py). Loaded on demand.

After the first segment, a piece is sent only when lwIP and the system memory have room. lwIP has room while less than
half of the connection's buffer is in use. Therefore at most two or three segments are unacknowledged at the same time.
The system memory has room while all connections together use little of it (Server.room()).
"""

import asyncio
from micropython import const

from server.buffer import WriteBuffer
from server.http import Refused
from storage.card import Card

_PACE_S = const(0.01)
_WAITS = const(500)  # maximum number of waits, of 0.01 s each, until there is room for a piece
# After each 30 waits, a piece is sent even if other connections use much of the system memory. Otherwise the reply
# could wait as long as these connections use the memory.
_VAIN = const(30)
SEGMENT = const(1440)  # bytes of a full packet (ESP-IDF's TCP_MSS)
# A segment of a file is sent while all connections together use less than this number of bytes of the system memory.
BESIDE_FILE = const(6700)


async def until_ready(request):
    """Wait until there is room for a piece. asyncio.TimeoutError after 5 s."""
    server = request.server
    waits = 0
    # Let other tasks run first. There is still room when the caller sends the piece, which need not be copied then.
    await asyncio.sleep_ms(0)
    while not request.ready():
        waits += 1
        if waits > _WAITS:
            raise asyncio.TimeoutError
        if waits % _VAIN == 0:
            relent(server, request.beside)
        await server.clock.sleep(_PACE_S)


def relent(server, beside):
    """Let Server.room(beside) return True until a piece is sent, even if connections use `beside` bytes or more.

    Otherwise a reply could wait for ever, because other connections may use the system memory for a long time. Below
    the floor, room() still returns False.
    """
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
    # Keep a reference to Card.filesystem, because an open file does not keep the filesystem alive (storage/card.py).
    _filesystem = Card.filesystem
    try:
        with file:
            length = file.seek(0, 2)
            file.seek(0)
            request.beside = BESIDE_FILE
            # Send full segments, because the same bytes in smaller segments would take more of the system memory.
            buffer = WriteBuffer(request.put, SEGMENT)
            request.write_to(buffer)
            request.begin(200, kind, "%sContent-Length: %d\r\n" % (more, length))
            while length > 0:
                # Wait for room first, so that put() sends the full segment at once and need not copy it.
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
