"""Native code on a board: used where it works. Whatever is wrong with it, the board starts and reads its meter."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from build_tool import board_folder, bytecode, native_code, short_names
from simulator.clock import moment
from tests.device.board.conftest import SwitchOn
from tests.device.board.hardware import INTERPRETERS, Hardware

EVENING = moment(2026, 11, 12, 18, 3)
CRC = short_names.of_firmware().modules["meter.crc"]
TELL_FORM = """
from board import esp32
def told(self):
    print("the CRC is of", sys.modules["meter.crc"].__name__)
esp32.Board.each_second = told
"""
WRONG_CRC = """
import micropython
@micropython.viper
def crc16_to_mark(data, at: int, crc: int) -> int:
    return 0
"""

type Change = Callable[[Path], None]
type Start = Callable[[Change], Hardware]


@pytest.fixture
def architecture(interpreter: str) -> str:
    """Whose native code this interpreter runs."""
    bytecode.build()
    done = subprocess.run(
        [
            *INTERPRETERS[interpreter],
            "-c",
            "from overlay import load; print(load('native_code').crc().__name__)",
        ],
        env={"MICROPYPATH": f"{bytecode.TARGET}:.frozen"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout.partition(".")[0]


@pytest.fixture
def start(power: SwitchOn, architecture: str, tmp_path: Path) -> Start:
    """Switches on a board whose file of native code was changed before."""

    def switch_on(change: Change) -> Hardware:
        firmware = tmp_path / "firmware"
        shutil.copytree(board_folder.build("t8_c3")[0], firmware)
        own = bytecode.on_board("meter.crc", firmware / architecture)
        shutil.copytree(bytecode.SHORT / architecture, own.parent, dirs_exist_ok=True)
        change(own)
        hardware = power(meter=EVENING, firmware=firmware)
        hardware.break_firmware(TELL_FORM)
        return hardware.switch_on()

    return switch_on


def form(hardware: Hardware) -> str:
    """Return the module that computes the CRC, once the board has read telegrams, all of which were good."""
    hardware.wait(lambda: hardware.device()["p1"]["telegrams"] >= 3, 30)
    assert hardware.device()["p1"]["crc_errors"] == 0
    told = hardware.wait(lambda: [line for line in hardware.lines if line.startswith("the CRC is of ")])
    return str(told[-1].rpartition(" ")[2])


def unchanged(own: Path) -> None:
    """Leave the file as the build made it."""


def foreign(own: Path) -> None:
    other = next(name for name in native_code.ARCHITECTURES if name != own.parent.name)
    shutil.copy(bytecode.SHORT / other / own.name, own)


def cut_to(size: int) -> Change:
    return lambda own: os.truncate(own, size)


def replaced_by(text: str) -> Change:
    """Return a function that puts native code with a wrong CRC, which begins with this source, in place of a file."""
    names = short_names.of_firmware()
    source = names.rename(text + WRONG_CRC, names.by_module["meter.crc"])
    return lambda own: bytecode.compile_text(source, own, own.stem, own.parent.name)


def test_native_code_is_used(start: Start, architecture: str) -> None:
    hardware = start(unchanged)

    assert form(hardware) == f"{architecture}.{CRC}"
    assert hardware.starts == 1
    assert "Native code" not in hardware.get("/api/log") + hardware.get("/crashlog.txt")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        pytest.param(foreign, "ValueError", id="foreign"),
        pytest.param(cut_to(0), "ValueError", id="empty"),
        pytest.param(replaced_by(""), "ValueError", id="wrong CRC"),
        pytest.param(replaced_by("raise MemoryError\n"), "MemoryError", id="no memory"),
    ],
)
def test_native_code_that_does_not_work_leaves_the_bytecode(start: Start, change: Change, error: str) -> None:
    hardware = start(change)

    assert form(hardware) == CRC
    assert hardware.starts == 1
    assert f"Native code does not work: {error}" in hardware.get("/api/log")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(replaced_by("import machine\nmachine.reset()\n"), id="resets"),
        pytest.param(cut_to(100), id="hangs"),  # MicroPython never stops to read such a file
    ],
)
def test_native_code_that_stops_a_start_is_tried_once(start: Start, change: Change) -> None:
    hardware = start(change)

    assert form(hardware) == CRC
    assert hardware.starts == 2
    assert "Native code stopped a start" in hardware.get("/crashlog.txt")

    hardware.wait(lambda: (hardware.flash / "crash.json").exists(), 30)
    hardware.switch_off()
    hardware.lines.clear()
    hardware.switch_on()
    assert form(hardware) == CRC
    assert hardware.starts == 3
