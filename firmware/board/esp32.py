"""An ESP32 as a board, with peripherals that are set up from a table of pins.

Each call follows the documentation of MicroPython's ESP32 port. docs/calls.md lists the calls with their sources, and
the points to check on hardware.
"""

import asyncio
import machine
from machine import Pin
from micropython import const

from board.clock import Clock
from overlay import load

# The UART driver's buffer has 4096 bytes. If more than 3900 wait in it, the buffer counts as full: some bytes were
# probably lost.
_FULL = const(3900)


class Line:
    """The serial line of P1, with its Data Request pin."""

    def __init__(self, uart, request):
        self.overruns = 0
        self._uart = uart
        self._request = request

    async def read(self, size):
        """Return the bytes that have arrived, b"" after 20 ms without any."""
        waiting = self._uart.any()
        if waiting > _FULL:
            self.overruns += 1
        await asyncio.sleep_ms(0 if waiting else 20)
        return self._uart.read(size) or b""

    def request(self, on):
        """Set Data Request to high if `on`, otherwise to high impedance. It is never low (DSMR P1 5.0.2, 5.7.2)."""
        if on:
            self._request.init(Pin.OUT, value=1)
        else:
            self._request.init(Pin.IN)


class Disk:
    """The card as a block device. It returns 0 for success and -5 for an error, in every version of MicroPython.

    The driver of MicroPython 1.28 and older returns True or False. Since 1.29 it returns 0 or -5, but False if the card
    was removed. As a number, False would mean success.
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

    `facts(board)` is in the file of each kind of board. It returns (product name, dict of pins, address of the register
    that shows a brownout). The address is None if it is unknown.

    The dict has the pins led, rx, tx, rts and boot. For the card it has the pins mosi, miso, sck and cs, and the number
    `slot`, by which machine.SDCard chooses an SPI controller. It has card_power if a pin switches the card on.
    """

    http = ("0.0.0.0", 80)
    flash = ""
    has_radio = True
    report = None  # see board/rtc_memory.py

    def __init__(self, facts):
        self.clock = Clock()
        self.id = machine.unique_id().hex()
        self.memory = machine.RTC().memory  # RTC memory: 2 KB that survive a reset
        start = load("board.esp32_start").start
        self._watchdog, self._led, self._boot, uart, request, card = start(self, facts)
        self.line = Line(uart, request)
        self._disk = Disk(card) if card else None

    def mount_card(self, path):
        """Mount the card at a path. Return its filesystem, None without a card. OSError if the card cannot be read."""
        if self._disk:
            self._disk = self._disk.renew()
        return load("board.esp32_card").mount(self._disk, path)

    def read_sector(self, sector, buffer):
        """Read a sector (512 bytes) into `buffer`, also if the card cannot be mounted. OSError if the read fails."""
        load("board.esp32_card").read_sector(self._disk, sector, buffer)

    def format_card(self):
        """Format the card, which must not be mounted. OSError if the card fails."""
        load("board.esp32_card").format_card(self._disk)

    def each_second(self):
        """Do nothing, because an ESP32 has no periodic work."""

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
