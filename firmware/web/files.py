"""Files as replies: the pages of the firmware, and what the card holds. Loaded while used."""

import os
import sys
from micropython import const

from web.server import Refused

_PIECE = const(512)
_HTML = const("text/html; charset=utf-8")


async def send_page(request, name):
    """Reply with a page of the firmware, packed by the build or as it is written."""
    for folder in sys.path:
        path = "%s/page/%s.html" % (folder, name)
        for end, more in ((".gz", "Content-Encoding: gzip\r\n"), ("", "")):
            try:
                os.stat(path + end)
            except OSError:
                continue
            await send_file(request, path + end, _HTML, more)
            return
    raise Refused(404, "Item not found")


async def send_file(request, path, kind, more=""):
    """Reply with a file, in pieces; 404 when there is none or it cannot be read."""
    try:
        with open(path, "rb") as file:
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
