"""A board on a pseudo-terminal: a real MicroPython behind it, a folder as its flash."""

import os
import pty
import subprocess
import sys
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from build_tool import bytecode, romfs
from simulator.interpreters import MICROPYTHON32, NO_MICROPYTHON32, is_like_board

MICROPYTHON = Path(sys.executable).with_name("micropython")
RAW_REPL = Path(__file__).parent / "on_board" / "raw_repl.py"


@dataclass
class FakeBoard:
    port: str
    flash: Path
    end: int
    """The board's end of the cable."""

    def restarts(self) -> int:
        """How often it has reset, once it has: the tool leaves before the board has done what it was told."""
        path = self.flash / "restarts"
        end = time.monotonic() + 5
        while not (path.exists() and path.stat().st_size) and time.monotonic() < end:
            time.sleep(0.01)
        return len(path.read_text()) if path.exists() else 0


@pytest.fixture(autouse=True)
def _sockets_are_allowed(socket_enabled: None) -> None:
    """Home Assistant's test plugin forbids sockets to every test; these start processes with them."""


@pytest.fixture
def board(tmp_path: Path) -> Iterator[FakeBoard]:
    with fake_board(tmp_path, MICROPYTHON) as board:
        yield board


@pytest.fixture
def board_with_slices(tmp_path: Path) -> Iterator[FakeBoard]:
    """A board with the project's own image of MicroPython. Its partition is the file romfs.bin beside its flash."""
    if not MICROPYTHON32.exists() or not is_like_board(MICROPYTHON32):
        pytest.skip(NO_MICROPYTHON32)
    (tmp_path / "romfs.bin").write_bytes(romfs.partition({}))
    with fake_board(tmp_path, MICROPYTHON32, ROMFS=str(tmp_path / "romfs.bin")) as board:
        yield board


@contextmanager
def fake_board(folder: Path, micropython: Path, **environment: str) -> Iterator[FakeBoard]:
    flash = folder / "flash"
    flash.mkdir()
    master, slave = pty.openpty()
    tty.setraw(slave)
    bytecode.build()
    process = subprocess.Popen(
        [str(micropython), str(RAW_REPL)],
        cwd=flash,
        env={**os.environ, "MICROPYPATH": f"{bytecode.SHORT}:.frozen", **environment},
        stdin=master,
        stdout=master,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield FakeBoard(os.ttyname(slave), flash, master)
    finally:
        process.kill()
        process.wait()
        os.close(master)
        os.close(slave)
