"""What the supervisor and the watchdog make of faults, and what a start knows of the one before."""

import json

import pytest

from build_tool.board_folder import ROOT
from build_tool.package import version
from simulator.clock import moment
from tests.device.board.conftest import SwitchOn

VERSION = version(ROOT)
EVENING = moment(2026, 11, 12, 18, 3)
FAILS_ONCE = """
from meter import reader
_read = reader.Reader._read
async def fails(self, beat):
    reader.Reader._read = _read
    raise ValueError("hunter2")
reader.Reader._read = fails
"""
HANGS = """
import asyncio
from meter import reader
async def hangs(self, beat):
    if reset_once:
        await asyncio.Event().wait()
    await read(self, beat)
read, reader.Reader._read = reader.Reader._read, hangs
import machine
reset_once = machine.reset_cause() == 1
"""
BLOCKS = """
import machine
from meter import reader
if machine.reset_cause() == 1:
    async def blocks(self, beat):
        while True:
            pass
    reader.Reader._read = blocks
"""
FAILS_TO_START = """
import machine
from api import live
def fails(*_):
    raise KeyError("wifi password")
if machine.reset_cause() == 1:
    live.Live.__init__ = fails
"""
REQUEST_FAILS = """
from api import documents
def fails(*_):
    raise KeyError("hunter2")
documents.quarter = fails
"""
PART_FAILS = """
from meter import reader
def fails(self):
    raise ValueError
reader.Reader.each_second = fails
"""


def test_task_that_fails_is_started_again_and_reported_without_secrets(power: SwitchOn) -> None:
    hardware = power(meter=EVENING)
    hardware.break_firmware(FAILS_ONCE)
    with hardware:
        hardware.wait(lambda: hardware.device()["p1"]["telegrams"] > 3)
        crash = hardware.device()["crash"]
        log = hardware.get("/crashlog.txt")

        assert crash.endswith(f"s after the start of {VERSION}: reader: ValueError")
        assert "The newest crash" in log
        assert "File" in log
        assert "hunter2" not in log + crash + "".join(hardware.lines)
        assert hardware.starts == 1


def test_request_that_fails_costs_itself_and_is_reported_without_secrets(power: SwitchOn) -> None:
    hardware = power(meter=EVENING)
    hardware.break_firmware(REQUEST_FAILS)
    with hardware:
        hardware.wait(hardware.device)
        with pytest.raises(ConnectionError):
            hardware.get("/api/quarter")
        crash = hardware.device()["crash"]
        log = hardware.get("/crashlog.txt")

        assert crash.endswith(f"s after the start of {VERSION}: request: KeyError")
        assert "in _serve" in log
        assert "hunter2" not in log + crash + "".join(hardware.lines)
        assert hardware.starts == 1


def test_task_that_waits_for_ever_starves_the_watchdog(power: SwitchOn) -> None:
    hardware = power(meter=EVENING, speed=20)
    hardware.break_firmware(HANGS)
    with hardware:
        hardware.wait(lambda: hardware.starts == 2)
        device = hardware.wait(hardware.device)

        assert device["reset_cause"] == "watchdog"
        assert device["crash"].endswith(f"after the start of {VERSION}: reader hangs")
        hardware.wait(lambda: hardware.device()["p1"]["telegrams"] > 3)


def test_code_that_never_yields_starves_the_watchdog(power: SwitchOn) -> None:
    hardware = power(meter=EVENING, speed=20)
    hardware.break_firmware(BLOCKS)
    with hardware:
        hardware.wait(lambda: hardware.starts == 2)

        assert hardware.wait(hardware.device)["reset_cause"] == "watchdog"
        hardware.wait(lambda: hardware.device()["p1"]["telegrams"] > 3)


def test_watchdog_is_fed_while_all_is_well(power: SwitchOn) -> None:
    with power(meter=EVENING, speed=20) as hardware:
        hardware.wait(lambda: hardware.device()["uptime_s"] > 60)

        assert hardware.starts == 1
        assert (hardware.world / "fed").read_text() == "30000\n"


def test_part_that_fails_each_second_stops_no_other(power: SwitchOn) -> None:
    hardware = power(speed=20)
    hardware.break_firmware(PART_FAILS)
    with hardware:
        hardware.wait(lambda: hardware.device()["uptime_s"] > 40)

        assert hardware.starts == 1
        assert hardware.get("/crashlog.txt").count("timer: ValueError") < 5  # not once a second


def test_start_that_fails_is_tried_again_and_its_report_moves_to_flash_after_a_minute(
    power: SwitchOn,
) -> None:
    hardware = power(speed=20)
    hardware.break_firmware(FAILS_TO_START)
    with hardware:
        hardware.wait(lambda: hardware.starts == 2)
        device = hardware.wait(hardware.device)
        crash = device["crash"]
        file = hardware.flash / "crash.json"
        assert device["reset_cause"] == "watchdog"
        assert crash.endswith("start: KeyError")
        assert not file.exists()

        hardware.wait(file.exists)
        assert hardware.device()["uptime_s"] >= 59
        assert json.loads(file.read_text())["report"].startswith(crash)
    hardware.break_firmware("")
    with hardware:  # power was off: what stood in memory is gone
        assert hardware.wait(hardware.device)["crash"] == crash
        assert crash in hardware.get("/crashlog.txt")


def test_rubbish_in_memory_after_power_off_is_no_crash(power: SwitchOn) -> None:
    hardware = power()
    with hardware.switch_on(memory=bytes(768) + b"P1\x00\x00rubbish"):
        assert hardware.wait(hardware.device)["crash"] is None
