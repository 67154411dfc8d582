"""A small HTTP server: one request a connection, and a limit to everything that a peer can make it keep.

Limits: 5 connections (the operating system holds further ones back), 2 KB of request head, 2 s until its first
byte, 5 s until its last, 5 s for each stretch of the reply to leave. A request must name a host of the house, so
that a page from elsewhere cannot reach the board under its own name (DNS rebinding); one that changes something
must not come from another site's page. Pages from elsewhere may not read either, but for a developer's own computer.
"""

import asyncio
import gc
import socket
import sys
from micropython import const

from web.pieces import Pieces

_CONNECTIONS = const(5)
_HEAD = const(2048)
_FIRST_BYTE_S = const(2)
_REST_S = const(5)
_BEAT_S = const(10)
_BUFFER = const(512)
_TCP = const(6)  # IPPROTO_TCP and TCP_NODELAY, which not every port of MicroPython names
_NO_DELAY = const(1)
# Names that only a home's own name service gives out; a name without a dot is one too.
_HOME_DOMAINS = (b".local", b".lan", b".home", b".internal", b".home.arpa", b".fritz.box", b".localdomain")
_REASONS = {
    200: "OK",
    302: "Found",
    304: "Not Modified",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "Content Too Large",
    421: "Misdirected Request",
    431: "Request Header Fields Too Large",
    503: "Service Unavailable",
}


class Refused(Exception):
    """A request that is answered with a status and one line that says why; `more` are further header lines."""

    def __init__(self, status, why, more=""):
        self.status = status
        self.why = why
        self.more = more


class Request:
    """One request and the reply to it."""

    def __init__(self, stream, clock, head):
        self.stream = stream
        self._clock = clock
        self._head, _, self._early = head.partition(b"\r\n\r\n")
        try:
            self.method, target, _ = self._head.split(b"\r\n", 1)[0].split(b" ")
        except ValueError:
            raise Refused(400, "Not an HTTP request") from None
        self.path, _, self._query = target.partition(b"?")
        self._pieces = Pieces(stream.write)
        self.write = self._pieces.write
        self.begun = False
        self.unread = 0  # bytes of the body

    def header(self, name):
        """The value of a header (name in lower case, bytes), b"" when the request lacks it."""
        for line in self._head.split(b"\r\n")[1:]:
            key, _, value = line.partition(b":")
            if key.lower() == name:
                return value.strip()
        return b""

    def argument(self, name):
        """The value of a query argument as bytes, None when the request lacks it."""
        for pair in self._query.split(b"&"):
            key, _, value = pair.partition(b"=")
            if key == name:
                return value
        return None

    def check(self):
        """Refuse what no handler should have to look at."""
        host = self.header(b"host").lower()
        if host and not at_home(host):
            raise Refused(421, "This device answers only to its address and its own name")
        length = self.header(b"content-length") or b"0"
        chunked = self.header(b"transfer-encoding")
        if self.method == b"GET":
            if chunked or length != b"0":
                raise Refused(413, "No body is taken here")
            return
        if length.isdigit():
            self.unread = int(length[:9])  # more digits are too much for everybody
        origin = self.header(b"origin")
        if origin and (not host or origin.lower().partition(b"://")[2] != host):
            raise Refused(403, "A page of another site may not change anything here")
        if chunked:
            raise Refused(411, "Say the Content-Length")
        if not length.isdigit():
            raise Refused(400, "Content-Length is no number")

    def length(self, limit):
        """The bytes of the body; refused when there is none, or more than `limit`."""
        if not self.unread:
            raise Refused(411, "Send something, with its Content-Length")
        if self.unread > limit:
            raise Refused(413, "At most %d bytes are taken here" % limit)
        return self.unread

    async def read(self, count):
        """The next bytes of the body, at most `count`; b"" at its end."""
        piece = self._early[: min(count, self.unread)]
        if piece:
            self._early = self._early[len(piece) :]
        elif self.unread:
            piece = await self._clock.limit(self.stream.read(min(count, self.unread)), _REST_S)
            if not piece:
                raise OSError  # the peer left
        self.unread -= len(piece)
        return piece

    async def body(self, limit):
        """The whole body."""
        self.length(limit)
        return await self._clock.limit(self._body(), _REST_S)

    async def skip(self):
        """Let go by what the peer still says: closed with bytes unread, the connection would take the reply with it."""
        while self.unread:
            await self.read(_BUFFER)
        for _ in range(32):  # of a body that is none, or too long a head
            if not self.stream.s.read(_BUFFER):
                break

    async def _body(self):
        body = b""
        while self.unread:
            body += await self.read(self.unread)
        return body

    def begin(self, status, kind, more=""):
        """Send the head of the reply; `kind` is its media type, `more` further header lines."""
        self.begun = True
        self.write("HTTP/1.1 %d %s\r\nContent-Type: %s\r\n" % (status, _REASONS.get(status, ""), kind))
        if not more.startswith("Cache-Control"):
            self.write("Cache-Control: no-store\r\n")
        self.write("X-Content-Type-Options: nosniff\r\nConnection: close\r\n")
        origin = self.header(b"origin")
        if self.method == b"GET" and origin[:7] == b"http://":
            host, colon, port = origin[7:].partition(b":")
            if host in (b"localhost", b"127.0.0.1") and (port.isdigit() or not colon):
                self.write("Access-Control-Allow-Origin: %s\r\n" % origin.decode())
        self.write(more)
        self.write("\r\n")

    async def drain(self):
        """Wait until the reply so far has left."""
        self._pieces.flush()
        await self._clock.limit(self.stream.drain(), _REST_S)

    async def reply(self, status, kind, body, more=""):
        """A whole reply."""
        self.begin(status, kind, "%sContent-Length: %d\r\n" % (more, len(body)))
        self.write(body)
        await self.drain()


class Server:
    """Serves `routes`: from path (bytes) to `async handler(request)`; that of b"" takes all other paths.

    What is not a GET has its method and a blank before the path, or goes to `access.seldom`; `access.admit` sees
    every request first. A handler that returns True keeps the connection, and gives it to `close` at its end.
    """

    def __init__(self, clock, routes, access):
        self.routes = routes
        self.portal = None  # while the setup portal is open: whether it has taken a request
        self._access = access
        self._clock = clock
        self._open = []  # sockets
        self.listening = False

    async def run(self, address, beat=int):
        """Serve for ever; `beat()` is called between the peers, and while none comes."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(socket.getaddrinfo(address[0], address[1])[0][-1])
        listener.listen(_CONNECTIONS)
        listener.setblocking(False)
        self.listening = True
        print("ready http://%s:%d/" % address)
        while True:
            beat()
            if len(self._open) >= _CONNECTIONS:
                await asyncio.sleep_ms(20)
                continue
            try:
                await self._clock.limit(_readable(listener), _BEAT_S)
                peer = listener.accept()[0]
            except (OSError, asyncio.TimeoutError):
                continue
            peer.setblocking(False)
            peer.setsockopt(_TCP, _NO_DELAY, 1)
            self._open.append(peer)
            asyncio.create_task(self._serve(asyncio.StreamReader(peer)))

    async def _serve(self, stream):
        request = kept = None
        try:
            try:
                request = Request(stream, self._clock, await self._head(stream))
                if self.portal and await self.portal(request):
                    return
                request.check()
                self._access.admit(request)
                kept = await self._handler(request)(request)
                if request.unread:
                    await self._clock.limit(request.skip(), _REST_S)
            except Refused as refused:
                await self._refuse(request, stream, refused)
            except MemoryError as error:
                gc.collect()
                sys.print_exception(error)
                await self._refuse(request, stream, Refused(503, "Out of memory, try again"))
        except (OSError, asyncio.TimeoutError):
            pass  # the peer left, or was too slow
        except Exception as error:
            sys.print_exception(error)  # a fault of ours costs this request
        finally:
            if not kept:
                self.close(stream)

    def close(self, stream):
        """End a connection, if it has not ended yet."""
        if stream.s in self._open:
            self._open.remove(stream.s)
            stream.s.close()  # close() of an asyncio stream does nothing

    async def _head(self, stream):
        """The request's head, up to its blank line or further."""
        # Piece by piece: room for the longest head in one stretch is not always to be had.
        head = await self._clock.limit(stream.read(_BUFFER), _FIRST_BYTE_S)
        if b"\r\n\r\n" not in head:
            # One limit for all the rest: byte by byte it may not take longer.
            head = await self._clock.limit(self._rest(stream, head), _REST_S)
        return head

    async def _rest(self, stream, head):
        while b"\r\n\r\n" not in head:
            if len(head) >= _HEAD:
                raise Refused(431, "More than 2 KB of request head")
            more = await stream.read(min(_BUFFER, _HEAD - len(head)))
            if not more:
                raise OSError
            head += more
        return head

    def _handler(self, request):
        if request.method != b"GET":
            return self.routes.get(request.method + b" " + request.path) or self._access.seldom
        return self.routes.get(request.path, self.routes[b""])

    async def _refuse(self, request, stream, refused):
        if request is None:
            request = Request(stream, self._clock, b"GET / -\r\n")
        if not request.begun:
            await request.reply(refused.status, "text/plain", refused.why, refused.more)
            await self._clock.limit(request.skip(), _REST_S)


def _readable(end):
    """Awaits that `end` has something to read, as asyncio's own streams do."""
    yield asyncio.core._io_queue.queue_read(end)  # type: ignore[attr-defined]  # not in the stubs


def at_home(host):
    """Whether a Host header names this device by an address or by a name of the house.

    >>> at_home(b"192.168.0.250"), at_home(b"digimon.local:80"), at_home(b"evil.example")
    (True, True, False)
    """
    if host.startswith(b"["):
        return True
    name = host.split(b":")[0]
    if b"." not in name:
        return True
    for domain in _HOME_DOMAINS:
        if name.endswith(domain):
            return True
    digits = name.replace(b".", b"")
    return digits.isdigit() and name.count(b".") == 3


async def send_file(request, path, kind, more=""):
    """Reply with a file, in pieces; 404 when there is none or it cannot be read."""
    try:
        with open(path, "rb") as file:
            length = file.seek(0, 2)
            file.seek(0)
            request.begin(200, kind, "%sContent-Length: %d\r\n" % (more, length))
            piece = bytearray(_BUFFER)
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
