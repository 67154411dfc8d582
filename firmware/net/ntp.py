"""The time of the network, for log lines before the first telegram. Measurements have the meter's clock only.

Source: RFC 5905. Nothing blocks: the name is looked up by a question of our own, because getaddrinfo would stop all
else for seconds.
"""

import asyncio
import os
import socket
from micropython import const

from overlay import load

_SERVER = const("be.pool.ntp.org")
_LOOKS = const(20)  # at an answer, 100 ms apart
_2000 = const(3155673600)  # seconds from 1900, which NTP counts from
_2024 = const(3913056000)  # an earlier stamp counts on from 2036, when the counter begins anew


async def ask(name_server, name_port=53, port=123):
    """Seconds since 2000 in UTC, None when nobody says so well within 4 s."""
    number = int.from_bytes(os.urandom(2), "big") | 1
    question = load("net.dns").question(_SERVER, number)
    address = load("net.dns").address
    server = await _exchange((name_server, name_port), question, lambda reply: address(reply, number))
    if not server:
        return None
    cookie = os.urandom(8)  # instead of our time, which we do not know: only who got it can send it back
    return await _exchange((server, port), b"\x23" + bytes(39) + cookie, lambda reply: seconds(reply, cookie))


async def _exchange(server, message, read):
    """What `read` makes of the first reply that it can read; None when there is none in time."""
    end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        end.setblocking(False)
        end.sendto(message, socket.getaddrinfo(server[0], server[1])[0][-1])
        for _ in range(_LOOKS):
            await asyncio.sleep_ms(100)
            try:
                value = read(end.recvfrom(512)[0])
            except OSError:
                continue  # nothing there yet
            if value is not None:
                return value
    except OSError:
        pass  # no way there
    finally:
        end.close()
    return None


def seconds(reply, cookie):
    """Seconds since 2000 of a server's reply, None when it is no sound one to our question."""
    if len(reply) < 48 or reply[0] & 7 != 4 or reply[0] >> 6 == 3 or not 0 < reply[1] < 16:
        return None  # not a server, or one that has no time itself
    if reply[24:32] != cookie or reply[40:48] == bytes(8):
        return None
    value = int.from_bytes(reply[40:44], "big")
    if value < _2024:
        value += 1 << 32
    return value - _2000
