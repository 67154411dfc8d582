"""Stand-in for MicroPython's `socket` on an ESP32: this computer's sockets, with the limits of lwIP.

A client of this computer that has bound its end to 127.168.x.y is 192.168.x.y for the board, so that a test can play a
whole house on the loopback. tests/attacks/peers.py is the other end.

A peer that reads nothing fills a socket's send buffer: Linux has the first bytes of it, and this module the rest. lwIP
calls a socket writable only above a low-water mark, which is half of its buffer. Linux does the same with its smallest
send buffer: such a socket is writable while its peer has not acknowledged less than 1.5 to 2 KB.
"""

import io
import select
import socket as linux
import sys

# All numbers of lwIP on an ESP32 (ESP-IDF, components/lwip/port/include/lwipopts.h).
SOCKETS = 10  # open at a time, of all kinds
SEND_BUFFER = 5760  # TCP_SND_BUF, in bytes
WINDOW = 5760  # TCP_WND: what a peer may send before the board reads it
LINUX_HOLDS = 4096  # bytes of a send buffer that Linux takes at its smallest SO_SNDBUF, as measured

_SO_SNDBUF, _SO_RCVBUF = 7, 8
_EINVAL, _ENFILE = 22, 23
_POLL, _INVALID = 3, 0x20

AF_INET, SOCK_STREAM, SOCK_DGRAM = linux.AF_INET, linux.SOCK_STREAM, linux.SOCK_DGRAM
SOL_SOCKET, SO_REUSEADDR = linux.SOL_SOCKET, linux.SO_REUSEADDR
getaddrinfo = linux.getaddrinfo

opened = []  # sockets that are open
_closing = []  # closed ones whose last bytes the peer has not taken


def __getattr__(name):
    return getattr(linux, name)


class socket(io.IOBase):  # noqa: N801 - the name of MicroPython's own
    def __init__(self, family=AF_INET, kind=SOCK_STREAM, proto=0, end=None):
        if len(opened) >= SOCKETS:
            raise OSError(_ENFILE)
        self._end = end or linux.socket(family, kind)
        self._queue = b""
        self._poll = select.poll()
        self._poll.register(self._end, select.POLLIN | select.POLLOUT)
        opened.append(self)

    def __getattr__(self, name):
        return getattr(self._end, name)

    def listen(self, waiting):
        self._end.setsockopt(SOL_SOCKET, _SO_RCVBUF, WINDOW * 2 // 3)  # Linux counts its own overhead too
        self._end.listen(waiting)

    def accept(self):
        end, address = self._end.accept()
        if len(opened) >= SOCKETS:
            end.close()
            raise OSError(_ENFILE)
        end.setsockopt(SOL_SOCKET, _SO_SNDBUF, 1)
        _, ip, port = linux.sockaddr(address)
        parts = [str(part) for part in ip]
        if parts[1] == "168":
            parts[0] = "192"
        return socket(end=end), (".".join(parts), port)

    def read(self, count=-1):
        return self._end.read(count)

    def write(self, data):
        self.push()
        sent = 0
        if not self._queue:
            sent = self._end.write(data[:SEND_BUFFER]) or 0
        more = bytes(data[sent : sent + SEND_BUFFER - LINUX_HOLDS - len(self._queue)])
        self._queue += more
        return sent + len(more) or None

    def push(self):
        """Hand on what Linux takes now of this socket and of closed ones. True when nothing of this one is left."""
        for other in _closing[:]:
            if other._send():
                _closing.remove(other)
                other._end.close()
        return self._send()

    def _send(self):
        if self._queue:
            try:
                sent = self._end.write(self._queue) or 0
                self._queue = self._queue[sent:]
            except OSError:
                if self in opened:
                    raise
                self._queue = b""  # the peer has left
        return not self._queue

    def ioctl(self, request, events):
        if request != _POLL:
            return (
                -_EINVAL
            )  # above all no file number, because MicroPython would then ask Linux in place of this class
        if self not in opened:
            return _INVALID
        found = 0
        for _, event in self._poll.ipoll(0):
            found = event
        try:
            if not self.push():
                found &= ~select.POLLOUT
        except OSError:
            found |= select.POLLERR
        return found & (events | select.POLLERR | select.POLLHUP)

    def close(self):
        if self in opened:
            opened.remove(self)
            self._poll.unregister(self._end)
            if self._queue:
                _closing.append(self)
            else:
                self._end.close()


sys.modules["socket"] = sys.modules["lwip"]
