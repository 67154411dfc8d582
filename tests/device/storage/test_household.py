"""The whole firmware in a household of many days: a telegram every 10 s, at full speed, while all goes wrong that can.

Clients watch and ask, the Wi-Fi goes, the card is pulled, refuses and returns, the meter's clock is set and set right,
and the tick counter wraps in the first hour. The suite runs two days, without the twelve hours of each in which nothing
goes wrong; with P1_LONG=1 in the environment 400 whole days, or P1_DAYS. P1_BEGIN is another day to begin with: a year
may be lived through in parts.
"""

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from simulator import clock
from simulator.p1_port import P1Port
from simulator.telegram_source import simulated_meter
from tests.device.board.hardware import Hardware
from tests.device.storage.conftest import LONG, format_card
from tests.device.storage.household import Clients, Household, live_through

DAYS = int(os.environ.get("P1_DAYS", "400")) if LONG else 2
DAY_S = clock.DAY_S if LONG else 12 * 3600
BEGIN = clock.parse(os.environ.get("P1_BEGIN", "2026-10-24T10:07:00"))
SPEED = 2000
FULL_SPEED = 20_000
"""Of the line, which waits for a slow reader: as fast as the firmware reads."""
WRAP_S = 3600
TICKS = (1 << 30) - 1000 * WRAP_S
FASTER = """
import asyncio
from gc import collect, mem_alloc
from board import esp32
from storage.recorder import Recorder

class Line(esp32.Line):
    async def read(self, size):
        waiting = self._uart.any()
        await asyncio.sleep_ms(0 if waiting else 1)
        return self._uart.read(size) or b""

def each_second(board, told=[0]):
    if board.clock.uptime_s() - told[0] >= 3600:
        told[0] = board.clock.uptime_s()
        collect()
        print("heap", mem_alloc())

def each_step(self, step=Recorder.each_step):
    for _ in range(10 if self.jobs else 0):
        step(self)

def seconds(self, step=Recorder.each_second):
    for _ in range(5):
        step(self)

esp32.Line = Line
esp32.Board.each_second = each_second
Recorder.each_step = each_step
Recorder.each_second = seconds
"""
"""Lets a line without bytes be looked at again soon, as the clock goes; tells each hour how much memory is in use.
Gives the writer as many turns as on a board: this computer has no time for more than one of the ten steps of a second,
nor for the five seconds of a sample, of which one keeps it and four move what waits."""


@pytest.fixture(autouse=True)
def _sockets_are_allowed(socket_enabled: None) -> None:
    """The clients come over real ones."""


@pytest.mark.timeout(100_000 if LONG else 600)
def test_every_quarter_is_accounted_for_and_nothing_dies(tmp_path: Path):
    seen: set[str] = set()
    source = simulated_meter("iskra-ie5-old", BEGIN)
    line = P1Port(
        source, speed=FULL_SPEED, every_s=10, on_sent=lambda _, __, stamp: seen.add(quarter_of(stamp))
    )
    hardware = Hardware(tmp_path, "micropython32", line=line, speed=SPEED, patience_s=30, ticks=TICKS)
    hardware.break_firmware(FASTER)
    format_card(hardware.world / "card.img", "-F", "32", "-s", "8", size=1 << 30)
    house = Household(hardware, tmp_path / "pulled.img", lambda: source.meter.moment)

    def passed() -> int:
        return source.meter.moment - house.ahead_s

    def check() -> None:
        assert line.error is None
        assert hardware.starts <= 1, hardware.lines[-30:]

    with line, hardware:
        with Clients(hardware.port, passed) as clients:
            live_through(house.events(BEGIN, DAYS, DAY_S), passed, check)
        hardware.wait(lambda: hardware.device()["card"]["waiting_quarters"] == 0, 60)
        line.silence(1 << 40)
        hardware.wait(lambda: hardware.device()["p1"]["telegrams"] == line.sent, 60)
        device, log = hardware.device(), hardware.get("/crashlog.txt")
        lines = [quarter["start"] for quarter in quarters(hardware)]
        files = files_of(hardware, seen)
        days = days_of(hardware, seen)

    closed = seen - {clock.iso(clock.quarter_start(clock.parse(device["clock"]["time"])))}
    missing = closed - set(lines)
    assert [start for start, times in Counter(lines).items() if times > 1] == []
    assert set(lines) == files == closed - missing
    assert days == Counter(start[:10] for start in lines)
    assert device["card"]["lost_quarters"] == len(missing)
    assert [start for start in missing if not house.flash_was_full(clock.parse(start))] == []

    assert device["uptime_s"] > WRAP_S
    assert (hardware.starts, device["crash"]) == (1, None), log
    assert device["wifi"]["ssid"] == "home"
    assert set(clients.replies) <= {200, 503}
    assert clients.events

    heap = [int(text.split()[1]) for text in hardware.lines if text.startswith("heap ")]
    # Medians, because a single hour can be low: it counts what happens to be loaded.
    assert sorted(heap[-12:])[6] <= sorted(heap[:12])[6] + 4096


def quarter_of(stamp: str) -> str:
    """The start of the quarter in which a meter says this, as the device writes it."""
    minute = int(stamp[8:10]) // 15 * 15
    return (
        f"20{stamp[:2]}-{stamp[2:4]}-{stamp[4:6]}T{stamp[6:8]}:{minute:02}:00"
        f"+0{2 if stamp.endswith('S') else 1}:00"
    )


def quarters(hardware: Hardware) -> list[dict[str, Any]]:
    """All quarters that the card has a line of."""
    text = hardware.get("/api/history?from=2026-01-01&to=2031-01-01")
    return [json.loads(line) for line in text.splitlines()]


def files_of(hardware: Hardware, starts: set[str]) -> set[str]:
    """The quarters of these days that the card has a file of."""
    found = set()
    for day in {start[:10] for start in starts}:
        year, month, of_month = day.split("-")
        reply = hardware.get(f"/historic/quarters?year={year}&month={month}&day={of_month}")
        for number in reply.get("quarters", ()):
            quarter = number & 0x7F
            found.add(f"{day}T{quarter // 4:02}:{quarter % 4 * 15:02}:00+0{2 if number & 0x80 else 1}:00")
    return found


def days_of(hardware: Hardware, starts: set[str]) -> dict[str, int]:
    """How many quarters each day has by the line of the day, of which a year is made."""
    return {
        day["day"]: day["quarters"]
        for month in {start[:7] for start in starts}
        for day in hardware.get(f"/api/months/{month}")["days"]
    }
