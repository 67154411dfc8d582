"""Password of the device, stored in flash as a slow salted hash. The hash alone is not enough to sign in.

The hash is PBKDF2-HMAC-SHA256 (RFC 8018, 5.2; RFC 2104), which MicroPython lacks. A desktop computer would use more
than 2000 rounds, but the board needs about a second for 2000. The board continues to read the meter meanwhile.
"""

import asyncio
import hashlib
import os
import time
from micropython import const

from overlay import load

read_json = load("board.flash_json").read_json
write_json = load("board.flash_json").write_json

_ROUNDS = const(2000)
# After each 10 ms of the computation, other tasks run. A garbage collection may take another 10 ms, and other tasks
# should wait for 20 ms at most.
_SLICE_MS = const(10)
_BLOCK = const(64)  # bytes of a block of SHA-256
SECRETS = const("secrets.json")


async def set_password(device, password, address=None):
    """Store a new password, and end all sessions, asks and waits.

    ValueError for an invalid password, OSError if the flash fails.
    address  IPv4 address of the client as text, None for the setup portal
    """
    fault = fault_in(password)
    if fault:
        raise ValueError(fault)
    salt = os.urandom(16)
    digest = await derive(password.encode(), salt, _ROUNDS)
    secrets = read_json(device.board, SECRETS)
    secrets["password"] = {"salt": salt.hex(), "rounds": _ROUNDS, "hash": digest.hex()}
    write_json(device.board, SECRETS, secrets)
    access = device.access
    if access:
        access.sessions, access.asks, access.waits = [], [], []
        device.live.look_again()
        name = "page" if address else "setup network"
        line = "password set by " + (address or "a phone")
        load("auth.grants").note(device, line, "password", name, "owner")


async def is_right(device, password):
    """True if `password` is the device's password. False if no password is set."""
    kept = read_json(device.board, SECRETS).get("password")
    if not kept:
        return False
    digest = await derive(password.encode(), bytes.fromhex(kept["salt"]), kept["rounds"])
    differs = 0
    for one, other in zip(digest, bytes.fromhex(kept["hash"])):
        differs |= one ^ other
    return not differs


def is_set(board):
    """True if the device has a password."""
    return bool(read_json(board, SECRETS).get("password"))


def fault_in(password):
    """Return the fault of a password, None if the password is valid."""
    # Control characters are not allowed, because the hash would ignore NUL characters at the end of a password.
    if isinstance(password, str) and 8 <= len(password) <= 64 and min(password) >= " ":
        return None
    return "must be 8 to 64 characters"


async def derive(password, salt, rounds):
    """Return the 32-byte PBKDF2-HMAC-SHA256 hash. `password` and `salt` are bytes.

    Other tasks run after every 10 ms of computing.
    """
    inner, outer = pads(password)
    block = mac(inner, outer, salt + b"\0\0\0\1")
    mixed = int.from_bytes(block, "big")
    began = time.ticks_ms()
    for _ in range(rounds - 1):
        block = mac(inner, outer, block)
        mixed ^= int.from_bytes(block, "big")
        if time.ticks_diff(time.ticks_ms(), began) >= _SLICE_MS:
            await asyncio.sleep_ms(0)
            began = time.ticks_ms()
    return mixed.to_bytes(32, "big")


def pads(key):
    """Return the inner and the outer pad of HMAC-SHA256 for a key, each one block long."""
    if len(key) > _BLOCK:
        key = hashlib.sha256(key).digest()
    key = key + bytes(_BLOCK - len(key))
    return bytes([byte ^ 0x36 for byte in key]), bytes([byte ^ 0x5C for byte in key])


def mac(inner, outer, message):
    """Return the HMAC-SHA256 of a message, 32 bytes. `inner` and `outer` are the pads of the key."""
    digest = hashlib.sha256(inner)
    digest.update(message)
    message = digest.digest()
    digest = hashlib.sha256(outer)
    digest.update(message)
    return digest.digest()
