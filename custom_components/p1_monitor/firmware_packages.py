"""The firmware packages inside a release of this integration. A clone of the sources has no packages.

The module does not depend on Home Assistant. build_tool/package.py defines the format of a package. The board checks
each file of a package (firmware/update/receive.py). This module checks only the signatures, so that the update entity
can say beforehand whether the board will ask for a press of BOOT.
"""

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256

FOLDER = Path(__file__).parent / "firmware"
_FORMATS = {None: "p1-monitor 1", "romfs": "p1-monitor 2"}  # by the kind of a package
_KEY_BYTES = 384
_ID_BYTES = 8
_EXPONENT = 65537
_DIGITS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmwarePackage:
    """An update package: one version of the firmware for one kind of board.

    build: number that is higher in each release. signed_by: ids of the keys that have signed the package. digest: the
    first digits of the SHA-256 of the signed part, which a board shows while the package waits for BOOT.
    """

    version: str
    board: str
    path: Path
    build: int
    signed_by: frozenset[str]
    digest: str


def bundled_packages(folder: Path = FOLDER) -> dict[str, FirmwarePackage]:
    """Return the packages in a folder as {board: package}.

    The board's name ends in "-romfs" for a package with an image (build_tool/romfs.py). Other files are ignored.
    The function reads the disk and therefore blocks.
    """
    found = (_package(path) for path in sorted(folder.glob("*.p1")))
    return {package.board: package for package in found if package}


def _package(path: Path) -> FirmwarePackage | None:
    content = path.read_bytes()
    try:
        end = content.index(b"]}\n") + 3
        manifest = json.loads(content[:end])
        kind = manifest.get("kind")
        if manifest["format"] != _FORMATS[kind]:
            return None
        lines = content[:end].splitlines(keepends=True)
        signed_part = b"".join(line for line in lines if not line.startswith(b'["signatures",'))
        return FirmwarePackage(
            version=str(manifest["version"]),
            board=f"{manifest['board']}-{kind}" if kind else str(manifest["board"]),
            path=path,
            build=int(manifest.get("build", 0)),
            signed_by=_signers(signed_part, _files(manifest, content, end)),
            digest=sha256(signed_part).hexdigest()[:_DIGITS],
        )
    except ValueError, KeyError, TypeError:
        return None


def _files(manifest: dict[str, Any], content: bytes, at: int) -> dict[str, bytes]:
    """Return the files of a package by name. The content of the files begins at the position `at`."""
    files = {}
    for name, size, _ in manifest["files"]:
        files[name] = content[at : at + size]
        at += size
    return files


def _signers(signed_part: bytes, files: dict[str, bytes]) -> frozenset[str]:
    """Return the ids of the keys that have signed a package.

    The package brings the public keys of its release. A signature by another key, such as the previous key after a
    rotation, cannot be checked here. The board has this key, and checks the signature.
    """
    keys = {_id(key): key for key in _rows(files.get("keys.bin", b""), _KEY_BYTES)}
    found = set()
    for row in _rows(files.get("signatures", b""), _ID_BYTES + _KEY_BYTES):
        identity, signature = row[:_ID_BYTES].hex(), row[_ID_BYTES:]
        if identity not in keys or _is_valid(keys[identity], signature, signed_part):
            found.add(identity)
    return frozenset(found)


def _is_valid(modulus: bytes, signature: bytes, signed_part: bytes) -> bool:
    key = RSAPublicNumbers(_EXPONENT, int.from_bytes(modulus)).public_key()
    try:
        key.verify(signature, signed_part, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def _rows(content: bytes, size: int) -> list[bytes]:
    return [content[at : at + size] for at in range(0, len(content), size)]


def _id(modulus: bytes) -> str:
    return sha256(modulus).digest()[:_ID_BYTES].hex()
