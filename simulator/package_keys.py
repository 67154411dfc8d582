"""Keys that sign packages for simulated boards. Each process makes its own keys, and no key is stored."""

from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from build_tool import signatures
from build_tool.package import Package


@cache
def private_key(name: str) -> RSAPrivateKey:
    """Return the private key of this name."""
    return generate_private_key(signatures.EXPONENT, signatures.KEY_BYTES * 8)


def modulus(name: str = "release") -> bytes:
    """Return the modulus of a key, 384 bytes."""
    return signatures.modulus(private_key(name).public_key(), name)


def key_id(name: str = "release") -> str:
    """Return the id of a key, in hexadecimal."""
    return signatures.key_id(modulus(name))


def signed(package: Package, *names: str) -> Package:
    """Return the package signed by these keys, or by the key "release"."""
    for name in names or ("release",):
        package = signatures.sign(package, private_key(name))
    return package


def put_on(flash: Path, *names: str) -> None:
    """Have these keys of releases in a board's flash, or the key "release"."""
    (flash / signatures.KEYS_FILE).write_bytes(b"".join(map(modulus, names or ("release",))))
