"""Small HTTP server with one request per connection, and with limits on the memory and time that a client can use.

Limits: 5 connections, a request head of 2 KB, 2 s until the first bytes of the head, 5 s from the first bytes until the
end of the head, 5 s to send each part of the reply. The operating system queues further connections.

The system memory (ESP-IDF's) contains the sent bytes until the client acknowledges them. Therefore a reply that is
longer than a segment is paced: after the first segment, each piece waits until lwIP and the system memory have room.
lwIP has room while at most two or three segments are unacknowledged. The system memory has room while all replies
together take little of it. If fewer than FLOOR bytes of the system memory are free, clients without a token get 503. If
fewer than half of FLOOR are free, no connection is accepted (server/scarce.py).

Parties share the connections. All clients with the same valid token are one party, whatever their addresses are. All
clients without a valid token at one IPv4 address are one party too. If only one party connects,
this party may use all connections, and its further connections wait.

The Host header must contain an IP address or a name of the home network. Otherwise a page of another site could reach
the board under the name of that site (DNS rebinding). Pages of other sites can neither make changes nor read replies.
One exception: a page that a developer's computer (localhost) serves may read the replies to a GET.
"""

import asyncio
import gc
import select
import sys
from micropython import const

from overlay import load
from server.buffer import WriteBuffer

_CONNECTIONS = const(5)
_SHARED_S = const(60)
_STEP_MS = const(20)
_FIRST_BYTE_S = const(2)
_REST_S = const(5)
_BEAT_S = const(10)
_WAITS = const(20)  # maximum number of waits, of 0.05 s each, for the page or snapshot of another client
_WAIT_S = const(0.05)
_BUFFER = const(512)
# Maximum number of reads, of 64 bytes each, after a request. If even the last read returns bytes, the client has sent
# more than 1 KB.
_SPOKEN = const(17)
_SEGMENT = const(1440)  # bytes of a full packet (ESP-IDF's TCP_MSS)
# The floor, in bytes of free system memory. With the requests of a household, more than the floor stays free. With less
# than half of the floor free, Wi-Fi once stopped on an emulated chip (docs/memory.md).
FLOOR = const(20480)
# A piece of a long reply is sent while all connections together use less than this number of bytes of system memory.
_BESIDE = const(5000)


class Refused(Exception):
    """Refusal of a request: the HTTP status, the reason in one line (`why`), and further header lines (`more`)."""

    def __init__(self, status, why, more=""):
        self.status = status
        self.why = why
        self.more = more


class Request:
    """One request and the reply to it."""

    def __init__(self, stream, server, head):
        self.stream = stream
        self.server = server
        self._head, _, self.early = head.partition(b"\r\n\r\n")
        try:
            self.method, target, _ = self._head.split(b"\r\n", 1)[0].split(b" ")
        except ValueError:
            raise Refused(400, "Not an HTTP request") from None
        self.path, _, self.query = target.partition(b"?")
        self._pieces = None  # WriteBuffer, created when the reply begins
        self._poll = None  # poll object of the socket, created for a long reply
        self.unpaced = _SEGMENT  # bytes of the reply that may still be sent without a wait for room
        self.beside = _BESIDE
        self.queue = []  # pieces of the reply that wait for room
        self.begun = False
        self.address = self.party = ""  # IPv4 address and party of the client. The server sets both.
        self.unread = 0  # number of bytes of the body that are not read yet

    def header(self, name):
        """Return the value of a header as bytes, b"" if the request lacks the header. `name` is in lower case."""
        at = self._head.lower().find(b"\r\n%s:" % name)
        return self._head[at + len(name) + 3 :].split(b"\r\n", 1)[0].strip() if at >= 0 else b""

    def check(self, hosts=()):
        """Raise Refused if no handler may accept the request's host, origin or body.

        hosts: host names outside the home network under which the owner allows requests
        """
        host = self.header(b"host").lower()
        if host and not _is_ipv4(host):
            load("server.host_names").check(host, hosts)
        # Most requests are a GET without a body, and do not need the module with these checks.
        if self.method != b"GET" or self.header(b"content-length") or self.header(b"transfer-encoding"):
            load("server.request_body").check(self, host)

    async def read(self, count):
        """Return at most `count` bytes of the body, b"" at the end of the body. OSError if the client has left."""
        piece = self.early[: min(count, self.unread)]
        if piece:
            self.early = self.early[len(piece) :]
        elif self.unread:
            piece = await self.server.clock.limit(self.stream.read(min(count, self.unread)), _REST_S)
            if not piece:
                raise OSError  # the client has closed the connection
        self.unread -= len(piece)
        return piece

    def begin(self, status, kind, more=""):
        """Write the head of the reply. `kind` is the media type of the reply, `more` contains further header lines."""
        self.begun = True
        if not self._pieces:
            self.write_to(WriteBuffer(self.put, _BUFFER))
        # The reason phrase after the status number is empty, which RFC 9112, 4, allows.
        self.write("HTTP/1.1 %d \r\nContent-Type: %s\r\n" % (status, kind))
        if not more.startswith("Cache-Control"):
            self.write("Cache-Control: no-store\r\n")
        self.write("X-Content-Type-Options: nosniff\r\nConnection: close\r\n")
        origin = self.header(b"origin")
        if origin:
            more += load("server.request_body").cors_header(self.method, origin)
        self.write(more)
        self.write("\r\n")

    def write_to(self, pieces):
        """Write the reply into the WriteBuffer `pieces` from now on. This buffer must send its content by put()."""
        self._pieces = pieces
        self.write = pieces.write

    def put(self, piece=b""):
        """Append `piece` to the queue, then send the oldest pieces of the queue while there is room for them."""
        queue = self.queue
        if len(piece):
            queue.append(piece)
        while queue and (self.unpaced > 0 or self.ready()):
            piece = queue.pop(0)
            sent = self.stream.s.write(piece) or 0
            self.unpaced -= sent
            if sent < len(piece):
                queue.insert(0, piece[sent:])
                break
        if queue:
            queue[-1] = bytes(queue[-1])  # copy the piece, because its buffer will be overwritten

    def ready(self):
        """True if lwIP and the system memory have room for a further piece, and no client waits for a live event."""
        if not self._poll:
            self._poll = select.poll()
            self._poll.register(self.stream.s, select.POLLOUT)
        return self._poll.poll(0) and not self.server.live_late and self.server.room(self.beside)

    async def drain(self):
        """Send the part of the reply that was written so far."""
        if self._pieces:
            self._pieces.flush()
        if self.queue:
            await load("server.pacing").send_queue(self)

    async def reply(self, status, kind, body, more=""):
        """Write a whole reply. `body` is text or bytes. The server waits until the reply is sent."""
        body = memoryview(body)  # type: ignore[arg-type]  # its length is that of the bytes, also for a text
        self.begin(status, kind, "%sContent-Length: %d\r\n" % (more, len(body)))
        self.write(body)
        self._pieces.flush()


class Server:
    """HTTP server, which calls `async answer(request)` for each request that `access.admit` does not refuse.

    If `answer` returns True, the connection stays open until a call of close(). Errors of handlers go to `log`.

    open          the streams of the open connections, the oldest first. Each stream has three more attributes:
                  party  the party of its client
                  asked  1 after the request has arrived completely, 2 while an update package arrives, else False
                  due    list of events for a live stream (api/live.py), None for any other stream
    level         0 while the system memory suffices, 1 below the floor, 2 below half of the floor
    noted_level   highest level that was logged since the system memory last sufficed, 0 without such a level
    live_late     clients that wait for a live event. Long replies wait until there are no such clients
    long_replies  number of pages and snapshots that are being sent
    most_free     highest measured number of free bytes of the system memory. About this number of bytes is free
                  without connections. server/pacing.py lowers the number after a long wait
    """

    def __init__(self, board, answer, access, log):
        # async function(request) of the setup portal, None while the portal is closed. The function returns True if the
        # portal has replied.
        self.portal = None
        self._answer = answer
        self._access = access
        self.board = board
        self.clock = board.clock
        self.log = log
        self.open = []
        self.level = self.noted_level = self.most_free = 0
        self.live_late = ()
        self.long_replies = 0
        self._newest = 0  # address of the newest connection, 0 before the first connection
        # Uptime in s until which the connections count as shared by several parties. Each connection from another
        # address than the previous connection sets this uptime 60 s ahead, because both clients may connect again.
        self.shared_until_s = 0
        self.listening = False

    async def run(self, beat):
        """Serve requests for ever. Call `beat()` before each wait for a connection. Each wait takes at most 10 s."""
        listener = load("server.listener").listen(self.board.http)
        self.listening = True
        while True:
            beat()
            if self.level > 1:
                listener = await load("server.scarce").listen_later(self, listener, beat)
            stream = None
            try:
                await self.clock.limit(_readable(listener), _BEAT_S)
                if len(self.open) > _CONNECTIONS:
                    await load("server.places").make_room(self)
                peer, address = listener.accept()
                peer.setblocking(False)
                stream = asyncio.StreamReader(peer)
                self._add(stream, self.board.peer(address))
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
        stream.due = None
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
                request = Request(stream, self, await self._read_head(stream))
                request.address = stream.party
                if not (self.portal and await self.portal(request)):
                    request.check(self._access.hosts())
                    request.party = stream.party = self._access.party(request)
                    self.look(request)
                    self._access.admit(request)
                    kept = await self._answer(request)
                await request.drain()
                if request.unread:
                    await self._skip(request)
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
            self.log.fault("request", error)  # an error of the firmware ends only this request
        finally:
            if not kept:
                self.close(stream)

    async def send_long(self, module, function, *arguments):
        """Send a page or a snapshot of the live stream by a function of a module. Return the function's result.

        A page or a snapshot takes 4 to 5 KB of Python's heap until it is sent. After a restart, all clients request
        both at about the same time. Therefore this method first waits, for a second at most, until no other page or
        snapshot is being sent.
        """
        for _ in range(_WAITS):
            if not self.long_replies:
                break
            await self.clock.sleep(_WAIT_S)
        self.long_replies += 1
        try:
            return await getattr(load(module), function)(*arguments)
        finally:
            self.long_replies -= 1

    def close(self, stream):
        """Close a connection if it is still open."""
        if stream in self.open:
            self.open.remove(stream)
            stream.s.close()  # the socket's close(), because close() of an asyncio stream does nothing

    def is_answering(self):
        """True while a request is being answered. A live stream that waits for its next event does not count."""
        return any(stream.asked and stream.due != [] for stream in self.open)

    def look(self, request=None):
        """Measure the free system memory. During a shortage, call server/scarce.py.

        Raise Refused during a shortage if `request` has no valid token.
        """
        memory = self.board.system_memory()
        if memory and (self.level or memory[0] < FLOOR):
            load("server.scarce").look(self, memory[0], request)

    def room(self, beside):
        """True if more than FLOOR bytes of system memory are free, and all connections use less than `beside` bytes."""
        memory = self.board.system_memory()
        if not memory:
            return True
        free = memory[0]
        self.most_free = max(self.most_free, free)
        return free > max(FLOOR, self.most_free - beside)

    def sweep(self):
        """Read and discard the bytes that clients send after their requests.

        Unread bytes would stay in the system memory. If a client has sent more than 1 KB since the previous call, close
        its connection to free the unread bytes. Also close live streams whose clients have left.
        """
        for stream in self.open[:]:
            if stream.asked == 1:
                try:
                    for _ in range(_SPOKEN):
                        spoken = stream.s.read(64)
                        if not spoken:
                            break
                except OSError:
                    spoken = b""
                # If the input of a live stream has ended, its client has left. Any other client may have closed only
                # its sending side, and may still wait for the reply.
                if spoken or (spoken is not None and stream.due is not None):
                    self.close(stream)

    async def _read_head(self, stream):
        """Return the head of a request, followed by the bytes of the body that arrived together with the head."""
        # Read the head in pieces, because 2 KB of contiguous memory are not always free.
        head = await self.clock.limit(stream.read(_BUFFER), _FIRST_BYTE_S)
        if b"\r\n\r\n" not in head:
            # The rest of the head has one time limit, so that a client cannot gain time by sending single bytes.
            head = await self.clock.limit(load("server.rest_of_request").read_head(stream, head), _REST_S)
        return head

    def _skip(self, request):
        return self.clock.limit(load("server.rest_of_request").skip(request), _REST_S)

    async def _refuse(self, request, stream, refused):
        # Do not let sweep() read the rest of the request, because _skip() below reads the rest.
        stream.asked = False
        if request is None:
            request = Request(stream, self, b"GET / -\r\n")
        if not request.begun:
            await request.reply(refused.status, "text/plain", refused.why, refused.more)
            await request.drain()
            await self._skip(request)


def _readable(sock):
    """Wait until `sock` is readable. Other tasks run meanwhile, as with the streams of asyncio."""
    yield asyncio.core._io_queue.queue_read(sock)  # type: ignore[attr-defined]  # not in the stubs


def _is_ipv4(host):
    """True if a Host header is an IPv4 address, as in most requests. server/host_names.py checks other Host headers."""
    numbers = host.split(b":")[0].split(b".")
    return len(numbers) == 4 and not [part for part in numbers if not part.isdigit() or int(part) > 255]
