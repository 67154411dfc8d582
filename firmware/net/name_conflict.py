"""Whether another device in the house has this one's name already.

mDNS in the firmware of the chip would then call this one digimon-2, which tells nobody which of the two it is. It
cannot be given another name after it has started, and asking through getaddrinfo would stop everything for 5 s.
So one question is sent as any device may that is no mDNS itself (RFC 6762 §6.7): who has the name answers to this
socket alone, and an address other than our own is that of another device.
"""

import asyncio
import os
import socket
from micropython import const

from overlay import load

_ROUNDS = const(2)  # a question may get lost
_LOOKS = const(10)  # a round takes 1 s


async def check(wifi, own):
    """Mark the name as taken when another device answers to it; `own` is this one's address."""
    device = wifi.device
    name = device.config["device_name"]
    if wifi.name == name and await other(name, own):
        device.note("Another device is %s.local" % name)
        load("net.wifi_state").mark(device, "taken", name)
        wifi.name = load("net.wifi_state").name(device)


async def other(name, own, mdns=("224.0.0.251", 5353)):
    """The address of another device with this name, None when there is none."""
    end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        end.setblocking(False)
        number = int.from_bytes(os.urandom(2), "big") | 1
        question = load("net.dns").question(name + ".local", number)
        address = load("net.dns").address
        for look in range(_ROUNDS * _LOOKS):
            if look % _LOOKS == 0:
                end.sendto(question, socket.getaddrinfo(mdns[0], mdns[1])[0][-1])
            await asyncio.sleep_ms(100)
            try:
                found = address(end.recvfrom(512)[0], number)
            except OSError:
                continue  # nobody has answered yet
            if found not in (None, own):
                return found
    except OSError:
        pass  # the network has gone again
    finally:
        end.close()
    return None
