"""Listening socket of the HTTP server. Loaded when the server starts."""

import socket


def listen(address, waiting):
    """Return a socket that listens at `address`; the operating system queues up to `waiting` connections."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(socket.getaddrinfo(address[0], address[1])[0][-1])
    listener.listen(waiting)
    listener.setblocking(False)
    return listener
