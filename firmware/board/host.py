"""The host board, which is this computer: a pseudo-terminal or TCP socket as P1 line, a folder or FAT image as card.

The options are environment variables: P1_LINE, P1_CARD, P1_HTTP, P1_SPEED, P1_TICKS, P1_FLASH, P1_ID and P1_STATS.
P1_BUTTON is the path of a file. The button counts as pressed while this file exists.
"""

import asyncio
import gc
import os
import socket
import sys
from micropython import const

from board.clock import Clock
from overlay import load

_SECTOR = const(512)


class Line:
    """The serial line. A terminal or socket has no Data Request pin. Instead, request() sends b"1" or b"0"."""

    overruns = 0  # no byte is ever lost, because unread bytes wait in the kernel

    def __init__(self, target):
        if target.startswith("tcp:"):
            host, port = target[4:].rsplit(":", 1)
            end = socket.socket()
            end.connect(socket.getaddrinfo(host, int(port))[0][-1])
            end.setblocking(False)
        else:
            end = open(target, "r+b")
        self._end = end
        self._stream = asyncio.StreamReader(end)

    async def read(self, size):
        chunk = await self._stream.read(size)
        if not chunk:
            # No byte has arrived, or the program at the other end of the line does not run at this moment.
            await asyncio.sleep_ms(20)
        return chunk

    def request(self, on):
        self._end.write(b"1" if on else b"0")


class Image:
    """A file as a block device of 512-byte sectors, so that the card has a real FAT filesystem.

    A new mount sets `ended` of the earlier Image. Each later read or write of the earlier Image returns -5, an error.
    """

    ended = False

    def __init__(self, file):
        self._file = file
        self._sectors = file.seek(0, 2) // _SECTOR

    def readblocks(self, sector, buffer):
        if self.ended:
            return -5
        self._file.seek(sector * _SECTOR)
        self._file.readinto(buffer)
        return 0

    def writeblocks(self, sector, buffer):
        if self.ended:
            return -5
        self._file.seek(sector * _SECTOR)
        self._file.write(buffer)
        return 0

    def ioctl(self, request, _):
        if request == 3:  # sync
            self._file.flush()
        elif request == 4:  # count of sectors
            return self._sectors
        elif request == 5:  # size of a sector
            return _SECTOR
        return 0


class Board:
    """The host as a board, with the attributes and methods of Board in board/esp32.py."""

    name = "host"
    has_radio = False  # no Wi-Fi is set up, because the computer already has a network connection
    pins = None
    reset_cause = "power_on"
    report = None  # copy of the crash report in RTC memory (board/rtc_memory.py)
    areas = None  # number of areas of Python's heap, which only an ESP32 counts
    lowest = None  # least free system memory so far, which only an ESP32 measures
    device = None

    def __init__(self):
        setting = os.getenv
        self.clock = Clock(float(setting("P1_SPEED", "1")), int(setting("P1_TICKS", "0")))
        self.line = Line(setting("P1_LINE"))
        host, _, port = setting("P1_HTTP", "127.0.0.1:8080").rpartition(":")
        self.http = (host or "127.0.0.1", int(port))
        self.id = setting("P1_ID", "0200c3000001")
        self.flash = setting("P1_FLASH", ".")
        self._card = setting("P1_CARD")
        self._image = None
        self._button = setting("P1_BUTTON")
        self.python_bytes = gc.mem_alloc() + gc.mem_free()
        self._most = 0 if setting("P1_STATS") else None  # highest memory use so far, in bytes

    def mount_card(self, path):
        """Mount the card at a path. Return the card's filesystem, None without a card. OSError if the mount fails."""
        if self._image:
            self._image.ended = True
        self._image, filesystem = load("board.host_card").mount(self._card, path)
        return filesystem

    def read_sector(self, sector, buffer):
        """Read a sector (512 bytes) into `buffer`, also if the card cannot be mounted. OSError if the read fails."""
        load("board.host_card").read_sector(self._card, sector, buffer)

    def format_card(self):
        """Format the card, which must not be mounted. OSError if the card fails."""
        load("board.host_card").format_card(self._card)

    def memory(self, data=None):
        """Write `data` to the memory that survives a reset. Without `data`, return the content of this memory."""
        path = self.flash + "/memory"
        if data is not None:
            with open(path, "wb") as file:
                file.write(data)
            return None
        try:
            with open(path, "rb") as file:
                return file.read()
        except OSError:
            return b""

    def system_memory(self):
        """Return None, because this computer has no memory that Wi-Fi shares with Python."""

    def python_free(self):
        """Return the bytes that are free in Python's heap."""
        return gc.mem_free()

    def each_second(self):
        """If P1_STATS is set, collect garbage, and print the bytes of memory in use if more than ever before."""
        if self._most is not None:
            gc.collect()
            used = gc.mem_alloc()
            if used > self._most:
                self._most = used
                print("memory", used)

    def peer(self, address):
        """Return the IPv4 address of a socket's peer as text. On this computer, `address` is a packed sockaddr_in."""
        return ".".join([str(part) for part in address[4:8]])

    def led(self, duty):
        """Do nothing, because this computer has no LED."""

    def button(self):
        if not self._button:
            return False
        try:
            os.stat(self._button)
        except OSError:
            return False
        return True

    def feed(self):
        """Do nothing, because this computer has no watchdog."""

    def leave(self):
        """Do nothing. On an ESP32, this call sets a longer watchdog when a person stops the firmware."""

    def restart(self):
        """Exit with status 3, after which the simulator starts this process again."""
        sys.exit(3)
