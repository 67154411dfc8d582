"""The serial line of P1 and its request pin, without a meter."""

import sys
import time
from machine import UART, Pin
from micropython import const

_BYTES = const(1024)
_LONG = const(4000)
_TIMES = const(50)


def loop():
    """Send bytes from TX to RX, which a wire connects. Return how they arrived.

    A meter's signal is inverted. Therefore TX is inverted here too, as well as RX.
    """
    sent = bytes([at * 7 & 0xFF for at in range(_BYTES)])
    uart = _uart(UART.INV_RX | UART.INV_TX)
    back = _pass(uart, sent)
    figures = {"bytes_back": len(back), "bytes_wrong": _differences(sent, back)}
    if not back:
        _uart(UART.INV_RX)
        raise RuntimeError("nothing arrived at RX: is the wire between TX and RX?")
    for _ in range(0, _LONG, _BYTES):
        uart.write(sent[: _LONG // 4])
    time.sleep_ms(500)
    figures["bytes_kept"] = uart.any()
    # Without the inversion of TX, the same bytes must not arrive.
    crossed = _uart(UART.INV_RX)
    figures["same_if_not_inverted"] = int(_pass(crossed, sent[:64]) == sent[:64])
    return figures


def request():
    """Make the request pin an output, as before each telegram. Return how often it fell, and its level."""
    pin = Pin(_pins()["rts"], Pin.IN)
    falls = [0]

    def fell(_):
        falls[0] += 1

    high = 0
    for _ in range(_TIMES):
        pin.irq(fell, Pin.IRQ_FALLING)
        pin.init(Pin.OUT, value=1)
        time.sleep_ms(2)
        high += pin.value()
        pin.irq(None)
        pin.init(Pin.IN)
        time.sleep_ms(1)
    return {"falls": falls[0], "high": high}


def _pins():
    board = getattr(sys.modules.get("main"), "board", None)
    if board is None:
        raise RuntimeError("the firmware was not running")
    return board.pins


def _uart(invert):
    pins = _pins()
    return UART(
        1,
        115200,
        rx=pins["rx"],
        tx=pins["tx"],
        invert=invert,
        rxbuf=4096,
        timeout=0,
        timeout_char=2,
    )


def _pass(uart, sent):
    time.sleep_ms(20)
    while uart.any():
        uart.read(256)
    uart.write(sent)
    back = b""
    began = time.ticks_ms()
    while len(back) < len(sent) and time.ticks_diff(time.ticks_ms(), began) < 500:
        back += uart.read(256) or b""
    return back


def _differences(sent, back):
    wrong = abs(len(sent) - len(back))
    for one, other in zip(sent, back):
        wrong += one != other
    return wrong
