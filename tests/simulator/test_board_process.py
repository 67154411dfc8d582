"""The board's process, with small programs in the firmware's place."""

import os
import time
from pathlib import Path

import pytest

from simulator.board import Board, BoardError
from simulator.p1_port import P1Port
from simulator.replay import Replay

READER = """
import os, time
line = open(os.getenv("P1_LINE"), "r+b")
line.write(b"1")
print("speed", os.getenv("P1_SPEED"), "id", os.getenv("P1_ID"), "card", os.getenv("P1_CARD"))
print("ready http://%s/" % os.getenv("P1_HTTP"))
while True:
    data = line.read(64)
    if data:
        print("got", data)
    time.sleep(0.01)
"""
TELEGRAM = b"/A\r\n!0000\r\n"


def firmware(folder: Path, text: str) -> Path:
    (folder / "main.py").write_text(text)
    return folder


def check_for(board: Board, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        board.check()
        time.sleep(0.01)


def test_a_board_starts_reads_and_stops(tmp_path: Path) -> None:
    heard: list[str] = []
    with (
        P1Port(Replay([TELEGRAM]), speed=20) as line,
        Board(line, firmware=firmware(tmp_path, READER), speed=20, card="/card", log=heard.append) as board,
    ):
        pid = board.pid
        end = time.monotonic() + 10
        while not any("!0000" in text for text in heard):
            assert time.monotonic() < end
            time.sleep(0.01)
        assert heard[:2] == ["speed 20 id 0200c3000001 card /card", f"ready {board.url}"]

    assert pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert not line.requested


def test_a_board_that_lost_its_power_can_start_again(tmp_path: Path) -> None:
    with (
        P1Port(Replay([TELEGRAM]), speed=20) as line,
        Board(line, firmware=firmware(tmp_path, READER)) as board,
    ):
        first = board.pid
        board.stop()
        assert (board.pid, line.requested) == (None, False)

        board.start()
        assert board.pid != first
        end = time.monotonic() + 30
        while not line.requested:
            assert time.monotonic() < end
            time.sleep(0.01)


def test_firmware_that_does_not_start_is_told_with_its_last_lines(tmp_path: Path) -> None:
    board = Board("/dev/null", firmware=firmware(tmp_path, "print('so far')\nimport nowhere\n"))

    with pytest.raises(
        BoardError, match=r"(?s)ended unexpectedly with status 1.*so far.*no module named 'nowhere'"
    ):
        board.start()
    assert board.pid is None


def test_firmware_that_is_never_ready_is_told(tmp_path: Path) -> None:
    board = Board("/dev/null", firmware=firmware(tmp_path, "import time\nprint('hm')\ntime.sleep(30)\n"))

    with pytest.raises(BoardError, match=r"(?s)not ready after 3 s.*hm"):
        board.start(timeout_s=3)


def test_firmware_that_dies_later_is_told(tmp_path: Path) -> None:
    program = (
        "import os, time\nprint('ready http://x/')\n"
        "while 'die' not in os.listdir(os.getenv('P1_FLASH')):\n time.sleep(0.01)\n"
        "raise SystemExit(5)\n"
    )
    with Board("/dev/null", firmware=firmware(tmp_path, program), flash=tmp_path) as board:
        board.check()
        (tmp_path / "die").touch()
        with pytest.raises(BoardError, match="ended unexpectedly with status 5"):
            check_for(board, 10)


def test_firmware_that_restarts_its_board_is_started_again(tmp_path: Path) -> None:
    program = (
        "import os\nprint('ready http://x/')\n"
        "try:\n os.stat(os.getenv('P1_FLASH') + '/once')\n"
        "except OSError:\n open(os.getenv('P1_FLASH') + '/once', 'w').close()\n raise SystemExit(3)\n"
        "print('again')\nimport time\ntime.sleep(30)\n"
    )
    with Board("/dev/null", firmware=firmware(tmp_path, program)) as board:
        end = time.monotonic() + 10
        while "again" not in list(board.lines):
            assert time.monotonic() < end
            board.check()
            time.sleep(0.01)
        assert board.restarts == 1


def test_a_board_starts_from_its_flash(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("import os, time\nprint('ready', os.getcwd())\ntime.sleep(30)\n")
    with Board("/dev/null", flash=tmp_path, loader=True) as board:
        assert board.lines[0] == f"ready {tmp_path}"
