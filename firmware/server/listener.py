"""Listening socket of the HTTP server. Loaded when the server starts."""

import socket
from micropython import const

_WAITING = const(5)


def listen(address):
    """Return a socket that listens at `address`; the operating system queues up to 5 connections."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(socket.getaddrinfo(address[0], address[1])[0][-1])
    listener.listen(_WAITING)
    listener.setblocking(False)
    print("ready http://%s:%d/" % address)
    return listener
