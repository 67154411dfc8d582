"""What is built for a board, while others build it too or run from it."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from build_tool import board_folder, bytecode, native_code
from build_tool.boards import BOARDS
from build_tool.package import read_folder, read_package

BUILD = """
import sys
from pathlib import Path
from build_tool import board_folder
board_folder.TARGET = Path(sys.argv[1])
board_folder.build("host")
"""


def test_only_what_is_stale_is_written_and_what_does_not_belong_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board_folder, "TARGET", tmp_path)
    folder, package = board_folder.build("host")
    files = read_folder(folder)
    assert read_package(package).files == files
    before = {path: path.stat() for path in folder.rglob("*.mpy")}

    bytecode.on_board("board.t8_c3", folder).write_bytes(b"of another board")
    (folder / "page" / "main.mpy.1").touch()
    (folder / "main.mpy").unlink()
    board_folder.build("host")

    assert read_folder(folder) == files
    written = {path for path in before if path.stat().st_ino != before[path].st_ino}
    assert written <= {folder / "main.mpy"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["host", package.name]


def test_each_board_has_its_own_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_folder, "TARGET", tmp_path)
    for board in ("t8_c3", "t8_c3", "host"):
        folder, _ = board_folder.build(board)
        assert board.encode() in bytecode.on_board(board_folder.SELECTED, folder).read_bytes()


def test_several_processes_build_at_once(tmp_path: Path) -> None:
    command = [sys.executable, "-c", BUILD, str(tmp_path)]
    processes = [subprocess.Popen(command, cwd=board_folder.ROOT) for _ in range(3)]

    assert [process.wait(timeout=50) for process in processes] == [0, 0, 0]
    (package,) = tmp_path.glob("*.p1")
    assert read_package(package).files == read_folder(tmp_path / "host")


@pytest.mark.parametrize(
    ("board", "numbers"),
    [
        ("t8_c3", {"rv32imc": 11}),
        ("t8_s2", {"xtensawin": 10}),
        ("generic_esp32", {"xtensawin": 10}),
        ("host", {"x64": 2, "x86": 1}),
    ],
)
def test_board_gets_the_native_code_of_its_own_chip_beside_the_bytecode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, board: str, numbers: dict[str, int]
) -> None:
    monkeypatch.setattr(board_folder, "TARGET", tmp_path)
    folder, _ = board_folder.build(board)
    crc = bytecode.on_board("meter.crc", folder)

    assert {path.relative_to(folder) for path in folder.glob("*/*.mpy")} == {
        Path(architecture, crc.name) for architecture in numbers
    }
    for architecture, number in numbers.items():  # MicroPython, py/persistentcode.h
        assert (folder / architecture / crc.name).read_bytes()[:3] == bytes((77, 6, number << 2 | 3))
    assert crc.read_bytes()[:3] == bytes((77, 6, 0))


def test_board_with_an_unknown_chip_gets_bytecode_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BOARDS, "t8_c3", replace(BOARDS["t8_c3"], chip="esp99"))

    assert native_code.architectures("t8_c3") == ()
