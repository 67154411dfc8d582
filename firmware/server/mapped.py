"""Reply with a file whose bytes are in memory: a file of a mounted ROMFS, which is in the flash. Loaded on demand."""

from micropython import const

from overlay import load

_SEGMENT = const(1440)  # bytes of a full packet (ESP-IDF's TCP_MSS)
# A segment is sent while all connections together use less than this number of bytes of the system memory.
_BESIDE = const(6700)


async def send(request, content, kind, more):
    """Send `content`, a memoryview of the file, without a copy of it in Python's heap."""
    request.beside = _BESIDE
    request.begin(200, kind, "%sContent-Length: %d\r\n" % (more, len(content)))
    await request.drain()
    until_ready = load("server.pacing").until_ready
    at = 0
    while at < len(content):
        await until_ready(request)
        request.put(content[at : at + _SEGMENT])
        at += _SEGMENT
