"""What few requests have: a body, or the page of another site behind them. Loaded for them alone."""

from micropython import const

from server.http import Refused

_REST_S = const(5)


def check(request, host):
    """Refuse what changes something from another site's page, and a body that no handler should have to look at."""
    length = request.header(b"content-length") or b"0"
    chunked = request.header(b"transfer-encoding")
    if request.method == b"GET":
        if chunked or length != b"0":
            raise Refused(413, "No body is taken here")
        return
    if length.isdigit():
        request.unread = int(length[:9])  # more digits are too much for everybody
    origin = request.header(b"origin")
    if origin and (not host or origin.lower().partition(b"://")[2] != host):
        raise Refused(403, "A page of another site may not change anything here")
    if chunked:
        raise Refused(411, "Say the Content-Length")
    if not length.isdigit():
        raise Refused(400, "Content-Length is no number")


def length(request, limit):
    """The bytes of the body; refused when there is none, or more than `limit`."""
    if not request.unread:
        raise Refused(411, "Send something, with its Content-Length")
    if request.unread > limit:
        raise Refused(413, "At most %d bytes are taken here" % limit)
    return request.unread


async def whole(request, clock, limit):
    """The whole body, which has a time limit as a whole."""
    length(request, limit)
    return await clock.limit(_all(request), _REST_S)


async def _all(request):
    body = b""
    while request.unread:
        body += await request.read(request.unread)
    return body


def allowance(method, origin):
    """The header line that lets a page of this origin read: a developer's own computer may, by GET."""
    if method == b"GET" and origin[:7] == b"http://":
        host, colon, port = origin[7:].partition(b":")
        if host in (b"localhost", b"127.0.0.1") and (port.isdigit() or not colon):
            return "Access-Control-Allow-Origin: %s\r\n" % origin.decode()
    return ""
