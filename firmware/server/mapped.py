"""Reply with a file whose bytes are in memory: a file of a mounted ROMFS, which is in the flash. Loaded on demand."""

from overlay import load
from server.pacing import BESIDE_FILE, SEGMENT


async def send(request, content, kind, more):
    """Send `content`, a memoryview of the file, without a copy of it in Python's heap."""
    request.beside = BESIDE_FILE
    request.begin(200, kind, "%sContent-Length: %d\r\n" % (more, len(content)))
    await request.drain()
    until_ready = load("server.pacing").until_ready
    at = 0
    while at < len(content):
        await until_ready(request)
        request.put(content[at : at + SEGMENT])
        at += SEGMENT
