"""Setup of an ESP32 at the start, and a longer watchdog timeout when the firmware is stopped. Loaded on demand."""

import gc
import machine
import time
from machine import PWM, UART, WDT, Pin
from micropython import const

_WATCHDOG_MS = const(30000)
_LATER_MS = const(600000)
_POWER_ON = const(1)  # machine.PWRON_RESET, which MicroPython also reports after a brownout
# Number of bytes that is added to the measured size of an area of Python's heap. The second area may be larger than the
# first, and the measurement itself takes memory. A third area is still noticed: MicroPython makes each area 2,048 bytes
# larger than necessary, so that a third area has more than twice this number of bytes.
_SLACK = const(1024)
_AREAS = const(2)  # maximum number of areas of Python's heap for which a board has room
_MORE = const(1 << 24)  # a number of bytes that is more than the memory of any board
_LOW = const(24 << 10)  # number of free bytes of system memory below which a line is logged


def start(board, facts):
    """Set the name, the pins, the reset_cause and the memory figures of the board.

    Return (watchdog, light, button, UART, pin of Data Request, card or None). The watchdog is already running.
    """
    machine.freq(160_000_000)
    _measure_memory(board)
    board.name, board.pins, register = facts(board)
    board.reset_cause = _reset_cause(register)
    try:
        return _peripherals(board.pins)
    except ValueError as error:
        print("config.json: these pins cannot be:", error)
        board.pins = facts(None)[1]
        return _peripherals(board.pins)


def _measure_memory(board):
    """Measure the free system memory and Python's heap, which has only its first area at the start."""
    board.lowest = _MORE
    board.note_below = _LOW
    board.watch_above = _AREAS
    board.python_bytes = _MORE  # python_free() needs a value before the first measurement
    board.python_bytes = _AREAS * (board.python_free() + gc.mem_alloc() + _SLACK)


def _peripherals(pins):
    watchdog = WDT(timeout=_WATCHDOG_MS)
    led = PWM(Pin(pins["led"]), freq=1000, duty_u16=0)
    boot = Pin(pins["boot"], Pin.IN, Pin.PULL_UP)
    request = Pin(pins["rts"], Pin.IN)
    return watchdog, led, boot, _uart(pins), request, _card(pins)


def _uart(pins):
    # P1 is 115200 baud, 8N1. The meter's optocoupler inverts the signal. A buffer of 4 KB has room for three seconds of
    # long telegrams. With timeout_char, the driver reads a hundred bytes per interrupt instead of one.
    return UART(
        1,
        115200,
        rx=pins["rx"],
        tx=pins["tx"],
        invert=UART.INV_RX,
        rxbuf=4096,
        timeout=0,
        timeout_char=2,
    )


def _card(pins):
    if "card_power" in pins:
        Pin(pins["card_power"], Pin.OUT, value=1)
        time.sleep_ms(50)
    try:
        # SDCard() raises OSError if an SDCard already exists, for example because of a soft reset.
        return machine.SDCard(
            slot=pins["slot"], sck=pins["sck"], miso=pins["miso"], mosi=pins["mosi"], cs=pins["cs"]
        )
    except OSError as error:
        print("the slot of the card:", error)
        return None


def _reset_cause(register):
    """Return the cause of the start. `register` is the address of RTC_CNTL_RESET_STATE_REG, None if unknown."""
    cause = machine.reset_cause()
    if cause == _POWER_ON and register and machine.mem32[register] & 0x3F != 1:
        return "brownout"  # MicroPython reports "power on" if the brownout handler restarted the chip
    return ("unknown", "power_on", "reset", "watchdog", "deep_sleep", "soft_reset")[cause]


def feed_later():
    """Set the watchdog to ten minutes, so that a person can work over USB. A watchdog cannot be stopped."""
    WDT(timeout=_LATER_MS)
