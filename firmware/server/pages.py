"""Pages of the firmware. Loaded on demand, and freed again while server/pacing.py sends the page."""

import sys
from micropython import const

from overlay import load
from server.http import Refused

_HTML = const("text/html; charset=utf-8")


def send_page(request, name):
    """Return the awaitable that sends a page of the firmware, or 304 if the browser has this version of the page.

    See RFC 9110, 13.1.2. Raise Refused with 404 if the page is missing.
    """
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
            return request.drain()
        try:
            file = open(path + "gz", "rb")
        except OSError:
            break
        try:
            content = memoryview(file)  # type: ignore[arg-type]  # only a file in ROMFS is in memory
        except TypeError:
            return load("server.pacing").send_file(request, file, _HTML, head)
        return load("server.mapped").send(request, content, _HTML, head)
    raise Refused(404, "Item not found")
