"""auth/password.py: the device's password, kept as PBKDF2-HMAC-SHA256."""

import asyncio
import os

from auth import password
from board.flash_json import read_json

FLASH = "build/tests/flash_of_password"


class Board:
    flash = FLASH


class Device:
    board = Board()
    access = None


def monitor():
    for name in ("secrets.json", ""):
        try:
            os.remove("%s/%s" % (FLASH, name)) if name else os.mkdir(FLASH)
        except OSError:
            pass
    return Device()


async def test_vectors_of_rfc_7914():
    # Its section 11 gives 64 bytes; the first 32 are what a key of 32 is.
    assert (await password.derive(b"passwd", b"salt", 1)).hex() == (
        "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
    )
    assert (await password.derive(b"Password", b"NaCl", 80000)).hex() == (
        "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"
    )


async def test_vectors_of_rfc_6070_with_sha256():
    for word, salt, rounds, expected in (
        (b"password", b"salt", 1, "120fb6cffcf8b32c43e7225256c4f837a86548c92ccc35480805987cb70be17b"),
        (b"password", b"salt", 2, "ae4d0c95af6b46d32d0adff928f06dd02a303f8ef3c251dfd6e2d85a95474c43"),
        (b"password", b"salt", 4096, "c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a"),
        (b"pass\0word", b"sa\0lt", 4096, "89b69d0516f829893c696226650a86878c029ac13ee276509d5ae58b6466a724"),
    ):
        assert (await password.derive(word, salt, rounds)).hex() == expected, (word, rounds)


async def test_key_of_the_hash_is_that_of_long_passwords_too():
    # HMAC hashes a key of more than a block (RFC 2104): 65 bytes are the same as their hash.
    import hashlib

    long = b"x" * 65
    assert await password.derive(long, b"s", 3) == await password.derive(
        hashlib.sha256(long).digest(), b"s", 3
    )
    assert await password.derive(b"x" * 64, b"s", 3) != await password.derive(b"x" * 65, b"s", 3)


async def test_other_tasks_run_in_between():
    turns = 0

    async def watch():
        nonlocal turns
        while True:
            await asyncio.sleep_ms(0)
            turns += 1

    task = asyncio.create_task(watch())
    await asyncio.sleep_ms(0)
    await password.derive(b"password", b"salt", 80000)
    task.cancel()
    assert turns >= 10, turns


async def test_only_the_password_is_right():
    device = monitor()
    assert not password.is_set(device.board)
    assert not await password.is_right(device, "correct horse")
    await password.set_password(device, "correct horse")
    assert password.is_set(device.board)
    assert await password.is_right(device, "correct horse")
    for wrong in ("correct horsf", "correct hors", "correct horse ", "Correct horse", ""):
        assert not await password.is_right(device, wrong), wrong


async def test_flash_has_a_hash_with_a_salt_of_its_own_and_the_rounds():
    device = monitor()
    seen = []
    for _ in range(2):
        await password.set_password(device, "correct horse")
        seen.append(read_json(device.board, "secrets.json")["password"])
    assert seen[0]["salt"] != seen[1]["salt"]
    assert seen[0]["hash"] != seen[1]["hash"]
    assert seen[0]["rounds"] == 2000
    assert len(seen[0]["salt"]) == 32
    assert "horse" not in str(seen)


async def test_password_that_is_too_short_or_none_is_refused():
    device = monitor()
    for wrong in ("", "seven77", "x" * 65, None, 12345678, []):
        try:
            await password.set_password(device, wrong)
        except ValueError:
            continue
        raise AssertionError(wrong)
    assert not password.is_set(device.board)


def test_password_has_no_control_characters():
    for given in ("\0" * 8, "longenough\0", "long\nenough", "\x1flong enough"):
        assert password.fault_in(given), repr(given)
    for given in ("long enough", "lang genoeg é", "x" * 64):
        assert password.fault_in(given) is None
