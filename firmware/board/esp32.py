"""An ESP32 as a board, with peripherals that are set up from a table of pins.

Each call follows the documentation of MicroPython's ESP32 port. docs/calls.md lists the calls with their sources, and
the points to check on hardware.
"""

import asyncio
import gc
import machine
from esp32 import HEAP_DATA, idf_heap_info
from machine import Pin
from micropython import const

from board.clock import Clock
from overlay import load

# The UART driver's buffer has 4096 bytes. If more than 3900 bytes wait in the buffer, some bytes were probably lost.
_FULL = const(3900)
# Wi-Fi takes memory only from regions between these two sizes, in bytes. A smaller region is RTC memory or the rest of
# another region. A larger region is PSRAM.
_SMALLEST = const(12 << 10)
_LARGEST = const(1 << 20)
# If the free system memory falls by at most this number of bytes, Python's heap has no new area. Each area is larger.
_TAKEN = const(1024)


class Line:
    """The serial line of P1, with its Data Request pin."""

    def __init__(self, uart, request):
        self.overruns = 0
        self._uart = uart
        self._request = request

    async def read(self, size):
        """Return the bytes that have arrived. If there are none, wait 20 ms for bytes. The result may be b""."""
        waiting = self._uart.any()
        if waiting > _FULL:
            self.overruns += 1
        await asyncio.sleep_ms(0 if waiting else 20)
        return self._uart.read(size) or b""

    def request(self, on):
        """Set Data Request to high if `on`, otherwise to high impedance, never to low (DSMR P1 5.0.2, 5.7.2)."""
        if on:
            self._request.init(Pin.OUT, value=1)
        else:
            self._request.init(Pin.IN)


class Disk:
    """The card as a block device. Reads and writes return 0 for success, -5 for an error, in each MicroPython version.

    The driver of MicroPython 1.28 and older returns True or False. The driver since 1.29 returns 0 or -5, but False if
    the card was removed. As a number, False would mean success.
    """

    def __init__(self, card):
        self._card = card

    def renew(self):
        """Return a new Disk for the next mount of the card, and detach this Disk from the card.

        Without the detachment, a file that could not be closed would later write its buffer over newer data.
        """
        card, self._card = self._card, None
        return Disk(card)

    def readblocks(self, block, buffer):
        return _code(self._card.readblocks(block, buffer)) if self._card else -5

    def writeblocks(self, block, buffer):
        return _code(self._card.writeblocks(block, buffer)) if self._card else -5

    def ioctl(self, request, argument):
        return self._card.ioctl(request, argument) if self._card else -5


def _code(reply):
    return 0 if reply is True or reply is None or (reply is not False and reply == 0) else -5


class Board:
    """An ESP32 board.

    The file of each kind of board has a function `facts(board)`. The function returns (product name, dict of pins,
    address of the register that shows a brownout). An unknown address is None.

    The dict has the pins led, rx, tx, rts and boot. For the card, the dict has the pins mosi, miso, sck and cs, and the
    number `slot`, by which machine.SDCard chooses an SPI controller. The pin card_power is there if a pin switches the
    card on.

    areas        number of areas of Python's heap, at most 3. A third area takes the memory that Wi-Fi needs
    python_bytes size of Python's heap with two areas, of which the second is as large as the first
    lowest       lowest number of bytes of system memory that were free in any call of system_memory()
    watch_above  board/esp32_memory.py is loaded if `areas` is above this number
    note_below   board/esp32_memory.py is loaded if `lowest` is below this number
    device       the Device of device.py, which app.py sets
    """

    http = ("0.0.0.0", 80)
    flash = ""
    has_radio = True
    report = None  # see board/rtc_memory.py
    areas: int
    python_bytes: int
    lowest: int
    watch_above: int
    note_below: int
    # Number of bytes of system memory that were free a second ago. The first value is more than any board has.
    _free = 1 << 24

    def __init__(self, facts):
        self.clock = Clock()
        self.id = machine.unique_id().hex()
        self.memory = machine.RTC().memory  # RTC memory: 2 KB that survive a reset
        start = load("board.esp32_start").start
        self._watchdog, self._led, self._boot, uart, request, card = start(self, facts)
        self.line = Line(uart, request)
        self._disk = Disk(card) if card else None

    def mount_card(self, path):
        """Mount the card at a path. Return the card's filesystem, None without a card. OSError if the mount fails."""
        if self._disk:
            self._disk = self._disk.renew()
        return load("board.esp32_card").mount(self._disk, path)

    def read_sector(self, sector, buffer):
        """Read a sector (512 bytes) into `buffer`, also if the card cannot be mounted. OSError if the read fails."""
        load("board.esp32_card").read_sector(self._disk, sector, buffer)

    def format_card(self):
        """Format the card, which must not be mounted. OSError if the card fails."""
        load("board.esp32_card").format_card(self._disk)

    def system_memory(self):
        """Return the number of free bytes in the system memory (ESP-IDF's), and the size of the largest free piece."""
        free = largest = self._next_area = 0
        for size, left, piece, _ in idf_heap_info(HEAP_DATA):
            self._next_area = max(self._next_area, piece)
            if _SMALLEST < size < _LARGEST:
                free += left
                largest = max(largest, piece)
        self.lowest = min(self.lowest, free)
        return free, largest

    def python_free(self):
        """Return the number of free bytes in the areas of Python's heap, and set `areas`. Takes 8 ms.

        The result of gc.mem_free() also contains the largest piece of the system memory, because MicroPython could make
        that piece the next area. Therefore this function subtracts the piece.
        """
        free = gc.mem_free()
        self.system_memory()
        free -= self._next_area
        # `size` is never too large. `size` is too small if garbage is collected between mem_free() and mem_alloc().
        size = free + gc.mem_alloc()
        self.areas = 1 + (size > self.python_bytes // 2) + (size > self.python_bytes)
        # `free` is negative if Wi-Fi gave memory back between mem_free() and system_memory().
        return max(0, free)

    def each_second(self):
        """React to low memory.

        To count the areas of Python's heap takes 8 ms. Therefore the areas are counted only if the free system memory
        has fallen in the last second.
        """
        before = self._free
        self._free = self.system_memory()[0]
        if self._free < before - _TAKEN:
            self.python_free()
        if self.lowest < self.note_below or self.areas > self.watch_above:
            load("board.esp32_memory").see(self)

    def peer(self, address):
        """Return the IPv4 address of a socket's peer as text. `address` is (IPv4 address, port)."""
        return address[0]

    def led(self, duty):
        """Set the brightness of the LED, 0 to 1023."""
        self._led.duty_u16(duty * 64)

    def button(self):
        """True if BOOT is pressed."""
        return not self._boot.value()

    def feed(self):
        self._watchdog.feed()

    def leave(self):
        """Set the watchdog to ten minutes, so that a person can work at the cable. A watchdog cannot be stopped."""
        load("board.esp32_start").feed_later()

    def restart(self):
        machine.reset()
