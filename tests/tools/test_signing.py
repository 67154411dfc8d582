"""Keys and signatures by the tool: no private key in the repository, no release without a signature."""

import base64
import json
import stat
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key as generate_ec_key
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from board_tool import signing
from board_tool.__main__ import main
from build_tool import board_folder, release, signatures
from build_tool.board_folder import ROOT
from build_tool.errors import ToolError
from build_tool.package import Package, read_package
from simulator import package_keys
from tests.tools.conftest import FakeBoard

PACKAGE = Package("9.9.9", "t8_c3", {"main.mpy": b"x", "page/a.gz": b"y"}, build=3)
PASSPHRASE = "correct horse"


@pytest.fixture
def passphrase(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the person types, each time that the tool asks."""
    typed = [PASSPHRASE] * 9
    monkeypatch.setattr(signing, "getpass", lambda _: typed.pop(0))
    return typed


@pytest.fixture
def own_key(tmp_path: Path, passphrase: list[str]) -> Path:
    path = tmp_path / "keys" / "own.pem"
    assert main(["key", "--file", str(path)]) == 0
    return path


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder `release` of a repository whose releases are signed by the key "release"."""
    folder = tmp_path / "release"
    (folder / "keys").mkdir(parents=True)
    public = package_keys.private_key("release").public_key()
    (folder / "keys" / "one.pem").write_bytes(
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    monkeypatch.setattr(signatures, "RELEASE", folder)
    return folder


@pytest.fixture
def release_key(tmp_path: Path) -> Path:
    path = tmp_path / "release.pem"
    path.write_bytes(
        package_keys.private_key("release").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return path


def test_own_key_is_encrypted_and_for_its_owner_alone(own_key: Path) -> None:
    assert b"ENCRYPTED" in own_key.read_bytes()
    assert stat.S_IMODE(own_key.stat().st_mode) == 0o600
    assert len(signatures.read_public_key(own_key.with_name("own.pem.pub"))) == signatures.KEY_BYTES


def test_key_is_never_overwritten_nor_made_in_the_repository(
    own_key: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = own_key.read_bytes()
    assert main(["key", "--file", str(own_key)]) == 1
    assert own_key.read_bytes() == before
    assert main(["key", "--file", str(ROOT / "build" / "own.pem")]) == 1
    assert not (ROOT / "build" / "own.pem").exists()
    errors = capsys.readouterr().err
    assert "exists already" in errors
    assert "inside this repository" in errors


def test_passphrases_that_differ_or_are_empty_make_no_key(
    tmp_path: Path, passphrase: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    for typed in ([PASSPHRASE, "other"], [""]):
        passphrase[:] = typed
        assert main(["key", "--file", str(tmp_path / "own.pem")]) == 1
    assert list(tmp_path.iterdir()) == []
    errors = capsys.readouterr().err
    assert "differ" in errors
    assert "needs a passphrase" in errors


def test_own_build_is_signed_by_own_key(own_key: Path, tmp_path: Path) -> None:
    path = tmp_path / "own.p1"
    path.write_bytes(PACKAGE.content())
    assert main(["sign", "--key", str(own_key), "--package", str(path)]) == 0
    signed = read_package(path)
    own = signatures.read_public_key(own_key.with_name("own.pem.pub"))
    assert signatures.signers(signed, [own, package_keys.modulus()]) == [signatures.key_id(own)]
    assert signed.signed(b"") == PACKAGE
    assert main(["sign", "--key", str(own_key), "--package", str(path)]) == 0  # again: nothing more
    assert read_package(path) == signed


@pytest.mark.parametrize(
    ("key", "why"),
    [
        (b"", "is not a private key"),
        (b"-----BEGIN " + b"PRIVATE KEY-----\nx\n", "is not a private key"),
        (None, "cannot be read"),
        ("ec", "is not an RSA key"),
        ("short", "is not an RSA key of 3072 bits"),
    ],
)
def test_other_keys_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], key: bytes | str | None, why: str
) -> None:
    path = tmp_path / "key.pem"
    if key is not None:
        private = {
            "ec": lambda: generate_ec_key(SECP256R1()),
            "short": lambda: generate_private_key(65537, 2048),
        }
        path.write_bytes(
            key
            if isinstance(key, bytes)
            else private[key]().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())  # type: ignore[attr-defined]
        )
    package = tmp_path / "new.p1"
    package.write_bytes(PACKAGE.content())
    assert main(["sign", "--key", str(path), "--package", str(package)]) == 1
    assert why in capsys.readouterr().err
    assert package.read_bytes() == PACKAGE.content()


def test_wrong_passphrase_signs_nothing(
    own_key: Path, tmp_path: Path, passphrase: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    passphrase[:] = ["wrong"]
    package = tmp_path / "new.p1"
    package.write_bytes(PACKAGE.content())
    assert main(["sign", "--key", str(own_key), "--package", str(package)]) == 1
    assert "the passphrase is wrong" in capsys.readouterr().err


def test_release_is_signed_by_files_of_the_repository(
    repository: Path, release_key: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(signing, "ROOT", repository.parent)
    monkeypatch.setattr(board_folder, "TARGET", repository.parent / "boards")
    monkeypatch.setattr(signing, "released_boards", lambda: ["host"])
    monkeypatch.setattr(release, "released_boards", lambda: ["host"])
    monkeypatch.setattr(release, "release", lambda boards: ROOT / "README.md")
    assert main(["release", "--signed"]) == 1
    assert "is not signed by a release key" in capsys.readouterr().err

    assert main(["sign", "--key", str(release_key)]) == 0

    (file,) = (repository / "signatures").iterdir()
    (identity,) = json.loads(file.read_text())["host"]
    assert identity == package_keys.key_id()
    assert main(["release", "--signed"]) == 0


@pytest.mark.usefixtures("repository")
def test_signature_is_of_the_same_bytes_alone() -> None:
    signed = package_keys.signed(PACKAGE)
    signatures.store(signed, package_keys.key_id())
    assert signatures.with_stored(PACKAGE) == signed
    changed = Package("9.9.9", "t8_c3", {**PACKAGE.files, "main.mpy": b"z"}, build=3)
    assert signatures.with_stored(changed) == changed
    assert signatures.with_stored(Package("9.9.9", "t8_s2", PACKAGE.files)).signatures == b""


def test_key_that_is_not_of_the_releases_signs_no_release(
    repository: Path, own_key: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sign", "--key", str(own_key)]) == 1
    assert "is not a key of release/keys" in capsys.readouterr().err
    assert not (repository / "signatures").exists()


def test_stored_signatures_of_two_keys_are_kept(repository: Path) -> None:
    signatures.store(package_keys.signed(PACKAGE, "release", "second"), package_keys.key_id("second"))
    stored = json.loads((repository / "signatures" / "9.9.9.json").read_text())["t8_c3"]
    assert set(stored) == {package_keys.key_id(), package_keys.key_id("second")}
    assert {len(base64.b64decode(text)) for text in stored.values()} == {signatures.KEY_BYTES}


@pytest.mark.usefixtures("repository")
def test_second_signature_of_other_bytes_is_refused() -> None:
    path = signatures.store(package_keys.signed(PACKAGE), package_keys.key_id())
    before = path.read_text()
    other = Package("9.9.9", "t8_c3", {"main.mpy": b"z"}, build=3)
    with pytest.raises(ToolError, match="were both built from the same commit"):
        signatures.store(package_keys.signed(other, "second"), package_keys.key_id("second"))
    assert path.read_text() == before
    signatures.store(package_keys.signed(other), package_keys.key_id())  # the same person signs again


def test_more_signatures_than_a_board_reads_are_refused() -> None:
    with pytest.raises(ToolError, match="at most 5 signatures"):
        package_keys.signed(PACKAGE, *"abcdef")


def test_own_key_goes_onto_the_board_by_cable(board: FakeBoard, own_key: Path, tmp_path: Path) -> None:
    path = tmp_path / "new.p1"
    path.write_bytes(package_keys.signed(PACKAGE).content())
    public = own_key.with_name("own.pem.pub")
    arguments = ["deploy", "--board", "t8_c3", "--port", board.port, "--package", str(path)]
    assert main([*arguments, "--own-key", str(public)]) == 0
    assert (board.flash / "own_keys.bin").read_bytes() == signatures.read_public_key(public)
    assert (board.flash / "a" / "signatures").read_bytes() == package_keys.signed(PACKAGE).signatures


def test_no_private_key_is_in_the_repository() -> None:
    command = ["git", "grep", "--cached", "-lE", "-e", "-----BEGIN [A-Z ]*PRIVATE KEY"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
