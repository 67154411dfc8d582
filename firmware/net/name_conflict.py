"""Search for another device on the network that already has this device's name.

In a conflict, the chip's mDNS would rename this device to digimon-2, and nobody could tell the two devices apart. Once
mDNS has started, the firmware cannot change the name.

This module sends an mDNS query from a port other than 5353. Therefore a device that has the name replies to this port
only (RFC 6762 §6.7). If the address in the reply is not this device's, another device has the name. The query is not
sent by getaddrinfo, because getaddrinfo would block all tasks for 5 s.

Anyone can answer an mDNS query. Therefore the name counts as taken only if a P1 monitor with this name and another id
answers GET /description.xml at the address in the reply. This path needs no token, even if reading is closed.

The query is sent after each start. If no other device has the name any longer, this device uses the name again from its
next start on.
"""

import asyncio
import os
import socket
from micropython import const

from overlay import load

_ROUNDS = const(2)  # number of queries: a second query is sent, because the first query may get lost
_LOOKS = const(10)  # number of checks for a reply after each query, 100 ms apart
_ANSWER_S = const(5)
_LONGEST = const(2048)  # maximum number of bytes that are read from a reply


async def check(wifi, own):
    """Store whether another device has this device's name. `own`: the IP address of this device."""
    device = wifi.device
    if wifi.name != load("net.device_name").choose(device):
        return  # the owner has changed the name, and the new name takes effect at the next start
    name = device.config["device_name"]
    other = await find_other(name, own)
    if other and not await is_monitor(device, other, name):
        device.note("%s claims the name %s.local, but is no P1 monitor of this name" % (other, name))
        other = None
    wifi.name_taken_by = other
    load("net.wifi_state").mark(device, "taken", name if other else None)
    if other:
        device.note("Another device, %s, has the name %s.local" % (other, name))
        wifi.name = load("net.device_name").choose(device)


async def is_monitor(device, address, name, port=80):
    """True if another P1 monitor with the name `name` answers HTTP at an IP address."""
    try:
        reply = await device.clock.limit(_describe(address, port), _ANSWER_S)
    except (OSError, asyncio.TimeoutError):
        return False
    ours = load("net.ssdp_messages").uuid(device.board)
    monitor = ours[: -len(device.board.id)]
    return (
        b"<friendlyName>%s<" % name.encode() in reply
        and monitor.encode() in reply
        and ours.encode() not in reply
    )


async def _describe(address, port):
    """Return the beginning of the reply to GET /description.xml."""
    reader, writer = await asyncio.open_connection(address, port)
    try:
        writer.write("GET /description.xml HTTP/1.1\r\nHost: %s\r\n\r\n" % address)
        await writer.drain()
        reply = b""
        while len(reply) < _LONGEST:
            piece = await reader.read(_LONGEST - len(reply))
            if not piece:
                break
            reply += piece
        return reply
    finally:
        await writer.wait_closed()  # In MicroPython, wait_closed() closes the socket. close() does nothing.


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
