"""GET /: the web page, one compressed file, and beside it what its reply begins with. Loaded while it is opened."""

import sys

from web.server import Refused, send_file


async def send(request):
    """The page; 304 to a browser that has this one already (RFC 9110, 13.1.2)."""
    for folder in sys.path:
        path = folder + "/page/index.html."
        try:
            with open(path + "head") as file:
                head = file.read()
        except OSError:
            continue
        has = request.header(b"if-none-match").decode()
        if has and has in head:
            request.begin(304, "text/html; charset=utf-8", head)
            await request.drain()
        else:
            await send_file(request, path + "gz", "text/html; charset=utf-8", head)
        return
    raise Refused(404, "Item not found")  # not built
