"""Replies that send a file: a page of the firmware or a file of the card. Loaded on demand."""

import sys
from micropython import const

from server.http import Refused
from storage.card import Card

_PIECE = const(512)
_HTML = const("text/html; charset=utf-8")


async def send_page(request, name):
    """Send a page of the firmware, or 304 if the browser has this version of the page (RFC 9110, 13.1.2)."""
    for folder in sys.path:
        path = "%s/page/%s.html." % (folder, name)
        try:
            with open(path + "head") as file:
                head = file.read()  # header lines of the reply
        except OSError:
            continue
        has = request.header(b"if-none-match")
        if has and has in head.encode():
            request.begin(304, _HTML, head)
            await request.drain()
        else:
            try:
                file = open(path + "gz", "rb")
            except OSError:
                break
            await send_file(request, file, _HTML, head)
        return
    raise Refused(404, "Item not found")


async def send_file(request, file, kind, more=""):
    """Send an open file in pieces, and close the file. Raise Refused with 404 if the file cannot be read."""
    # Keep a reference to Card.filesystem, because an open file does not keep it alive (storage/card.py).
    _filesystem = Card.filesystem
    try:
        with file:
            length = file.seek(0, 2)
            file.seek(0)
            request.begin(200, kind, "%sContent-Length: %d\r\n" % (more, length))
            piece = bytearray(_PIECE)
            while length > 0:
                count = file.readinto(piece)
                if not count:
                    # The card was removed. The client detects that the reply is shorter than its Content-Length.
                    break
                request.write(memoryview(piece)[:count])
                await request.drain()
                length -= count
    except OSError:
        if request.begun:
            raise
        raise Refused(404, "Item not found") from None
