"""Requests GET /api/reading to the firmware's server, without a network; runs under MicroPython.

get_reading.py FIRMWARE TELEGRAM REQUESTS

FIRMWARE is a folder of bytecode, of this version or of 0.1.0. The device's parts read one telegram. Then the server
answers REQUESTS requests, each from a stream in memory. Exits with 1 if a reply is not the reading.
"""

import asyncio
import io
import sys

sys.path.insert(0, sys.argv[1])

ADDRESS = "192.168.0.20"
REQUEST = b"GET /api/reading HTTP/1.1\r\nHost: 192.168.0.10\r\nUser-Agent: curl/8.14.1\r\nAccept: */*\r\n\r\n"


class Stream(io.IOBase):
    """A connection whose request has arrived, and whose reply is sent at once. It is also its own socket."""

    def __init__(self):
        self.s = self
        self.pieces = []

    def write(self, piece):
        self.pieces.append(bytes(piece))
        return len(piece)

    def ioctl(self, request, events):
        return events  # what a poll asks for is there

    async def drain(self):
        pass

    async def read(self, size):
        return REQUEST

    def close(self):
        pass


def device_of_0_1_0():
    """Return the device, and the function that adds a connection to its server."""
    from board.this import NAME, Board
    from parts import build

    device = build(Board(NAME))
    return device, device.server._open.append


def device_of_this_version():
    """Return the same as device_of_0_1_0()."""
    from app import create_app
    from board.selected import create_board

    device = create_app(create_board())
    return device, lambda stream: device.server._add(stream, ADDRESS)


async def answer(server, add, count):
    """Let the server answer `count` requests."""
    for _ in range(count):
        stream = Stream()
        add(stream)
        await server._serve(stream)
        reply = b"".join(stream.pieces)
        if not reply.startswith(b"HTTP/1.1 200 ") or b'"power_import_w":' not in reply:
            sys.exit("no reading: " + repr(reply[:200]))


try:
    device, add = device_of_this_version()
except ImportError:
    device, add = device_of_0_1_0()
asyncio.new_event_loop()  # without the tasks that read the meter and wait for connections
with open(sys.argv[2], "rb") as file:
    device.reader.framer.feed(file.read())
asyncio.run(answer(device.server, add, int(sys.argv[3])))
