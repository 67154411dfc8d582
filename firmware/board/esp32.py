"""An ESP32 as a board, built from a table of pins: the peripherals that `main` asks of any board.

Each call follows the documentation of MicroPython's ESP32 port; docs/calls.md says where, and what hardware has shown.
"""

import asyncio
import machine
from machine import Pin
from micropython import const

from board.clock import Clock
from overlay import load

_FULL = const(3900)  # of 4096: the driver holds back what does not fit any more, from here on bytes were lost


class Line:
    """The serial line of P1 and its Data Request."""

    def __init__(self, uart, request):
        self.overruns = 0
        self._uart = uart
        self._request = request

    async def read(self, size):
        """What has come, b"" after a while when nothing has."""
        waiting = self._uart.any()
        if waiting > _FULL:
            self.overruns += 1
        await asyncio.sleep_ms(0 if waiting else 20)
        return self._uart.read(size) or b""

    def request(self, on):
        """Ask for telegrams, or let go: high or of high impedance, never low (DSMR P1 5.0.2, 5.7.2)."""
        if on:
            self._request.init(Pin.OUT, value=1)
        else:
            self._request.init(Pin.IN)


class Disk:
    """The card as a block device whose replies mean the same in every MicroPython: 0, or -5 for an error.

    Up to 1.28 the driver says True or False, from 1.29 on 0 or -5, and False when a card has gone: as a number that
    would be success.
    """

    def __init__(self, card):
        self._card = card

    def renew(self):
        """The card for its next mount. A file of this one that could not be closed does not reach the card any more:
        it would write what it still holds over what is there by then.
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
    """The facts and peripherals that `main` builds on; `facts` comes from the file of a kind of board, beside this one:

    facts(board)   what people call it, its pins, and the register that tells a brownout, None where it is not known

    Pins are led, rx, tx, rts, boot; of the card mosi, miso, sck, cs, its slot of machine.SDCard, and card_power where
    a pin switches the card on.
    """

    http = ("0.0.0.0", 80)
    flash = ""
    has_radio = True
    report = None  # see rtc.py

    def __init__(self, facts):
        self.clock = Clock()
        self.id = machine.unique_id().hex()
        self.memory = machine.RTC().memory  # 2 KB that survive a reset
        start = load("board.esp32_start").start
        self._watchdog, self._led, self._boot, uart, request, card = start(self, facts)
        self.line = Line(uart, request)
        self._disk = Disk(card) if card else None

    def mount_card(self, path):
        """The filesystem of the card, mounted there; None when there is no card, OSError when it cannot be read."""
        if self._disk:
            self._disk = self._disk.renew()
        return load("board.esp32_card").mount(self._disk, path)

    def read_sector(self, sector, buffer):
        """512 bytes of the card, also of one that cannot be mounted; OSError when they cannot be read."""
        load("board.esp32_card").read_sector(self._disk, sector, buffer)

    def format_card(self):
        """Make a new, empty file system on the card, which is not mounted. OSError when it takes none."""
        load("board.esp32_card").format_card(self._disk)

    def each_second(self):
        """Nothing here is done by time."""

    def led(self, duty):
        """Light of 0 to 1023."""
        self._led.duty_u16(duty * 64)

    def button(self):
        """Whether BOOT is pressed."""
        return not self._boot.value()

    def feed(self):
        self._watchdog.feed()

    def leave(self):
        """The firmware was stopped over the cable: give whoever did it time, since no watchdog can be stopped."""
        load("board.esp32_start").feed_later()

    def restart(self):
        machine.reset()
