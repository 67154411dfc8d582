"""DNS server of the setup network.

The server answers every name with the board's address. Therefore the internet check of a phone reaches the board, and
the phone shows the setup form.
"""

import asyncio
import socket
from micropython import const

_LONGEST = const(512)  # maximum length of a query in bytes (RFC 1035 §2.3.4)


def answer(query, address):
    """Return the reply to a DNS query, None if the message is not a query with one question.

    The reply contains `address` (4 bytes) if the question is for an IPv4 address, else no address.
    """
    if len(query) < 17 or query[2] & 0xF8 or query[4:6] != b"\0\1":
        return None  # not a standard query with exactly one question
    end = query.find(b"\0", 12) + 5
    if end < 17 or end > len(query):
        return None
    head = query[:2] + b"\x81\x80\0\1\0"
    if query[end - 4 : end] != b"\0\1\0\1":
        return head + b"\0\0\0\0\0" + query[12:end]
    # In place of a name, the answer has a pointer to the question's name (C0 0C). The answer is valid for 10 s.
    return head + b"\1\0\0\0\0" + query[12:end] + b"\xc0\x0c\0\1\0\1\0\0\0\x0a\0\4" + address


async def serve(address, port=53):
    """Answer DNS queries until the task is cancelled. OSError if the port is not free."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(socket.getaddrinfo("0.0.0.0", port)[0][-1])
        sock.setblocking(False)
        while True:
            await _readable(sock)
            try:
                query, peer = sock.recvfrom(_LONGEST)
                reply = answer(query, address)
                if reply:
                    sock.sendto(reply, peer)
            except OSError:
                await asyncio.sleep_ms(20)  # the phone has left the network
    finally:
        sock.close()


def _readable(sock):
    """Wait until `sock` is readable. Other tasks run meanwhile, as with the streams of asyncio."""
    yield asyncio.core._io_queue.queue_read(sock)  # type: ignore[attr-defined]  # not in the stubs
