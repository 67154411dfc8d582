"""From the bytes of a meter to Home Assistant, over the real line, firmware, card and network."""

import asyncio
import json
import shutil
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from simulator.board import ROOT, Board
from simulator.clock import parse
from simulator.interpreters import MICROPYTHON, MICROPYTHON32
from simulator.meter_history import MeterHistory, Peak
from simulator.p1_port import P1Port
from simulator.scripted_load import ScriptedLoad
from simulator.telegram_source import simulated_meter

from .conftest import Home

# Over a whole quarter, after ten minutes in which Home Assistant adds the board:
# 500 W, 3.6 kW from 18:03, and 1.2 kW to the grid from 18:12:30.
START = parse("2026-11-12T17:49:40")
LOAD = ScriptedLoad(
    500,
    [(parse("2026-11-12T18:03:00"), 3600), (parse("2026-11-12T18:12:30"), -1200)],
    gas_ml_s=20,
    water_ml_s=40,
)
# (180 s at 500 W + 570 s at 3600 W) / 900 s
AVERAGE_W = 2380
HISTORY = MeterHistory(
    [11_000_000, 9_000_000], [7_000_000, 3_000_000], Peak(1800, parse("2026-11-04T17:45:00"))
)


def fetch(board: Board, path: str) -> bytes:
    with urllib.request.urlopen(board.url + path.lstrip("/"), timeout=10) as reply:
        body: bytes = reply.read()
    return body


def peaks_with_file(board: Board) -> Any:
    """What the board says of its peaks, once the running one is on its card."""
    end = time.monotonic() + 20
    while not (peaks := json.loads(fetch(board, "api/peaks")))["running"]["file"]:
        assert time.monotonic() < end, peaks
        time.sleep(0.05)
    return peaks


def read_card(image: Path, path: str) -> bytes:
    """A file of a card, as a PC would read it: by another FAT driver than the board's own run."""
    program = (
        "import sys, vfs; sys.path.insert(0, 'firmware'); from board.host import Image;"
        f"vfs.mount(vfs.VfsFat(Image(open({str(image)!r}, 'r+b'))), '/card');"
        f"sys.stdout.write(open('/card{path}').read())"
    )
    return subprocess.run(
        [MICROPYTHON, "-c", program], cwd=ROOT, capture_output=True, check=True, timeout=20
    ).stdout


async def test_a_quarter_goes_from_the_meter_to_card_and_home_assistant(home: Home, tmp_path: Path) -> None:
    small = MICROPYTHON32.exists()  # as on the board, where that can be
    card = tmp_path / "card.img"
    source = simulated_meter("sagemcom-t211-50217", START, gas=1, water=2, load=LOAD, history=HISTORY)
    with (
        P1Port(source, speed=60) as line,
        Board(
            line, card=card, speed=60, small=small, compiled=small, heapsize="128k" if small else None
        ) as board,
    ):
        await home.add(board.url)
        await home.write_every_second()

        # The running quarter: what is drawn, where it ends, what may still be used.
        await home.until(
            lambda: home.state("power") == "3600" and home.state("peak_at_risk", "binary_sensor") == "on",
            timeout_s=60,
        )
        assert home.state("peak_unavoidable", "binary_sensor") == "off"
        assert float(home.state("projected_demand") or 0) == pytest.approx(2.98, abs=0.02)
        assert float(home.state("peak_month") or 0) == 1.8

        # Its end: in Home Assistant, on the card and over HTTP the same quarter.
        await home.until(lambda: float(home.state("peak_month") or 0) == AVERAGE_W / 1000, timeout_s=40)
        assert home.state("peak_month_time") == "2026-11-12T17:15:00+00:00"
        assert home.state("power") == "-1200"
        assert home.state("peak_at_risk", "binary_sensor") == "off"
        file = "/meter/2026/11/12/1800W.json"
        peaks = await asyncio.to_thread(peaks_with_file, board)
        stored = await asyncio.to_thread(fetch, board, file)
        reading = json.loads(await asyncio.to_thread(fetch, board, "api/reading"))

        # Registers and the meters behind this one.
        assert reading["energy_import_kwh"] == pytest.approx(20_000.681, abs=0.01)
        await home.until(lambda: float(home.state("energy_import") or 0) > 20_000.67)
        assert float(home.state("energy_export") or 0) > 10_000
        assert 0 < home.reading_of("sensor.gas_meter") < home.reading_of("sensor.water_meter")
    shutil.copy(card, tmp_path / "pulled.img")
    assert read_card(tmp_path / "pulled.img", file) == stored

    quarter = json.loads(stored)
    assert quarter["quarter_id"] == 26 << 24 | 11 << 16 | 12 << 8 | 18 * 4
    # At this speed a computer that stalls for half a second misses 30 telegrams, perhaps the quarter's last.
    assert quarter["consumed_power_avg"] == pytest.approx(AVERAGE_W, abs=120)
    imported, exported = (quarter[f"{name}_power_interval_avgs"] for name in ("consumed", "produced"))
    assert (len(imported), len(exported)) == (180, 180)
    assert set(imported[:36]) - {None} == {500}
    assert set(imported[37:150]) - {None} == {3600}
    assert set(exported[151:]) - {None} == {-1200}
    assert peaks["running"] == {
        "month": "2026-11",
        "power_w": AVERAGE_W,
        "start": "2026-11-12T18:00:00+01:00",
        "end": "2026-11-12T18:15:00+01:00",
        "file": file,
        "source": "meter",
    }
