"""Stand-in for MicroPython's `machine` on an ESP32: what the firmware calls, and nothing that it may not.

Where versions differ it does as STANDIN_MICROPYTHON says, "1.28" or "1.29".
"""

import os
import sys
import time

import world

PWRON_RESET = 1
_NEWEST = "1.29"
_SECTOR = 512
_NO_CARD = -1
_LOOKED_AT_MS = 10  # nobody asks more often whether the watchdog was fed


def freq(hz):
    world.did("freq %d" % hz)


def unique_id():
    return b"\x02\x00\xc3\x00\x00\x01"


def reset_cause():
    return int(world.text("cause", "1"))


def reset():
    world.did("reset")
    sys.exit(3)  # who started this process starts it again


class _Registers:
    def __getitem__(self, address):
        if address not in (0x60008038, 0x3F408038):
            raise ValueError("not the reset state of a C3 or S2")
        return int(world.text("state", "1"))


mem32 = _Registers()


class Pin:
    IN, OUT, PULL_UP = 1, 3, 2
    IRQ_FALLING = 2
    request = int(world.text("rts", "-1"))

    def __init__(self, number, mode=-1, pull=-1, value=None):
        if not 0 <= number <= 48:
            raise ValueError("invalid pin")
        self.number = number
        self.pull = pull
        if mode != -1:
            self.init(mode, pull, value)

    def init(self, mode, pull=-1, value=None):
        if mode == self.OUT:
            world.did("pin %d %s" % (self.number, "high" if value else "low"))
        else:
            world.did("pin %d free" % self.number)
        if UART.line and self.number == self.request:
            UART.line.write(b"1" if mode == self.OUT and value else b"0")

    def irq(self, handler, trigger=0):
        pass

    def value(self):
        return 0 if self.pull == self.PULL_UP and world.exists("button") else 1


class PWM:
    def __init__(self, pin, freq, duty_u16):
        self._pin = pin.number
        self._given = None
        self.duty_u16(duty_u16)

    def duty_u16(self, duty):
        if not 0 <= duty <= 65535:
            raise ValueError("duty_u16 must be from 0 to 65535")
        if duty != self._given:
            self._given = duty
            world.did("led %d" % duty)


class UART:
    INV_RX = 4
    INV_TX = 32
    line = None

    def __init__(self, number, baudrate, rx, tx, invert, rxbuf, timeout, timeout_char):
        world.did("uart %d %d rx %d tx %d invert %d" % (number, baudrate, rx, tx, invert))
        if number != 1:
            raise ValueError("UART 0 is the console")
        target = world.text("line")
        if target and not UART.line:
            UART.line = open(target, "r+b")
        self._size = rxbuf
        self._straight = invert == self.INV_RX | self.INV_TX
        self._waiting = b""

    def any(self):
        if UART.line and len(self._waiting) < self._size - 256:
            self._waiting += UART.line.read(256) or b""
        return len(self._waiting)

    def write(self, data):
        if world.exists("wire"):  # between TX and RX
            heard = bytes(data) if self._straight else bytes(len(data))
            self._waiting = (self._waiting + heard)[: self._size]
        return len(data)

    def read(self, size):
        data, self._waiting = self._waiting[:size], self._waiting[size:]
        return data or None


class WDT:
    def __init__(self, timeout):
        self._limit = b"%d\n" % timeout
        self._fed = time.ticks_add(time.ticks_ms(), -_LOOKED_AT_MS)
        self.feed()

    def feed(self):
        now = time.ticks_ms()
        if time.ticks_diff(now, self._fed) >= _LOOKED_AT_MS:
            self._fed = now
            world.write("fed", self._limit)


class RTC:
    def memory(self, data=None):
        if data is None:
            try:
                with open(world.FOLDER + "/rtc", "rb") as file:
                    return file.read()
            except OSError:
                return b""
        if len(data) > 2048:
            raise ValueError("buffer too long")
        world.write("rtc", data)
        return None


class SDCard:
    """The card in the slot: ready once it has been asked for, until it is pulled; then every call fails."""

    def __init__(self, slot, sck, miso, mosi, cs):
        world.did("card slot %d sck %d miso %d mosi %d cs %d" % (slot, sck, miso, mosi, cs))
        self._path = world.FOLDER + "/card.img"
        self._ready = None  # inode of the card that was asked
        self._file = None

    def _card(self):
        try:
            return os.stat(self._path)[1]
        except OSError:
            return None

    def _failed(self, good):
        if os.getenv("STANDIN_MICROPYTHON", _NEWEST) == _NEWEST:
            return 0 if good else -5
        return good

    def _is_ready(self):
        if self._ready is None:
            return self.ioctl(1, 0) == 0
        return self._ready == self._card()

    def readblocks(self, block, buffer):
        if not self._is_ready():
            return self._failed(False)
        self._file.seek(block * _SECTOR)
        self._file.readinto(buffer)
        return self._failed(True)

    def writeblocks(self, block, buffer):
        if not self._is_ready() or world.exists("read-only"):
            return self._failed(False)
        self._file.seek(block * _SECTOR)
        self._file.write(buffer)
        return self._failed(True)

    def ioctl(self, request, _):
        if request == 1:
            if self._ready is None and self._card():
                self._ready = self._card()
                self._file = open(self._path, "r+b")
            return 0 if self._ready is not None and self._ready == self._card() else _NO_CARD
        if request == 2:
            self._ready = None
        elif request == 4:
            return self._file.seek(0, 2) // _SECTOR
        elif request == 5:
            return _SECTOR
        return 0
