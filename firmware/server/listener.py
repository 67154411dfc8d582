"""The socket that takes connections. Loaded when the server starts."""

import socket


def listen(address, waiting):
    """A socket that listens there; the operating system lets so many wait."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(socket.getaddrinfo(address[0], address[1])[0][-1])
    listener.listen(waiting)
    listener.setblocking(False)
    return listener
