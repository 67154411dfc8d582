"""The commands `firmware key` and `firmware sign`: a key of one's own, and the signatures of packages."""

import os
from getpass import getpass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from build_tool import signatures
from build_tool.board_folder import ROOT, build_packages
from build_tool.errors import ToolError
from build_tool.package import read_package
from build_tool.release import released_boards


def make_key(path: Path) -> None:
    """Write a new private key, encrypted by a passphrase, to `path`, and its public key to the same name with .pub.

    ToolError if the file exists already, or if it would be inside this repository.
    """
    path = path.expanduser().resolve()
    if path.is_relative_to(ROOT):
        raise ToolError(f"{path} is inside this repository: keep a private key elsewhere")
    passphrase = getpass("Passphrase for the new key: ")
    if not passphrase:
        raise ToolError("a key needs a passphrase")
    if getpass("The passphrase again: ") != passphrase:
        raise ToolError("the two passphrases differ; no key was made")
    key = generate_private_key(signatures.EXPONENT, signatures.KEY_BYTES * 8)
    encryption = BestAvailableEncryption(passphrase.encode())
    public = path.with_name(path.name + ".pub")
    path.parent.mkdir(parents=True, exist_ok=True)
    if public.exists():
        raise ToolError(f"{public} exists already; no key was made")
    try:
        with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    except FileExistsError:
        raise ToolError(f"{path} exists already; no key was made") from None
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    identity = signatures.key_id(signatures.modulus(key.public_key(), str(path)))
    print(f"key {identity}\nprivate: {path}\npublic:  {public}")


def sign_release(key_path: Path) -> None:
    """Build the packages of all boards, and add signatures by a release key to release/signatures.

    ToolError if the key is not one of release/keys.
    """
    key = _read_key(key_path)
    identity = signatures.key_id(signatures.modulus(key.public_key(), str(key_path)))
    if identity not in map(signatures.key_id, signatures.release_keys()):
        raise ToolError(f"{key_path} is not a key of release/keys")
    for package in (path for board in released_boards() for path in build_packages(board)):
        signed = signatures.sign(read_package(package), key)
        path = signatures.store(signed, identity)
        print(f"{signed.file_name}: signed by {', '.join(signatures.split(signed.signatures))}")
    print(f"commit {path.relative_to(ROOT)} before the tag")


def sign_package(key_path: Path, path: Path) -> None:
    """Add a signature to a package file, for example to an owner's own build."""
    signed = signatures.sign(read_package(path), _read_key(key_path))
    part = path.with_name(path.name + ".part")
    part.write_bytes(signed.content())
    part.replace(path)
    print(f"{path.name}: signed by {', '.join(signatures.split(signed.signatures))}")


def _read_key(path: Path) -> RSAPrivateKey:
    """Return the private key in a PEM file. Ask for its passphrase if it has one."""
    try:
        content = path.expanduser().read_bytes()
    except OSError as error:
        raise ToolError(f"{path} cannot be read: {error.strerror}") from None
    try:
        try:
            key = load_pem_private_key(content, None)
        except TypeError:  # the key is encrypted
            key = load_pem_private_key(content, getpass(f"Passphrase of {path.name}: ").encode())
    except ValueError:
        raise ToolError(f"{path} is not a private key, or the passphrase is wrong") from None
    if not isinstance(key, RSAPrivateKey):
        raise ToolError(f"{path} is not an RSA key")
    return key
