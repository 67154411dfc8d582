"""Check of a package's signatures: RSA with 3072 bits and SHA-256 (RFC 8017, 8.2.2). Loaded on demand.

The files of public keys are keys.bin, with the keys of the releases, and own_keys.bin, with keys that the owner has put
on the board over the cable. Each key is a modulus of 384 bytes, big-endian. The exponent of every key is 65537. The id
of a key is the first 8 bytes of the SHA-256 of the modulus.

A package's file `signatures` has 392 bytes for each signature: the id of its key, and the signature of 384 bytes.
"""

import gc
import hashlib
from micropython import const

_BYTES = const(384)
_ID = const(8)
_FILES = ("keys.bin", "own_keys.bin")
_FRESH_MS = const(200)
_WAITS = const(24)  # maximum number of waits, of 0.05 s each, for the end of a telegram
# Part of the encoded message before the hash: the ASN.1 of a DigestInfo with SHA-256 (RFC 8017, 9.2, note 1).
_DIGEST_INFO = b"010\r\x06\t`\x86H\x01e\x03\x04\x02\x01\x05\x00\x04 "


async def is_signed(device, path, digest):
    """True if a key of this board has signed `digest`.

    path    file with the signatures
    digest  SHA-256 of the signed part of the manifest (update/manifest.py)
    """
    at = 0
    while True:
        with open(path, "rb") as file:
            file.seek(at)
            row = file.read(_ID + _BYTES)
        at += len(row)
        modulus = _modulus(device.board.flash, row[:_ID])
        if modulus:
            await _telegram_end(device)
            if is_valid(modulus, row[_ID:], digest):
                return True
        if len(row) < _ID + _BYTES:
            return False


def is_valid(modulus, signature, digest):
    """True if `signature` is the signature of `digest` by the key with this modulus. All three are bytes.

    The whole block is compared, so that no byte of it is left to a forger. This function needs 0.2 to 0.4 s on an
    ESP32-C3, and 6 KB of Python's heap in pieces of 1 KB.
    """
    if len(signature) != _BYTES or len(modulus) != _BYTES or modulus[0] < 128:
        return False
    n = int.from_bytes(modulus, "big")
    base = power = int.from_bytes(signature, "big")
    if not 0 < base < n:
        return False
    gc.collect()
    for _ in range(16):  # 16 squarings and one multiplication, because 65537 is 2 ** 16 + 1
        power = power * power % n
    power = power * base % n
    padding = b"\xff" * (_BYTES - 3 - len(_DIGEST_INFO) - len(digest))
    return power.to_bytes(_BYTES, "big") == b"\0\1%s\0%s%s" % (padding, _DIGEST_INFO, digest)


def key_ids(flash):
    """Return the ids of all keys on the board, in hexadecimal."""
    return [_id(modulus).hex() for modulus in _moduli(flash)]


def _modulus(flash, key_id):
    """Return the modulus of the key with this id, None if the board has no such key."""
    for modulus in _moduli(flash):
        if _id(modulus) == key_id:
            return modulus
    return None


def _moduli(flash):
    """Yield the modulus of each key on the board. Only one key is in memory at a time."""
    for name in _FILES:
        try:
            with open("%s/%s" % (flash, name), "rb") as file:
                modulus = file.read(_BYTES)
                while len(modulus) == _BYTES:
                    yield modulus
                    modulus = file.read(_BYTES)
        except OSError:
            pass  # the board has no keys of this kind


def _id(modulus):
    return hashlib.sha256(modulus).digest()[:_ID]


async def _telegram_end(device):
    """Wait until a telegram has just ended, because no byte of the meter is read while a signature is checked.

    Without telegrams, wait for 1.2 s.
    """
    for _ in range(_WAITS):
        age_ms = device.reader.age_ms()
        if age_ms is not None and age_ms < _FRESH_MS:
            return
        await device.clock.sleep(0.05)
