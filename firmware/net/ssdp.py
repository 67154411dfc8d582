"""SSDP discovery: answers searches on the network, and announces the device every 15 minutes.

Source: UPnP Device Architecture 1.0, §1. Most messages are for other devices. Therefore net/ssdp_messages.py is loaded
only for a search that may be for this device. An answer is longer than a search, so that many searches could flood a
network with answers. Therefore the device answers at most two searches a second, and only computers of its own network.
"""

from micropython import const

from overlay import load

_HEARD = const(8)  # maximum number of messages that are read in a second; the network stack queues 6
_ANSWERED = const(2)
_ANNOUNCE_S = const(900)


class Discovery:
    """SSDP socket, open until close(). OSError if the network stack has no room for the socket.

    `network` is (IP address of this device, network mask).
    """

    def __init__(self, board, network, port=1900):
        self._board = board
        self._network = network
        self._running_s = 0
        self._socket = load("net.ssdp_messages").listen(network[0], port)

    def close(self):
        self._socket.close()

    def each_second(self):
        left = _ANSWERED
        for _ in range(_HEARD):
            try:
                message, peer = self._socket.recvfrom(512)
            except OSError:
                break
            if left and message[:9] == b"M-SEARCH ":
                for target in (b"ssdp:all", b"rootdevice", b"device:Basic:1", self._board.id.encode()):
                    if target in message:
                        left -= 1
                        self._send(load("net.ssdp_messages").answer, message, peer)
                        break
        self._running_s += 1
        # Announce the device twice at the start, because a message may get lost.
        if self._running_s in (1, 4) or self._running_s % _ANNOUNCE_S == 0:
            self._send(load("net.ssdp_messages").announce)

    def _send(self, send, *about):
        try:
            send(self._socket, self._board, self._network, *about)
        except OSError:
            pass  # There is no network, or no room to send. Clients will search again.
