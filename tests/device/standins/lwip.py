"""Stand-in for MicroPython's `socket` on an ESP32: this computer's sockets, with the limits and the memory of lwIP.

A client of this computer that has bound its end to 127.168.x.y is 192.168.x.y for the board, so that a test can play a
whole house on the loopback. tests/attacks/peers.py is the other end.

A connection sends as lwIP does. What is written becomes segments. A segment that is not full waits while others are
not acknowledged (Nagle), unless TCP_NODELAY is set or the connection is being closed. A socket is writable above
lwIP's low-water mark. This module, not Linux, decides when a segment is acknowledged: a round trip of
STANDIN_ROUND_TRIP_MS after it was sent, by the board's clock, and later if it is alone, because receivers delay such
an acknowledgement. With TCP_NOTSENT_LOWAT, Linux shows whether the peer has room for more. A segment that it has no
room for is not acknowledged.

`draw()` is the model of what the connections take of ESP-IDF's memory, also while the board has not accepted them. Not
in the model: connections that only wait for their last packets (TIME_WAIT), and lwIP's slow start.
"""

import esp32
import io
import os
import select
import socket as linux
import sys
import time

import world

# All numbers of lwIP on an ESP32 (ESP-IDF, components/lwip: Kconfig, port/include/lwipopts.h; lwIP, opt.h).
SOCKETS = 10  # open at a time, of all kinds
MSS = 1440  # longest segment
SEND_BUFFER = 5760  # bytes of a connection that are not acknowledged
SEGMENTS = 16  # of them, TCP_SND_QUEUELEN
LOW_WATER = 2881  # a socket is writable while more of its send buffer is free, and less than half of the segments exist
WINDOW = 5760  # what a peer may send before the board reads it

# The model. A segment takes its length and HEADERS until it is acknowledged: once in lwIP, and once more in Wi-Fi after
# it was sent. A received frame takes them once, until it is read. HEADERS is fitted to the one figure that was seen, on
# an emulated chip: the page of version 0.1.0 took 17.6 to 19.1 KB. tests/device/board/test_system_memory.py checks it.
HEADERS = 220
CONNECTION = 800

_ROUND_TRIP_US = int(float(os.getenv("STANDIN_ROUND_TRIP_MS", "20")) * 1000 / world.SPEED)
_DELAYED_US = int(40_000 / world.SPEED)  # by which a peer delays the acknowledgement of a single segment
_LOOK_US = 10_000  # between two looks at the bytes that wait in a socket
_STEP = 180  # bytes to which they are counted
_RECEIVE_BUFFER = 4200  # with which Linux takes about WINDOW bytes that are not read, as measured

_SO_LINGER, _SO_RCVBUF, _SO_RCVLOWAT, _TCP, _TCP_NODELAY, _TCP_NOTSENT_LOWAT = 13, 8, 18, 6, 1, 25
_MSG_PEEK, _POLLRDHUP = 2, 0x2000
_EBADF, _EAGAIN, _EINVAL, _ENFILE = 9, 11, 22, 23
_POLL, _INVALID = 3, 0x20

AF_INET, SOCK_STREAM, SOCK_DGRAM = linux.AF_INET, linux.SOCK_STREAM, linux.SOCK_DGRAM
SOL_SOCKET, SO_REUSEADDR = linux.SOL_SOCKET, linux.SO_REUSEADDR
getaddrinfo = linux.getaddrinfo

opened = []  # sockets that are open
_closing = []  # closed connections whose last segments are not acknowledged
_most = int((world.text("lowest").split() or [-1])[-1])  # most bytes that draw() has returned
_ticked = 0


def __getattr__(name):
    return getattr(linux, name)


class socket(io.IOBase):  # noqa: N801 - the name of MicroPython's own
    """A socket that is no connection of the server's: a listener, one for datagrams, or one that connects to a host."""

    def __init__(self, family=AF_INET, kind=SOCK_STREAM, proto=0, end=None):
        if len(opened) >= SOCKETS:
            raise OSError(_ENFILE)
        self._end = end or linux.socket(family, kind)
        self._poll = select.poll()
        self._poll.register(self._end, select.POLLIN | select.POLLOUT)
        opened.append(self)
        self._most_queued = 0  # connections that wait to be accepted, at most
        self._queue = []  # those of them that Linux has handed over

    def __getattr__(self, name):
        return getattr(self._end, name)

    def listen(self, waiting):
        self._end.setsockopt(SOL_SOCKET, _SO_RCVBUF, _RECEIVE_BUFFER)
        self._end.listen(waiting)
        self._end.setblocking(False)
        self._most_queued = waiting

    def accept(self):
        self._fill_queue()
        if not self._queue:
            raise OSError(_EAGAIN)
        connection, address = self._queue.pop(0)
        self._end.listen(self._most_queued - len(self._queue))
        if len(opened) >= SOCKETS:
            connection.reset()
            raise OSError(_ENFILE)
        opened.append(connection)
        return connection, address

    def _fill_queue(self):
        """Take over the connections that Linux has queued, so that what they have sent can be counted."""
        queue = self._queue
        length = len(queue)
        while len(queue) < self._most_queued:
            try:
                end, address = self._end.accept()
            except OSError:
                break
            end.setblocking(False)
            _, ip, port = linux.sockaddr(address)
            parts = [str(part) for part in ip]
            if parts[1] == "168":
                parts[0] = "192"
            queue.append((Connection(end), (".".join(parts), port)))
        if len(queue) != length:
            self._end.listen(self._most_queued - len(queue))

    def read(self, count=-1):
        return self._end.read(count)

    def readinto(self, buffer):
        return self._end.readinto(buffer)

    def write(self, data):
        return self._end.write(data)

    def taken(self):
        """Return the bytes of ESP-IDF's memory that this socket takes."""
        return sum([connection.taken() for connection, _ in self._queue])

    def step(self, now):
        """Do what happens without the firmware."""
        if self._most_queued:
            self._fill_queue()
            for connection, _ in self._queue:
                connection.step(now)

    def found(self):
        """Return what Linux finds of this socket."""
        found = 0
        for _, event in self._poll.ipoll(0):
            found = event
        return found

    def ioctl(self, request, events):
        if request != _POLL:
            return (
                -_EINVAL
            )  # above all no file number, because MicroPython would then ask Linux in place of this class
        _tick()
        if self not in opened:
            return _INVALID
        found = self.found() | (select.POLLIN if self._queue else 0)
        return found & (events | select.POLLERR | select.POLLHUP)

    def close(self):
        if self in opened:
            opened.remove(self)
            self._poll.unregister(self._end)
            self._end.close()
            for connection, _ in self._queue:
                connection.reset()


class Connection(socket):
    """A connection to the server."""

    def __init__(self, end):
        end.setsockopt(_TCP, _TCP_NODELAY, 1)  # this class has made the segments already
        end.setsockopt(_TCP, _TCP_NOTSENT_LOWAT, 1)
        self._no_delay = False
        self._unsent = []  # segments: [bytes, bytes allocated for it in lwIP]
        self._sent = []  # segments that are not acknowledged: (when it was sent in us, its length, bytes allocated)
        self._unread = 0
        self._looked = time.ticks_us() - _LOOK_US
        self._end = end
        self._poll = select.poll()
        self._poll.register(end, select.POLLIN | select.POLLOUT | _POLLRDHUP)

    def setsockopt(self, level, option, value):
        if (level, option) == (_TCP, _TCP_NODELAY):
            self._no_delay = bool(value)
        else:
            self._end.setsockopt(level, option, value)

    def _need_open(self):
        if self not in opened:
            raise OSError(_EBADF)  # Linux may have given its number to another connection
        _tick()  # also while the firmware polls no socket
        self._looked = time.ticks_us() - _LOOK_US

    def read(self, count=-1):
        self._need_open()
        return self._end.read(count)

    def readinto(self, buffer):
        self._need_open()
        return self._end.readinto(buffer)

    def write(self, data):
        self._need_open()
        count = min(len(data), SEND_BUFFER - self._waiting())
        at = 0
        while at < count:
            if not self._unsent or len(self._unsent[-1][0]) == MSS:
                if len(self._unsent) + len(self._sent) == SEGMENTS:
                    break
                # lwIP allocates a full segment if more may be added before it is sent.
                waits = not self._no_delay and (self._unsent or self._sent)
                self._unsent.append([bytearray(), MSS if waits else 0])
            last = self._unsent[-1]
            part = data[at : min(count, at + MSS - len(last[0]))]
            last[0].extend(part)
            last[1] = max(last[1], len(last[0]))
            at += len(part)
        self._send(self.found())
        _note()
        return at or (None if data else 0)

    def _waiting(self):
        """Return the bytes in the send buffer."""
        return sum([len(segment) for segment, _ in self._unsent]) + sum(
            [length for _, length, _ in self._sent]
        )

    def taken(self):
        return (
            CONNECTION
            + sum([size + HEADERS for _, size in self._unsent])
            + sum([size + length + 2 * HEADERS for _, length, size in self._sent])
            + self._unread
            + (self._unread + MSS - 1) // MSS * HEADERS
        )

    def step(self, now):
        found = self.found()
        if found & (select.POLLERR | select.POLLHUP):
            self._unsent.clear()  # the peer has gone
            self._sent.clear()
            return
        if self not in _closing and time.ticks_diff(now, self._looked) >= _LOOK_US:
            self._looked = now
            if not found & select.POLLIN:
                self._unread = 0
            elif (
                not found & _POLLRDHUP
            ):  # otherwise nothing more comes, and Linux does not show how much waits
                self._unread = self._count_unread()
        if found & select.POLLOUT:
            self._acknowledge(now)
        self._send(found)

    def _count_unread(self):
        """Return how many bytes wait in the socket: a socket is readable once its low-water mark is reached."""
        low, high = 0, WINDOW // _STEP + 1
        while high - low > 1:
            middle = (low + high) // 2
            self._end.setsockopt(SOL_SOCKET, _SO_RCVLOWAT, middle * _STEP)
            if self.found() & select.POLLIN:
                low = middle
            else:
                high = middle
        self._end.setsockopt(SOL_SOCKET, _SO_RCVLOWAT, 1)
        return max(1, low * _STEP)

    def _acknowledge(self, now):
        sent = self._sent
        count = length = 0
        for at, size, _ in sent:
            if time.ticks_diff(now, at) < _ROUND_TRIP_US:
                break
            count += 1
            length += size
            if length > MSS or self in _closing:  # a peer acknowledges the end at once
                del sent[:count]
                self._acknowledge(now)
                return
        if count and time.ticks_diff(now, sent[0][0]) >= _ROUND_TRIP_US + _DELAYED_US:
            del sent[:count]

    def _send(self, found):
        """Send the segments that may go, while the peer has room for them."""
        unsent = self._unsent
        while unsent and found & select.POLLOUT:
            segment, size = unsent[0]
            full = len(segment) == MSS or len(unsent) > 1
            if self._sent and not (full or self._no_delay or self in _closing):
                break
            try:
                count = self._end.write(segment) or 0
            except OSError:
                if self not in _closing:
                    raise
                count = len(segment)  # the peer has left
            if count < len(segment):
                unsent[0][0] = segment[count:]
            else:
                del unsent[0]
            if count:
                self._sent.append((time.ticks_us(), count, size))
            found = self.found()

    def found(self):
        return super().found() if self._poll else select.POLLOUT

    def ioctl(self, request, events):
        if request != _POLL:
            return -_EINVAL
        _tick()
        if self not in opened:
            return _INVALID
        found = self.found()
        is_low = len(self._unsent) + len(self._sent) >= SEGMENTS // 2
        if is_low or SEND_BUFFER - self._waiting() <= LOW_WATER:
            found &= ~select.POLLOUT
        return found & (events | select.POLLERR | select.POLLHUP)

    def close(self):
        if self in opened:
            opened.remove(self)
            self._looked -= _LOOK_US
            if self.found() & select.POLLIN and self._has_unread():
                self._unsent.clear()  # lwIP resets a connection with unread bytes, as Linux does
                self._sent.clear()
            self._unread = 0
            _closing.append(self)
            self.step(time.ticks_us())
            self.leave()

    def reset(self):
        """End a connection that was not accepted."""
        self._end.setsockopt(SOL_SOCKET, _SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self._end.close()

    def _has_unread(self):
        try:
            return self._end.recv(1, _MSG_PEEK)
        except OSError:
            return True

    def leave(self):
        """Hand the end to Linux once all is sent. True when all is acknowledged too."""
        if self._poll and not self._unsent and (not self._sent or self.found() & select.POLLOUT):
            self._poll.unregister(self._end)
            self._poll = None
            self._end.close()
        if self._poll or self._sent:
            return False
        _closing.remove(self)
        return True


def draw():
    """Return the bytes of ESP-IDF's memory that all connections take."""
    return sum([end.taken() for end in opened]) + sum([end.taken() for end in _closing])


def _tick():
    """Do what happens without the firmware, at most once a millisecond."""
    global _ticked
    now = time.ticks_us()
    if 0 <= time.ticks_diff(now, _ticked) < 1000:
        return
    _ticked = now
    for end in opened[:]:
        end.step(now)
    for end in _closing[:]:
        end.step(now)
        end.leave()
    _note()


def _note():
    """Write the world's `lowest` at each maximum of draw(): what is free, its largest piece, and draw()."""
    global _most
    taken = draw()
    if taken > _most or not world.exists("lowest"):
        _most = taken
        regions = [region for region in esp32.idf_heap_info(esp32.HEAP_DATA) if region[0] > 12 << 10]
        free = sum([region[1] for region in regions])
        world.write("lowest", b"%d %d %d" % (free, max([region[2] for region in regions]), taken))


esp32.draws += [draw, lambda: int(world.text("taken") or 0)]
sys.modules["socket"] = sys.modules["lwip"]
