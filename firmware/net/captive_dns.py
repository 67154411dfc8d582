"""The name service of the setup network: every name is this board, so that a phone finds the form by itself."""

import asyncio
import socket
from micropython import const

_LONGEST = const(512)  # bytes of a query, RFC 1035 §2.3.4


def answer(query, address):
    """The reply to a query, None to what is none: `address` (4 bytes) for IPv4, nothing of any other type."""
    if len(query) < 17 or query[2] & 0xF8 or query[4:6] != b"\0\1":
        return None  # a reply, another operation, or not one question
    end = query.find(b"\0", 12) + 5
    if end < 17 or end > len(query):
        return None
    head = query[:2] + b"\x81\x80\0\1\0"
    if query[end - 4 : end] != b"\0\1\0\1":
        return head + b"\0\0\0\0\0" + query[12:end]
    # The name of the answer is that of the question; 10 s later nobody believes it any more.
    return head + b"\1\0\0\0\0" + query[12:end] + b"\xc0\x0c\0\1\0\1\0\0\0\x0a\0\4" + address


async def serve(address, port=53):
    """Answer queries until it is cancelled. OSError when the port is not free."""
    end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        end.bind(socket.getaddrinfo("0.0.0.0", port)[0][-1])
        end.setblocking(False)
        while True:
            await _readable(end)
            try:
                query, peer = end.recvfrom(_LONGEST)
                reply = answer(query, address)
                if reply:
                    end.sendto(reply, peer)
            except OSError:
                await asyncio.sleep_ms(20)  # the phone is not there any more
    finally:
        end.close()


def _readable(end):
    """Awaits that `end` has something to read, as asyncio's own streams do."""
    yield asyncio.core._io_queue.queue_read(end)  # type: ignore[attr-defined]  # not in the stubs
