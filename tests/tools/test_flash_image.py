"""scripts/firmware flash --image: the board gets the project's own image of MicroPython, and its owner's files back."""

import os
import struct
import sys
from pathlib import Path

import pytest

from board_tool import flash as flashing
from board_tool.__main__ import main
from build_tool import romfs
from build_tool.board_folder import LOADER
from build_tool.package import Package
from tests.tools.conftest import FakeBoard

OWNERS = {
    "config.json": b'{"wifi": {"ssid": "Thuis", "password": "geheim"}}',
    "secrets.json": b'{"setup_password": "abcdefghjkmn", "tokens": [1]}',
    "wifi.json": b"{}",
    "keys.bin": bytes(range(256)) + bytes(128),
    "own_keys.bin": bytes(384),
    "floor.txt": b"7",
    "spool.bin": os.urandom(2 * 896),
    "lost.json": b"[]",
}
FIRMWARE = {"boot.py": b"#", "main.py": b"1", "slot.py": b"2", "slot.txt": b"b ok\n", "config.json.new": b"{"}
CODE = {"main.mpy": os.urandom(9000), "page/index.html.gz": os.urandom(5000)}
NEW = Package("9.9.9", "t8_c3", {romfs.NAME: romfs.image(CODE)}, architecture="rv32imc")

# Stands in for esptool: it knows one chip, and erases the flash.
ESPTOOL = """
import os, shutil, sys
if "chip-id" in sys.argv:
    print("Detecting chip type... ESP32-C3")
elif "--erase-all" in sys.argv:
    for entry in os.scandir(os.environ["FLASH"]):
        shutil.rmtree(entry) if entry.is_dir() else os.remove(entry)
    sys.exit(os.environ["FAILS"] == "1")
"""


@pytest.fixture
def esptool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "esptool.py").write_text(ESPTOOL)
    monkeypatch.setattr(flashing, "_ESPTOOL", [sys.executable, str(tmp_path / "esptool.py")])
    monkeypatch.setattr(flashing, "KEPT", tmp_path / "kept")
    monkeypatch.setenv("FLASH", str(tmp_path / "flash"))
    monkeypatch.setenv("FAILS", "0")


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    (tmp_path / "image.bin").write_bytes(bytes(0x8000) + row("vfs", 1 << 20) + row("romfs", romfs.PARTITION))
    (tmp_path / "new.p1").write_bytes(NEW.content())
    return ["flash", "--image", str(tmp_path / "image.bin"), "--package", str(tmp_path / "new.p1")]


def row(name: str, size: int) -> bytes:
    """Return a row of ESP-IDF's partition table."""
    return struct.pack("<2sBBII16sI", b"\xaa\x50", 1, 0x8F, 0x200000, size, name.encode(), 0)


def in_use(board: FakeBoard) -> None:
    """Have a firmware in folders and the files of its owner on the board."""
    for name, content in {**OWNERS, **FIRMWARE}.items():
        (board.flash / name).write_bytes(content)
    (board.flash / "b").mkdir()
    (board.flash / "b/main.mpy").write_bytes(b"old")


def test_board_keeps_all_that_its_owner_has(
    board_with_slices: FakeBoard, esptool: None, arguments: list[str], tmp_path: Path
) -> None:
    board = board_with_slices
    in_use(board)

    assert main([*arguments, "--port", board.port]) == 0

    files = {path.name: path.read_bytes() for path in board.flash.iterdir() if path.is_file()}
    del files["restarts"]
    assert files == {
        **OWNERS,
        "main.py": romfs.MAIN.read_bytes(),
        "slot.py": (LOADER / "slot.py").read_bytes(),
        "slot.txt": b"a ok\n",
    }
    assert (tmp_path / "romfs.bin").read_bytes() == romfs.partition({"a": NEW.files[romfs.NAME]})
    assert [path.name for path in (board.flash / "a").iterdir()] == ["manifest.json"]
    assert board.restarts() == 1
    assert not list((tmp_path / "kept").iterdir())


def test_files_stay_on_the_computer_if_the_image_is_not_written(
    board_with_slices: FakeBoard,
    esptool: None,
    arguments: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    in_use(board_with_slices)
    monkeypatch.setenv("FAILS", "1")

    assert main([*arguments, "--port", board_with_slices.port]) == 1

    (copy,) = (tmp_path / "kept").iterdir()
    assert {path.name: path.read_bytes() for path in copy.iterdir()} == OWNERS
    assert copy.stat().st_mode & 0o77 == 0

    monkeypatch.setenv("FAILS", "0")
    assert main([*arguments, "--port", board_with_slices.port, "--files", str(copy)]) == 0
    assert {name: (board_with_slices.flash / name).read_bytes() for name in OWNERS} == OWNERS
    assert not copy.exists()


@pytest.mark.parametrize(
    "content",
    [b"x", bytes(0x8000) + row("romfs", 0x20000) + row("vfs", romfs.PARTITION)],
    ids=["short", "stock"],
)
def test_image_without_the_partition_erases_nothing(
    board: FakeBoard,
    esptool: None,
    arguments: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    content: bytes,
) -> None:
    in_use(board)
    (tmp_path / "image.bin").write_bytes(content)
    assert main([*arguments, "--port", board.port]) == 1
    assert "nothing was changed" in capsys.readouterr().err
    assert {name: (board.flash / name).read_bytes() for name in OWNERS} == OWNERS
    assert not (tmp_path / "kept").exists()


def test_image_of_another_kind_is_noticed(
    board: FakeBoard, esptool: None, arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    in_use(board)
    assert main([*arguments, "--port", board.port]) == 1
    (copy,) = (tmp_path / "kept").iterdir()
    assert str(copy) in capsys.readouterr().err


def test_deploy_takes_the_slice_that_does_not_run(
    board_with_slices: FakeBoard, arguments: list[str], tmp_path: Path
) -> None:
    board = board_with_slices
    (board.flash / "a").mkdir()
    (board.flash / "a/manifest.json").write_text("{}")
    (board.flash / "slot.txt").write_text("a ok\n")
    deploy = ["deploy", "--board", "t8_c3", "--port", board.port, *arguments[3:]]

    assert main(deploy) == 0

    assert (tmp_path / "romfs.bin").read_bytes() == romfs.partition({"b": NEW.files[romfs.NAME]})
    assert (board.flash / "slot.txt").read_text() == "b ok\n"


def test_package_of_the_other_kind_is_refused(
    board_with_slices: FakeBoard, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "files.p1"
    path.write_bytes(Package("9.9.9", "t8_c3", CODE).content())
    deploy = ["deploy", "--board", "t8_c3", "--port", board_with_slices.port, "--package", str(path)]
    assert main(deploy) == 1
    assert "is for boards without code in flash" in capsys.readouterr().err
