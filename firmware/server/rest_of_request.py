"""Functions that receive the part of a request that is not read yet: of the head, or of the body. Loaded on demand."""

from micropython import const

from server.http import Refused

_HEAD = const(2048)
_BUFFER = const(512)


async def read_head(stream, head):
    """Return the whole head of a request, followed by the bytes that arrived together with the end of the head.

    `head` is the beginning of the head, which has arrived already.
    """
    while b"\r\n\r\n" not in head:
        if len(head) >= _HEAD:
            raise Refused(431, "Request head too long: at most 2 KB")
        more = await stream.read(min(_BUFFER, _HEAD - len(head)))
        if not more:
            raise OSError
        head += more
    return head


async def read_ahead(request):
    """Receive the whole body, so that Request.read() can return the body later. OSError if the client has left."""
    while len(request.early) < request.unread:
        more = await request.stream.read(request.unread - len(request.early))
        if not more:
            raise OSError
        request.early += more


async def skip(request):
    """Read and discard the bytes of a request that are still unread.

    Closing a socket with unread bytes resets the connection, and the client could lose the reply.
    """
    unread = request.unread - len(request.early)
    while unread > 0:
        piece = await request.stream.read(_BUFFER)
        if not piece:
            raise OSError  # the client has closed the connection
        unread -= len(piece)
    # Also discard bytes that follow a request without a body, and the rest of a head that is too long.
    for _ in range(32):
        if not request.stream.s.read(_BUFFER):
            break
