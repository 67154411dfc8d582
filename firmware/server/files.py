"""Sends files as replies: the pages of the firmware, and the card's quarters. Loaded on demand."""

import sys
from micropython import const

from server.http import Refused
from storage.card import Card

_PIECE = const(512)
_HTML = const("text/html; charset=utf-8")


async def send_page(request, name):
    """Reply with a page as the build made it; 304 to a browser that has this very one (RFC 9110, 13.1.2)."""
    for folder in sys.path:
        path = "%s/page/%s.html." % (folder, name)
        try:
            with open(path + "head") as file:
                head = file.read()  # the lines that its reply begins with
        except OSError:
            continue
        has = request.header(b"if-none-match").decode()
        if has and has in head:
            request.begin(304, _HTML, head)
            await request.drain()
        else:
            await send_file(request, open(path + "gz", "rb"), _HTML, head)
        return
    raise Refused(404, "Item not found")


async def update_page(device, request):
    """GET /update: a form that sends a package."""
    await send_page(request, "update")


async def send_file(request, file, kind, more=""):
    """Reply with an open file, in pieces, and close it; 404 when it cannot be read."""
    _filesystem = Card.filesystem  # lives as long as the file
    try:
        with file:
            length = file.seek(0, 2)
            file.seek(0)
            request.begin(200, kind, "%sContent-Length: %d\r\n" % (more, length))
            piece = bytearray(_PIECE)
            while length > 0:
                count = file.readinto(piece)
                if not count:
                    break  # the card left: a reply that is too short tells the peer so
                request.write(memoryview(piece)[:count])
                await request.drain()
                length -= count
    except OSError:
        if request.begun:
            raise
        raise Refused(404, "Item not found") from None
