"""Search for another device on the network that already has this device's name.

In a conflict, the chip's mDNS would rename this device to digimon-2, and nobody could tell the two devices apart. Once
mDNS has started, the firmware cannot change the name.

This module sends an mDNS query from a port other than 5353. Therefore a device that has the name replies to this port
only (RFC 6762 §6.7). If the address in the reply is not this device's, another device has the name. The query is not
left to getaddrinfo, because getaddrinfo would block all tasks for 5 s.
"""

import asyncio
import os
import socket
from micropython import const

from overlay import load

_ROUNDS = const(2)  # number of queries; more than one, because a query may get lost
_LOOKS = const(10)  # number of checks for a reply after each query, 100 ms apart


async def check(wifi, own):
    """Mark the device's name as taken if another device has the same name. `own`: the IP address of this device."""
    device = wifi.device
    name = device.config["device_name"]
    if wifi.name == name and await find_other(name, own):
        device.note("Another device has the name %s.local" % name)
        load("net.wifi_state").mark(device, "taken", name)
        wifi.name = load("net.wifi_state").name(device)


async def find_other(name, own, mdns=("224.0.0.251", 5353)):
    """Return the IP address of another device with the name `name`, None without such a device."""
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
        pass  # the Wi-Fi connection is lost again
    finally:
        sock.close()
    return None
