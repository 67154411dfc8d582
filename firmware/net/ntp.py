"""NTP client (RFC 5905), for the time in the log before the first telegram.

Measurements use only the meter's clock. The client looks up the server's name with net/dns.py, because getaddrinfo
would block all tasks for seconds.
"""

import asyncio
import os
import socket
from micropython import const

from overlay import load

_SERVER = const("be.pool.ntp.org")
_LOOKS = const(20)  # number of checks for a reply, 100 ms apart
_2000 = const(3155673600)  # start of 2000 in NTP's seconds, which count from 1900
# Start of 2024 in NTP's seconds. In 2036, NTP's seconds begin at 0 again. Therefore a number below the start of 2024 is
# a time in 2036 or later.
_2024 = const(3913056000)


async def ask(name_server, name_port=53, port=123):
    """Return the UTC time in seconds since 2000, None without a valid reply within 4 s."""
    number = int.from_bytes(os.urandom(2), "big") | 1
    question = load("net.dns").question(_SERVER, number)
    address = load("net.dns").address
    server = await _exchange((name_server, name_port), question, lambda reply: address(reply, number))
    if not server:
        return None
    # Send a random number in place of this device's time, which is unknown. Only the server can return this number.
    cookie = os.urandom(8)
    return await _exchange((server, port), b"\x23" + bytes(39) + cookie, lambda reply: seconds(reply, cookie))


async def _exchange(server, message, read):
    """Send a message, and call `read` with each reply. Return the first result that is not None, or None after 2 s."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        sock.sendto(message, socket.getaddrinfo(server[0], server[1])[0][-1])
        for _ in range(_LOOKS):
            await asyncio.sleep_ms(100)
            try:
                value = read(sock.recvfrom(512)[0])
            except OSError:
                continue  # no reply yet
            if value is not None:
                return value
    except OSError:
        pass  # the server cannot be reached
    finally:
        sock.close()
    return None


def seconds(reply, cookie):
    """Return the time in a reply in seconds since 2000. None if the reply is not valid, or not for this query."""
    if len(reply) < 48 or reply[0] & 7 != 4 or reply[0] >> 6 == 3 or not 0 < reply[1] < 16:
        return None  # not the reply of a server, or the server's clock is not set
    if reply[24:32] != cookie or reply[40:48] == bytes(8):
        return None
    value = int.from_bytes(reply[40:44], "big")
    if value < _2024:
        value += 1 << 32
    return value - _2000
