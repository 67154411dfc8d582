"""Found by itself: answers those who search the network by SSDP, and tells every 15 minutes that it is there.

Source: UPnP Device Architecture 1.0, §1. Most of what is heard is for others; only what is for this device loads the
code that speaks. Looked at once a second, and two answers at a time: nobody can make it send more.
"""

from micropython import const

from overlay import load

_HEARD = const(8)  # messages a second; the network stack holds 6
_ANSWERED = const(2)
_ANNOUNCE_S = const(900)


class Discovery:
    """Listens from its making to close(). OSError when the network stack has no room for it."""

    def __init__(self, board, address, port=1900):
        self._board = board
        self._address = address
        self._running_s = 0
        self._end = load("net.ssdp_messages").listen(address, port)

    def close(self):
        self._end.close()

    def each_second(self):
        left = _ANSWERED
        for _ in range(_HEARD):
            try:
                message, peer = self._end.recvfrom(512)
            except OSError:
                break
            if left and message[:9] == b"M-SEARCH ":
                for target in (b"ssdp:all", b"rootdevice", b"device:Basic:1", self._board.id.encode()):
                    if target in message:
                        left -= 1
                        self._speak(load("net.ssdp_messages").answer, message, peer)
                        break
        self._running_s += 1
        # Twice at the start, because a message may get lost.
        if self._running_s in (1, 4) or self._running_s % _ANNOUNCE_S == 0:
            self._speak(load("net.ssdp_messages").announce)

    def _speak(self, say, *about):
        try:
            say(self._end, self._board, self._address, *about)
        except OSError:
            pass  # nobody there, or no room to send: they search again
