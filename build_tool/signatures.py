"""Signatures of update packages: RSA with 3072 bits and SHA-256 (RFC 8017, RSASSA-PKCS1-v1_5).

release/keys/ has the public keys of the releases, one PEM file for each key. release/signatures/VERSION.json has the
signatures of a release: {board: {id of the key: signature in Base64}}. Both are text that maintainers commit before the
tag of a release (docs/releasing.md). firmware/update/signature.py checks the signatures on a board.

Every function that needs the package `cryptography` imports it, because most commands work without it.
"""

import base64
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from build_tool.errors import ToolError
from build_tool.package import Package

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

RELEASE = Path(__file__).resolve().parent.parent / "release"
KEY_BYTES = 384
ID_BYTES = 8
KEYS_FILE = "keys.bin"
"""Name of the file with the public keys in a package and on a board: 384 bytes for each key."""

EXPONENT = 65537
_MAX_SIGNATURES = 5  # the file `signatures` has at most 2 KB


def release_keys() -> list[bytes]:
    """Return the moduli of the public keys of the releases, in the order of their file names."""
    return [read_public_key(path) for path in sorted((RELEASE / "keys").glob("*.pem"))]


def read_public_key(path: Path) -> bytes:
    """Return the modulus of a public key in a PEM file: 384 bytes, big-endian. ToolError for any other key."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(path.read_bytes())
    except OSError as error:
        raise ToolError(f"{path} cannot be read: {error.strerror}") from None
    except ValueError:
        raise ToolError(f"{path} is not a public key in PEM format") from None
    if not isinstance(key, RSAPublicKey):
        raise ToolError(f"{path} is not an RSA key")
    return modulus(key, str(path))


def modulus(key: "RSAPublicKey", name: str) -> bytes:
    """Return the modulus of a public key. ToolError if it has not 3072 bits, or if its exponent is not 65537."""
    numbers = key.public_numbers()
    if key.key_size != KEY_BYTES * 8 or numbers.e != EXPONENT:
        raise ToolError(f"{name} is not an RSA key of {KEY_BYTES * 8} bits with the exponent {EXPONENT}")
    return numbers.n.to_bytes(KEY_BYTES, "big")


def key_id(key: bytes) -> str:
    """Return the id of the key with this modulus, in hexadecimal."""
    return hashlib.sha256(key).digest()[:ID_BYTES].hex()


def sign(package: Package, key: "RSAPrivateKey") -> Package:
    """Return the package with a signature of this key. Signatures of other keys stay."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    identity = key_id(modulus(key.public_key(), "the key"))
    signatures = {
        **split(package.signatures),
        identity: key.sign(package.signed_part(), PKCS1v15(), SHA256()),
    }
    if len(signatures) > _MAX_SIGNATURES:
        raise ToolError(f"a package can have at most {_MAX_SIGNATURES} signatures")
    return package.signed(join(signatures))


def split(content: bytes) -> dict[str, bytes]:
    """Return the signatures in the file `signatures` of a package, by the id of the key."""
    size = ID_BYTES + KEY_BYTES
    rows = [content[at : at + size] for at in range(0, len(content), size)]
    return {row[:ID_BYTES].hex(): row[ID_BYTES:] for row in rows}


def join(signatures: dict[str, bytes]) -> bytes:
    """Return the content of the file `signatures`."""
    return b"".join(bytes.fromhex(identity) + signature for identity, signature in sorted(signatures.items()))


def signers(package: Package, keys: list[bytes]) -> list[str]:
    """Return the ids of those keys that have signed the package."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
    from cryptography.hazmat.primitives.hashes import SHA256

    signatures = split(package.signatures)
    found = []
    for key in keys:
        public_key = RSAPublicNumbers(EXPONENT, int.from_bytes(key, "big")).public_key()
        try:
            public_key.verify(signatures.get(key_id(key), b""), package.signed_part(), PKCS1v15(), SHA256())
        except InvalidSignature:
            continue
        found.append(key_id(key))
    return found


def with_stored(package: Package) -> Package:
    """Return the package with those signatures of its release that are of this package, byte for byte.

    A build of changed sources is another package. It has no signature.
    """
    path = _stored(package)
    if not path.exists():
        return package
    stored = json.loads(path.read_text()).get(package.target, {})
    signed = package.signed(join({identity: base64.b64decode(text) for identity, text in stored.items()}))
    valid = signers(signed, release_keys())
    return package.signed(
        join({identity: split(signed.signatures)[identity] for identity in valid}) if valid else b""
    )


def store(package: Package, identity: str) -> Path:
    """Write the signatures of a package to the file of its release. Return the path of this file.

    identity: id of the key that has signed just now. ToolError if the file has signatures by other keys and none of
    them is of this package, because then two computers have built different packages.
    """
    path = _stored(package)
    path.parent.mkdir(parents=True, exist_ok=True)
    boards = json.loads(path.read_text()) if path.exists() else {}
    others = boards.get(package.target, {}).keys() - {identity}
    if others and not others & split(package.signatures).keys():
        raise ToolError(
            f"{path} has a signature of another {package.file_name}: were both built from the same commit? "
            "To sign it again, delete that file"
        )
    boards[package.target] = {
        identity: base64.b64encode(signature).decode()
        for identity, signature in split(package.signatures).items()
    }
    path.write_text(json.dumps(boards, indent=2, sort_keys=True) + "\n")
    return path


def _stored(package: Package) -> Path:
    return RELEASE / "signatures" / f"{package.version}.json"
