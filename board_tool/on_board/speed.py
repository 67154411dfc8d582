"""Time of what the firmware computes: a telegram, its CRC, a garbage collection, a password, a signature."""

import gc
import sys
import time
from micropython import const

from meter.framer import Framer
from meter.parser import Parser
from overlay import load

_ROUNDS = const(200)
_ALL_ROUNDS = const(2000)  # of a password (firmware/auth/password.py)


def telegram(first, second):
    """Read two telegrams in turn, by 256 bytes as the firmware does. Return the milliseconds for one."""
    parser = Parser()
    framer = Framer(parser.take)
    began = time.ticks_us()
    _feed(framer, first)
    first_us = time.ticks_diff(time.ticks_us(), began)
    began = time.ticks_us()
    for _ in range(5):
        _feed(framer, second)
        _feed(framer, first)
    next_us = time.ticks_diff(time.ticks_us(), began) // 10
    return {"read": framer.telegrams, "first_ms": first_us / 1000, "next_ms": next_us / 1000}


def crc():
    """Return the microseconds for the CRC of 1,000 bytes: as the firmware computes it, and in bytecode."""
    data = bytes(1000)
    used = sys.modules["meter.crc"]
    figures = {"us": _crc_us(used, data), "native": used.__name__.count(".")}
    try:
        figures["bytecode_us"] = _crc_us(load("meter.crc"), data)
    finally:
        sys.modules["meter.crc"] = used
    return figures


def collection():
    """Return the milliseconds that a garbage collection takes."""
    longest = 0
    for _ in range(5):
        began = time.ticks_us()
        gc.collect()
        longest = max(longest, time.ticks_diff(time.ticks_us(), began))
    return {"ms": longest / 1000}


def password():
    """Return the milliseconds that the hash of a password takes, from a tenth of its rounds."""
    module = load("auth.password")
    inner, outer = module.pads(b"not a password")
    block = bytes(32)
    began = time.ticks_us()
    for _ in range(_ROUNDS):
        block = module.mac(inner, outer, block)
    return {"ms": time.ticks_diff(time.ticks_us(), began) * (_ALL_ROUNDS // _ROUNDS) // 1000}


def signature(modulus, right, digest):
    """Return the milliseconds that the check of a signature takes, and whether only the right one is accepted."""
    module = load("update.signature")
    gc.collect()
    began = time.ticks_us()
    is_accepted = module.is_valid(modulus, right, digest)
    took_us = time.ticks_diff(time.ticks_us(), began)
    return {
        "ms": took_us // 1000,
        "judged": int(is_accepted and not module.is_valid(modulus, right, bytes(32))),
    }


def _feed(framer, data):
    for at in range(0, len(data), 256):
        framer.feed(data[at : at + 256])


def _crc_us(module, data):
    module.crc16_to_mark(data, 0, 0)
    began = time.ticks_us()
    for _ in range(10):
        module.crc16_to_mark(data, 0, 0)
    return time.ticks_diff(time.ticks_us(), began) // 10
