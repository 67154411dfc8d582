"""Checks for requests with a body or an Origin header. Loaded on demand."""

import sys
from micropython import const

from overlay import load
from server.http import Refused

_REST_S = const(5)
_OBJECT = const(2048)  # maximum length of a JSON object in bytes


def check(request, host):
    """Refuse a change from another site's page, a body in a GET, and a body without a valid Content-Length."""
    length = request.header(b"content-length") or b"0"
    chunked = request.header(b"transfer-encoding")
    if request.method == b"GET":
        if chunked or length != b"0":
            raise Refused(413, "No request body allowed here")
        return
    if length.isdigit():
        # Read only nine digits, because a number of nine digits already exceeds every limit.
        request.unread = int(length[:9])
    origin = request.header(b"origin")
    if origin and (not host or origin.lower().partition(b"://")[2] != host):
        raise Refused(403, "A page of another site may not make changes here")
    if chunked:
        raise Refused(411, "Content-Length required")
    if not length.isdigit():
        raise Refused(400, "Content-Length is not a number")


def fault(request, error):
    """Return the refusal of a request whose handler has raised `error` before the reply began.

    Such an error is taken as the fault of the request. If the reply has begun, or if a module or a name is missing,
    which is a fault of the firmware, raise `error` again.
    """
    if (request and request.begun) or isinstance(error, (ImportError, NameError)):
        raise error
    sys.print_exception(error)
    return Refused(400, "The request cannot be understood")


def length(request, limit):
    """Return the length of the body in bytes. Raise Refused if the length is 0 or exceeds `limit` bytes."""
    if not request.unread:
        raise Refused(411, "Request body required")
    if request.unread > limit:
        raise Refused(413, "Request body too long: at most %d bytes" % limit)
    return request.unread


async def read_all(request, limit):
    """Return the whole body. Raise Refused if the body is empty or exceeds `limit` bytes. TimeoutError after 5 s."""
    length(request, limit)
    if request.unread <= len(request.early):
        # The whole body has arrived. Read the body at once, because the caller's module would stay in memory
        # during a wait.
        return await _read(request)
    return await request.server.clock.limit(_read(request), _REST_S)


async def read_object(request):
    """Return the body as a dict. Raise Refused as read_all() does, and if the body is not a JSON object."""
    body = await read_all(request, _OBJECT)
    try:
        found = load("board.json_text").parse(body)
    except ValueError as error:
        raise Refused(400, "The body %s" % error) from None
    if not isinstance(found, dict):
        raise Refused(400, "The body is not a JSON object")
    return found


async def _read(request):
    body = b""
    while request.unread:
        body += await request.read(request.unread)
    return body


def cors_header(method, origin):
    """Return the header line that lets a page of this origin read the reply, "" if reading is not allowed.

    A page may read only the reply to a GET, and only if a developer's computer (localhost) serves the page.
    """
    if method == b"GET" and origin[:7] == b"http://":
        host, colon, port = origin[7:].partition(b":")
        if host in (b"localhost", b"127.0.0.1") and (port.isdigit() or not colon):
            return "Access-Control-Allow-Origin: %s\r\n" % origin.decode()
    return ""
