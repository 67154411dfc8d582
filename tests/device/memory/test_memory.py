"""What the firmware takes of a board's memory: the code that stays, the names, and an hour in which all is done."""

import os
import re
import subprocess
import urllib.request
from pathlib import Path

import pytest

from benchmarks import day, resident
from benchmarks.heap import KIB
from build_tool import bytecode, short_names
from simulator.clock import moment
from simulator.interpreters import MICROPYTHON32, NO_MICROPYTHON32
from simulator.p1_port import P1Port
from simulator.telegram_source import simulated_meter
from tests.device.board.hardware import COMPILED, Hardware

NAMES = 540  # of 620, above which the table of names takes 4.5 KB more (MicroPython, py/qstr.c)
TELL_MODULES = """
from board import esp32
def told(self):
    print("modules", *sys.modules)
esp32.Board.each_second = told
"""


@pytest.fixture(autouse=True)
def _sockets_are_allowed(socket_enabled: None) -> None:
    """Home Assistant's test plugin forbids sockets to every test; the board has one."""


@pytest.fixture(autouse=True)
def _built() -> None:
    bytecode.build()


@pytest.fixture
def small() -> None:
    """For what only a 32-bit MicroPython shows."""
    if not MICROPYTHON32.exists():
        pytest.skip(NO_MICROPYTHON32)


def test_code_that_stays_fits() -> None:
    assert sum(resident.resident().values()) <= 31 * KIB, (
        "docs/memory.md: does a module that is loaded on demand import another one?"
    )


def test_page_tells_what_the_build_has() -> None:
    told = resident.documented()
    for name, sizes in resident.tables().items():
        assert set(told[name]) == set(sizes), f"docs/memory.md, {name}: bring it up to date by scripts/memory"
        for module, size in sizes.items():
            assert abs(told[name][module] - size) <= max(100, size // 8), (
                f"{module}: bring it up by scripts/memory"
            )


def test_code_that_stays_is_what_a_board_has_in_memory(tmp_path: Path) -> None:
    with P1Port(simulated_meter(start=moment(2026, 11, 12, 18, 3))) as line:
        hardware = Hardware(tmp_path, "micropython", line=line)
        hardware.break_firmware(TELL_MODULES)
        with hardware:
            hardware.wait(lambda: hardware.device()["p1"]["telegrams"] > 3)
            for path in ("/", "/api/config", "/api/log", "/crashlog.txt", "/historic/years", "/update"):
                with urllib.request.urlopen(f"http://127.0.0.1:{hardware.port}{path}", timeout=5) as reply:
                    reply.read()
            told = len(hardware.lines)
            newest = hardware.wait(
                lambda: [line for line in hardware.lines[told:] if line.startswith("modules ")]
            )[-1]

    full = {short: name for name, short in short_names.of_firmware().modules.items()}
    ours = {full[name] for name in newest.split()[1:] if name in full}
    assert ours == resident.resident().keys() - {"net.wifi", "net.ssdp"}


@pytest.mark.usefixtures("small")
def test_names_fit_their_table(tmp_path: Path) -> None:
    """Each name that was ever loaded stays; those of the stand-ins a board has in its ROM."""
    Hardware(tmp_path, "micropython32")  # compiles the stand-ins
    apart = {"main", "app", "board.selected"}  # would start it, or are of this computer
    short = short_names.of_firmware().modules
    modules = [short[name] for name in (*resident.resident(), *resident.on_demand()) if name not in apart]
    code = f"""
import sys, micropython, machine, network, esp32
micropython.qstr_info()
for name in {modules}: __import__(name)
micropython.qstr_info()
"""
    output = subprocess.run(
        [MICROPYTHON32, "-c", code],
        cwd=bytecode.SHORT,
        env={**os.environ, "MICROPYPATH": f":{COMPILED}:.frozen", "STANDIN_WORLD": str(tmp_path / "world")},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    before, after = map(int, re.findall(r"n_qstr=(\d+)", output))
    assert after - before < NAMES


@pytest.mark.usefixtures("small")
@pytest.mark.timeout(180)
def test_hour_of_everything_passes_in_little_memory() -> None:
    run = day.play(122 * KIB, day.firmware(), hours=1)
    assert not run.problem
    assert run.passed, "\n".join(line for line in run.log if not line.startswith("memory "))
