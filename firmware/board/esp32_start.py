"""What an ESP32 does when it starts, or is stopped by hand. Loaded while used."""

import machine
import time
from machine import PWM, UART, WDT, Pin
from micropython import const

_WATCHDOG_MS = const(30000)
_LATER_MS = const(600000)
_POWER_ON = const(1)  # machine.PWRON_RESET, also given after a brownout


def start(board, facts):
    """Tell the board its name, pins and reset_cause, and give its peripherals:

    the watchdog, which runs from now on, the light, the button, the meter's line and request, and the card or None.
    """
    machine.freq(160_000_000)
    board.name, board.pins, register = facts(board)
    board.reset_cause = _reset_cause(register)
    try:
        return _peripherals(board.pins)
    except ValueError as error:
        print("config.json: these pins cannot be:", error)
        board.pins = facts(None)[1]
        return _peripherals(board.pins)


def _peripherals(pins):
    watchdog = WDT(timeout=_WATCHDOG_MS)
    led = PWM(Pin(pins["led"]), freq=1000, duty_u16=0)
    boot = Pin(pins["boot"], Pin.IN, Pin.PULL_UP)
    request = Pin(pins["rts"], Pin.IN)
    return watchdog, led, boot, _uart(pins), request, _card(pins)


def _uart(pins):
    # 115200 8N1, inverted by the meter's optocoupler. 4 KB are three seconds of a meter that says much. With
    # timeout_char the driver takes bytes by the hundred instead of one interrupt for each.
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
        # Once for all: a second one, or one after a soft reset, is refused.
        return machine.SDCard(
            slot=pins["slot"], sck=pins["sck"], miso=pins["miso"], mosi=pins["mosi"], cs=pins["cs"]
        )
    except OSError as error:
        print("the slot of the card:", error)
        return None


def _reset_cause(register):
    """Why the board has started; `register` is RTC_CNTL_RESET_STATE_REG of the chip, None where it is not known."""
    cause = machine.reset_cause()
    if cause == _POWER_ON and register and machine.mem32[register] & 0x3F != 1:
        return "brownout"  # its handler restarts by software, and says "power on" to MicroPython
    return ("unknown", "power_on", "reset", "watchdog", "deep_sleep", "soft_reset")[cause]


def feed_later():
    """No watchdog can be stopped, but this one can be given ten minutes."""
    WDT(timeout=_LATER_MS)
