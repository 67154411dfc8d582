"""What the server does during a shortage of the system memory, which Wi-Fi and the sockets share. Loaded on demand.

server/http.py measures the system memory.
"""

from micropython import const

from overlay import load
from server.http import FLOOR, Refused

# A level ends when the number of free bytes exceeds the level's limit by this number. Otherwise the level would change
# each time the free bytes vary a little around the limit.
_MORE = const(2048)
_NOTES = ("", "clients without a token are refused", "no connection is accepted")


def look(server, free, request):
    """Set the level (server/http.py) for `free` bytes of free system memory.

    Below the floor, drop the live streams of clients without a token, and raise Refused if `request` has no token.
    `request` is None for a measurement that belongs to no request. Log each level once, until the system memory
    suffices again.
    """
    low = FLOOR // 2 + (_MORE if server.level > 1 else 0)
    level = 2 if free < low else int(free < FLOOR + _MORE)
    for stream in server.open[:]:
        # The party of a client without a token is text: the client's address.
        if level and stream.due is not None and isinstance(stream.party, str):
            server.close(stream)
    if level > server.noted_level:
        server.log.note("Short of system memory: %d bytes are free, %s" % (free, _NOTES[level]))
    elif not level:
        server.log.note("System memory suffices again: %d bytes are free" % free)
    server.level = level
    server.noted_level = level and max(level, server.noted_level)
    if level and request and isinstance(request.party, str):
        raise Refused(503, "Short of memory, try again", "Retry-After: 5\r\n")


async def listen_later(server, listener, beat):
    """Close the listening socket, wait until the level is below 2, and return a new listening socket.

    Closing the socket also closes the connections in its queue, and frees the bytes that the queued clients have sent.
    """
    listener.close()
    while server.level > 1:
        beat()
        await server.clock.sleep(1)
        server.look()
    return load("server.listener").listen(server.board.http)
