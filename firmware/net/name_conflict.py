"""Name conflicts: finds another device in the home that already has this device's name.

In that case mDNS of the chip would name this device digimon-2, which does not show which of the two it is. Its name
cannot change after mDNS has started, and getaddrinfo would block all tasks for 5 s. So this module sends one query
as a device without mDNS may do (RFC 6762 §6.7). The device with that name replies to this socket alone; if the
address is not this device's, another device has the name.
"""

import asyncio
import os
import socket
from micropython import const

from overlay import load

_ROUNDS = const(2)  # a query may get lost
_LOOKS = const(10)  # in one round, 100 ms apart


async def check(wifi, own):
    """Mark the name as taken if another device answers to it. `own`: this device's address."""
    device = wifi.device
    name = device.config["device_name"]
    if wifi.name == name and await find_other(name, own):
        device.note("Another device has the name %s.local" % name)
        load("net.wifi_state").mark(device, "taken", name)
        wifi.name = load("net.wifi_state").name(device)


async def find_other(name, own, mdns=("224.0.0.251", 5353)):
    """Return the address of another device with this name, None if there is none."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        number = int.from_bytes(os.urandom(2), "big") | 1
        question = load("net.dns").question(name + ".local", number)
        address = load("net.dns").address
        for look in range(_ROUNDS * _LOOKS):
            if look % _LOOKS == 0:
                sock.sendto(question, socket.getaddrinfo(mdns[0], mdns[1])[0][-1])
            await asyncio.sleep_ms(100)
            try:
                found = address(sock.recvfrom(512)[0], number)
            except OSError:
                continue  # no answer yet
            if found not in (None, own):
                return found
    except OSError:
        pass  # the network is lost again
    finally:
        sock.close()
    return None
