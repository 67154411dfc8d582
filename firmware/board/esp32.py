"""An ESP32 as a board: its peripherals, set up from a table of pins.

Each call follows the documentation of MicroPython's ESP32 port; docs/calls.md lists the sources, and the calls that
have run on hardware.
"""

import asyncio
import machine
from machine import Pin
from micropython import const

from board.clock import Clock
from overlay import load

_FULL = const(3900)  # of 4096: at this level the driver's buffer is full, and bytes were lost


class Line:
    """The serial line of P1 and its Data Request."""

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
        """Raise the Data Request line, or release it: high or high impedance, never low (DSMR P1 5.0.2, 5.7.2)."""
        if on:
            self._request.init(Pin.OUT, value=1)
        else:
            self._request.init(Pin.IN)


class Disk:
    """The card as a block device that returns 0, or -5 for an error, under every version of MicroPython.

    Up to 1.28 the driver returns True or False. From 1.29 on it returns 0 or -5, but False for a card that was removed,
    which as a number would mean success.
    """

    def __init__(self, card):
        self._card = card

    def renew(self):
        """Return the card as a device for its next mount, and detach this one.

        A file of this one that could not be closed would otherwise write its buffer over newer data.
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
    """The board.

    `facts(board)`, in the file of each kind of board, returns the name that people know, the pins, and the address of
    the register that shows a brownout, None if it is unknown.

    Pins: led, rx, tx, rts, boot; for the card mosi, miso, sck, cs, slot (of machine.SDCard), and card_power if a pin
    switches the card on.
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
        """Mount the card at a path. Return its filesystem, None without a card; OSError if it cannot be read."""
        if self._disk:
            self._disk = self._disk.renew()
        return load("board.esp32_card").mount(self._disk, path)

    def read_sector(self, sector, buffer):
        """Read 512 bytes of the card into `buffer`, also if it cannot be mounted. OSError if they cannot be read."""
        load("board.esp32_card").read_sector(self._disk, sector, buffer)

    def format_card(self):
        """Format the card, which must not be mounted. OSError if that fails."""
        load("board.esp32_card").format_card(self._disk)

    def each_second(self):
        """Do nothing: an ESP32 has no periodic work."""

    def led(self, duty):
        """Set the light, 0 to 1023."""
        self._led.duty_u16(duty * 64)

    def button(self):
        """True if BOOT is pressed."""
        return not self._boot.value()

    def feed(self):
        self._watchdog.feed()

    def leave(self):
        """Leave the board to a person at the cable: the watchdog cannot be stopped, but it can be given more time."""
        load("board.esp32_start").feed_later()

    def restart(self):
        machine.reset()
