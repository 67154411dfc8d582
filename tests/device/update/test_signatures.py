"""A board accepts a signature if and only if Python's `cryptography` does; OpenSSL has a look at each tenth.

Beside damaged signatures there are signatures of blocks that a careless check would accept, made with the private key.
The suite tries 1,000 cases; with P1_LONG=1 in the environment 10,000.
"""

import hashlib
import json
import random
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from build_tool.signatures import EXPONENT, KEY_BYTES
from simulator import package_keys as keys
from tests.device.storage.conftest import LONG

CASES = 10_000 if LONG else 1000
DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
Case = tuple[bytes, bytes, bytes]  # modulus, signature, digest


def power(block: bytes, name: str = "release") -> bytes:
    """What the private key makes of any block (RFC 8017, 5.1.2, by the two primes)."""
    numbers = keys.private_key(name).private_numbers()
    number = int.from_bytes(block, "big")
    of_p, of_q = pow(number, numbers.dmp1, numbers.p), pow(number, numbers.dmq1, numbers.q)
    return (of_q + (of_p - of_q) * numbers.iqmp % numbers.p * numbers.q).to_bytes(KEY_BYTES, "big")


def sign(digest: bytes) -> bytes:
    return keys.private_key("release").sign(digest, PKCS1v15(), Prehashed(SHA256()))


def padded(tail: bytes, head: bytes = b"\0\1", fill: bytes = b"\xff") -> bytes:
    return head + fill * (KEY_BYTES - len(head) - 1 - len(tail)) + b"\0" + tail


def crafted(digest: bytes) -> list[bytes]:
    """Signatures of blocks that are nearly right; the first one is right."""
    tail = DIGEST_INFO + digest
    good = padded(tail)
    sha1 = bytes.fromhex("3021300906052b0e03021a05000414") + digest[:20]
    no_null = bytes.fromhex("302f300b0609608648016503040201") + b"\x04\x20" + digest
    return [
        power(block)
        for block in (
            good,
            padded(tail, head=b"\0\2"),
            padded(tail, head=b"\0\0"),
            padded(tail, head=b"\1\1"),
            padded(tail, fill=b"\xfe"),
            padded(tail, fill=b"\0"),
            padded(digest),
            padded(sha1),
            padded(no_null),
            padded(DIGEST_INFO[:-1] + b"\x1f" + digest[:31]),
            padded(tail + b"\0"),
            b"\0\1" + b"\xff" * 8 + b"\0" + tail + bytes(KEY_BYTES - 11 - len(tail)),
            b"\0\1\0" + tail + bytes(KEY_BYTES - 3 - len(tail)),
            good[:-1] + bytes([good[-1] ^ 1]),
            good[:5] + b"\xfe" + good[6:],
            tail.rjust(KEY_BYTES, b"\0"),
        )
    ]


@cache
def chosen_cases() -> list[Case]:
    """The same cases for both interpreters."""
    return [case for case, _ in zip(cases(), range(CASES), strict=False)]


def cases() -> Iterator[Case]:
    chance = random.Random(14)
    modulus = keys.modulus()
    n = int.from_bytes(modulus, "big")
    digest = hashlib.sha256(b"a manifest").digest()
    good, *others = crafted(digest)
    yield modulus, good, digest
    for other in others:
        yield modulus, other, digest
    s = int.from_bytes(good, "big")
    for number in (0, 1, n - 1, n, n + 1, n - s, s + n):
        if number < 1 << KEY_BYTES * 8:
            yield modulus, number.to_bytes(KEY_BYTES, "big"), digest
    for wrong in (b"", good[1:], good[:-1], b"\0" + good, good + b"\0", good * 2):
        yield modulus, wrong, digest
    yield keys.modulus("foreign"), good, digest
    yield keys.modulus("foreign"), power(padded(DIGEST_INFO + digest), "foreign"), digest
    while True:
        kind = chance.randrange(4)
        digest = hashlib.sha256(chance.randbytes(4)).digest()
        signature = bytearray(sign(digest))
        if kind == 0:
            signature[chance.randrange(KEY_BYTES)] ^= 1 << chance.randrange(8)
        elif kind == 1:
            digest = digest[:31] + bytes([digest[31] ^ 1 << chance.randrange(8)])
        elif kind == 2:
            block = bytearray(padded(DIGEST_INFO + digest))
            block[chance.randrange(1, KEY_BYTES)] ^= 1 << chance.randrange(8)
            signature = bytearray(power(bytes(block)))
        yield modulus, bytes(signature), digest


def accepted(case: Case) -> bool:
    """What Python's `cryptography` says."""
    modulus, signature, digest = case
    key = RSAPublicNumbers(EXPONENT, int.from_bytes(modulus, "big")).public_key()
    try:
        key.verify(signature, digest, PKCS1v15(), Prehashed(SHA256()))
    except InvalidSignature:
        return False
    return True


def accepted_by_openssl(case: Case, folder: Path) -> bool:
    modulus, signature, digest = case
    key = RSAPublicNumbers(EXPONENT, int.from_bytes(modulus, "big")).public_key()
    (folder / "key.pem").write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    (folder / "signature").write_bytes(signature)
    (folder / "digest").write_bytes(digest)
    command = (
        "openssl pkeyutl -verify -pubin -inkey key.pem -sigfile signature -in digest -pkeyopt digest:sha256"
    )
    done = subprocess.run(command.split(), cwd=folder, capture_output=True, check=False)
    return done.returncode == 0


@pytest.mark.timeout(1800 if LONG else 180)
def test_board_accepts_what_others_accept(on_board: Callable[..., Any], tmp_path: Path) -> None:
    chosen = chosen_cases()
    (tmp_path / "cases.json").write_text(json.dumps([[part.hex() for part in case] for case in chosen]))

    answers = on_board("signatures.py", tmp_path / "cases.json")

    assert answers == [accepted(case) for case in chosen]
    assert 0.1 < sum(answers) / CASES < 0.4
    for case, answer in list(zip(chosen, answers, strict=True))[:: CASES // 100]:
        assert accepted_by_openssl(case, tmp_path) == answer
