"""What is built for each board starts on it."""

import time
from pathlib import Path

import pytest

from build_tool import bytecode
from build_tool.board_folder import build
from build_tool.boards import BOARDS
from tests.device.board.hardware import Hardware


@pytest.mark.parametrize("name", BOARDS)
def test_folder_of_each_board_starts(name: str, tmp_path: Path) -> None:
    folder, package = build(name)
    others = ("board.host", *(f"board.{other}" for other in BOARDS if other != name))
    assert not any(bytecode.on_board(module, folder).exists() for module in others)
    with Hardware(tmp_path, "micropython", board=name, firmware=folder) as hardware:
        end = time.monotonic() + 20
        while not any(line.startswith("ready ") for line in hardware.lines):
            assert time.monotonic() < end, hardware.lines
            time.sleep(0.05)
    assert package.name.endswith(f"-{name}.p1")
    assert f'"board":"{name}"'.encode() in package.read_bytes()[:200]
