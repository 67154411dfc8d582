"""SSDP messages: UPnP Device Architecture 1.0, §1.1.2 (alive) and §1.2.3 (the answer to a search)."""

import socket
from micropython import const

from version import VERSION

_GROUP = const(b"\xef\xff\xff\xfa")  # multicast address 239.255.255.250
# The number of the socket option IP_ADD_MEMBERSHIP, because some ports of MicroPython lack this name.
_JOIN = getattr(socket, "IP_ADD_MEMBERSHIP", 35)
_TYPE = const("urn:schemas-upnp-org:device:Basic:1")
_ROOT = const("upnp:rootdevice")


def uuid(board):
    """Return the device's UUID, which never changes. /description.xml contains the same UUID."""
    return "uuid:70310000-0000-1000-8000-" + board.id


def listen(address, port):
    """Return a socket that receives multicast SSDP messages. OSError if the network stack has no room for a socket."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(socket.getaddrinfo("0.0.0.0", port)[0][-1])
    sock.setsockopt(0, _JOIN, _GROUP + _octets(address))
    return sock


def _octets(address):
    return bytes([int(part) for part in address.split(".")])


def answer(sock, board, network, message, peer):
    """Answer a search: send one reply for each of the device's names that matches the search.

    A search from outside the network gets no answer. `network` is (IP address of this device, network mask).
    """
    address, mask = [_octets(text) for text in network]
    # On a computer, MicroPython returns the sender's address as bytes.
    from_ip = _octets(peer[0]) if isinstance(peer, tuple) else peer[4:8]
    for ours, theirs, bits in zip(address, from_ip, mask):
        if (ours ^ theirs) & bits:
            return
    target = None
    discover = False
    for line in message.split(b"\r\n")[1:]:
        key, _, value = line.partition(b":")
        key = key.strip().upper()
        value = value.strip()
        if key == b"ST":
            target = value
        elif key == b"MAN":
            discover = value == b'"ssdp:discover"'
    if not discover:
        return
    for name in (_ROOT, uuid(board), _TYPE):
        if target in (name.encode(), b"ssdp:all"):
            sock.sendto(_message("HTTP/1.1 200 OK\r\nEXT:\r\nST", name, board, network[0]), peer)


def announce(sock, board, network):
    """Announce each name of the device by multicast. An announcement is valid for half an hour."""
    group = socket.getaddrinfo("239.255.255.250", 1900)[0][-1]
    begin = "NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nNTS: ssdp:alive\r\nNT"
    for name in (_ROOT, uuid(board), _TYPE):
        sock.sendto(_message(begin, name, board, network[0]), group)


def _message(begin, name, board, address):
    port = board.http[1]
    place = address if port == 80 else "%s:%d" % (address, port)
    unique = uuid(board)
    if name != unique:
        unique += "::" + name
    return (
        "%s: %s\r\nUSN: %s\r\nCACHE-CONTROL: max-age=1800\r\nLOCATION: http://%s/description.xml\r\n"
        "SERVER: MicroPython UPnP/1.0 P1-Monitor/%s\r\n\r\n" % (begin, name, unique, place, VERSION)
    ).encode()
