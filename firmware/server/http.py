"""Small HTTP server with one request per connection, and with limits on the memory and time that a client can use.

Limits: 5 connections, a request head of 2 KB, 2 s until the first byte of the head, 5 s until the last byte of the
head, 5 s to send each part of the reply. The operating system queues further connections.

Parties share the connections. A client with a valid token is a party whatever its address is, and all other clients of
one IPv4 address are one party. A party that is alone may use all connections, and its further ones wait.

The Host header must contain an IP address or a name of the home network. Otherwise a page of another site could reach
the board under the name of that site (DNS rebinding). Pages of other sites can neither make changes nor read replies.
Only a page that a developer's computer serves may read replies.
"""

import asyncio
import gc
import sys
from micropython import const

from overlay import load
from server.buffer import WriteBuffer

_CONNECTIONS = const(5)
_SHARED_S = const(60)
_STEP_MS = const(20)
_HEAD = const(2048)
_FIRST_BYTE_S = const(2)
_REST_S = const(5)
_BEAT_S = const(10)
_BUFFER = const(512)
_TCP = const(6)  # IPPROTO_TCP and TCP_NODELAY, which not every port of MicroPython names
_NO_DELAY = const(1)
# Domains that only the name service of a home network uses. A name without a dot is local too.
_HOME_DOMAINS = const(b".local .lan .home .internal .home.arpa .fritz.box .localdomain")


class Refused(Exception):
    """Refusal of a request: the HTTP status, the reason in one line (`why`), and further header lines (`more`)."""

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
        self._pieces = WriteBuffer(stream.write)
        self.write = self._pieces.write
        self.begun = False
        self.address = self.party = ""  # IPv4 address of the client; its party. The server sets both.
        self.unread = 0  # bytes of the body that are not read yet

    def header(self, name):
        """Return the value of a header as bytes, b"" if the request lacks the header. `name` is in lower case."""
        at = self._head.lower().find(b"\r\n%s:" % name)
        return self._head[at + len(name) + 3 :].split(b"\r\n", 1)[0].strip() if at >= 0 else b""

    def argument(self, name):
        """Return the value of a query argument as bytes, None if the request lacks it."""
        for pair in self._query.split(b"&"):
            key, _, value = pair.partition(b"=")
            if key == name:
                return value
        return None

    def check(self, hosts=()):
        """Raise Refused if the host, the origin or the body of the request is not valid for any handler.

        hosts: host names outside the home network under which the owner allows requests
        """
        host = self.header(b"host").lower()
        if host and not is_local_host(host):
            load("server.request_body").check_host(host, hosts)
        # Most requests are a GET without a body, and do not need the module with these checks.
        if self.method != b"GET" or self.header(b"content-length") or self.header(b"transfer-encoding"):
            load("server.request_body").check(self, host)

    def length(self, limit):
        """Return the length of the body in bytes. Raise Refused if it is 0 or exceeds `limit` bytes."""
        return load("server.request_body").length(self, limit)

    def body(self, limit):
        """Return an awaitable of the whole body. It raises Refused if the body is empty or exceeds `limit` bytes."""
        return load("server.request_body").read_all(self, self._clock, limit)

    async def read_ahead(self):
        """Receive the whole body, for read() to return it later. OSError if the client has left."""
        while len(self._early) < self.unread:
            more = await self.stream.read(self.unread - len(self._early))
            if not more:
                raise OSError
            self._early += more

    async def read(self, count):
        """Return at most `count` bytes of the body, b"" at the end of the body. OSError if the client has left."""
        piece = self._early[: min(count, self.unread)]
        if piece:
            self._early = self._early[len(piece) :]
        elif self.unread:
            piece = await self._clock.limit(self.stream.read(min(count, self.unread)), _REST_S)
            if not piece:
                raise OSError  # the client has closed the connection
        self.unread -= len(piece)
        return piece

    async def skip(self):
        """Read and discard the rest of the request.

        Closing a socket with unread bytes resets the connection, and the client could lose the reply.
        """
        while self.unread:
            await self.read(_BUFFER)
        # Also discard bytes that follow a request without a body, and the rest of a head that is too long.
        for _ in range(32):
            if not self.stream.s.read(_BUFFER):
                break

    def begin(self, status, kind, more=""):
        """Write the head of the reply. `kind` is the media type of the reply, `more` contains further header lines."""
        self.begun = True
        # Leave out the reason phrase after the status number, because it may be empty (RFC 9112, 4).
        self.write("HTTP/1.1 %d \r\nContent-Type: %s\r\n" % (status, kind))
        if not more.startswith("Cache-Control"):
            self.write("Cache-Control: no-store\r\n")
        self.write("X-Content-Type-Options: nosniff\r\nConnection: close\r\n")
        origin = self.header(b"origin")
        if origin:
            more += load("server.request_body").cors_header(self.method, origin)
        self.write(more)
        self.write("\r\n")

    async def drain(self):
        """Send the part of the reply that was written so far, and wait until it is sent."""
        if self._pieces:
            self._pieces.flush()
        await self._clock.limit(self.stream.drain(), _REST_S)

    async def in_blocks(self):
        """Send the part of the reply that was written so far.

        After this call, write() passes each piece to the stream at once, and no longer collects pieces in a buffer.
        """
        await self.drain()
        self._pieces = None
        self.write = self.stream.write

    async def reply(self, status, kind, body, more=""):
        """Write a whole reply. `body` is text or bytes. The server waits until the reply is sent."""
        if isinstance(body, str):
            body = body.encode()
        self.begin(status, kind, "%sContent-Length: %d\r\n" % (more, len(body)))
        self.write(body)
        self._pieces.flush()


class Server:
    """HTTP server, which calls `async answer(request)` for each request that `access.admit` does not refuse.

    If `answer` returns True, the connection stays open until a call of close(). Errors of handlers go to `log`.
    """

    def __init__(self, board, answer, access, log):
        self.portal = None  # the open portal's async function(request), which returns True if it replied
        self._answer = answer
        self._access = access
        self._board = board
        self.clock = board.clock
        self._log = log
        # Streams of the open connections, the oldest first. Each stream has two more attributes: `party`, and `asked`,
        # which is True once its request has arrived completely.
        self.open = []
        self._newest = 0  # address of the newest connection, 0 before the first one
        self.shared_until_s = 0  # uptime in s until which a client of another address may come back
        self.listening = False

    async def run(self, beat):
        """Serve requests for ever. Before each wait for a connection, of at most 10 s, this task calls `beat()`."""
        listener = load("server.listener").listen(self._board.http, _CONNECTIONS)
        self.listening = True
        print("ready http://%s:%d/" % self._board.http)
        while True:
            beat()
            stream = None
            try:
                await self.clock.limit(_readable(listener), _BEAT_S)
                if len(self.open) > _CONNECTIONS:
                    await load("server.places").make_room(self)
                peer, address = listener.accept()
                peer.setblocking(False)
                peer.setsockopt(_TCP, _NO_DELAY, 1)
                stream = asyncio.StreamReader(peer)
                self._add(stream, self._board.peer(address))
                asyncio.create_task(self._serve(stream))
                if len(self.open) > _CONNECTIONS:
                    await load("server.places").wait(self, stream)
            except (OSError, asyncio.TimeoutError):
                pass  # no client has connected, or a client has left already
            except MemoryError:
                self.close(stream)
                await asyncio.sleep_ms(_STEP_MS)  # time for other tasks to free memory

    def _add(self, stream, address):
        stream.party = address
        stream.asked = False
        if address != self._newest:
            self.shared_until_s = self._newest and self.clock.uptime_s() + _SHARED_S
            self._newest = address
        self.open.append(stream)

    async def _serve(self, stream):
        request = kept = None
        try:
            try:
                while stream in self.open[_CONNECTIONS:]:
                    await asyncio.sleep_ms(_STEP_MS)
                request = Request(stream, self.clock, await self._read_head(stream))
                request.address = stream.party
                if not (self.portal and await self.portal(request)):
                    request.check(self._access.hosts())
                    request.party = stream.party = self._access.party(request)
                    self._access.admit(request)
                    kept = await self._answer(request)
                await request.drain()
                if request.unread:
                    await self.clock.limit(request.skip(), _REST_S)
            except Refused as refused:
                await self._refuse(request, stream, refused)
            except MemoryError as error:
                gc.collect()
                sys.print_exception(error)
                await self._refuse(
                    request, stream, Refused(503, "Out of memory, try again", "Retry-After: 1\r\n")
                )
            except (OSError, asyncio.TimeoutError):
                raise
            except Exception as error:
                await self._refuse(request, stream, load("server.request_body").fault(request, error))
        except (OSError, asyncio.TimeoutError, MemoryError):
            pass  # the client has left or was too slow, or no memory is left for a refusal
        except Exception as error:
            self._log.fault("request", error)  # an error of the firmware ends only this request
        finally:
            if not kept:
                self.close(stream)

    def close(self, stream):
        """Close a connection if it is still open."""
        if stream in self.open:
            self.open.remove(stream)
            stream.s.close()  # the socket's close(), because close() of an asyncio stream does nothing

    async def _read_head(self, stream):
        """Return the head of a request, followed by the bytes of the body that arrived together with the head."""
        # Read the head in pieces, because 2 KB of contiguous memory are not always free.
        head = await self.clock.limit(stream.read(_BUFFER), _FIRST_BYTE_S)
        if b"\r\n\r\n" not in head:
            # The rest of the head has one time limit, so that a client cannot gain time by sending single bytes.
            head = await self.clock.limit(self._read_rest(stream, head), _REST_S)
        return head

    async def _read_rest(self, stream, head):
        while b"\r\n\r\n" not in head:
            if len(head) >= _HEAD:
                raise Refused(431, "Request head too long: at most 2 KB")
            more = await stream.read(min(_BUFFER, _HEAD - len(head)))
            if not more:
                raise OSError
            head += more
        return head

    async def _refuse(self, request, stream, refused):
        if request is None:
            request = Request(stream, self.clock, b"GET / -\r\n")
        if not request.begun:
            await request.reply(refused.status, "text/plain", refused.why, refused.more)
            await request.drain()
            await self.clock.limit(request.skip(), _REST_S)


def _readable(sock):
    """Wait until `sock` is readable. Other tasks run meanwhile, as with the streams of asyncio."""
    yield asyncio.core._io_queue.queue_read(sock)  # type: ignore[attr-defined]  # not in the stubs


def is_local_host(host):
    """True if a Host header has an IP address or a name of the home network.

    >>> is_local_host(b"192.168.0.250"), is_local_host(b"digimon.local:80"), is_local_host(b"evil.example")
    (True, True, False)
    """
    if host.startswith(b"["):
        return not host[1:].partition(b"]")[0].strip(b"0123456789abcdef:")
    name = host.split(b":")[0]
    if name[-1:] == b".":  # a complete host name may end with a dot
        name = name[:-1]
    if b"." not in name:
        return True
    for domain in _HOME_DOMAINS.split():
        if name.endswith(domain):
            return True
    digits = name.replace(b".", b"")
    return digits.isdigit() and name.count(b".") == 3 and max(map(int, name.split(b"."))) < 256
