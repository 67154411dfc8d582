"""CPU time of Home Assistant for twenty devices, whose recorded live streams another process replays."""

import asyncio
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from tempfile import TemporaryDirectory

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import frame
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_test_home_assistant

from benchmarks import replay_streams
from benchmarks.figures import BenchmarkError
from simulator.board import Board
from simulator.clock import moment
from simulator.p1_port import P1Port
from simulator.telegram_source import simulated_meter

DEVICES = 20
MEASURE_S = 30
_START = moment(2026, 1, 15, 18, 7, 0)


def record(seconds: float) -> bytes:
    """Return the live stream of a device over `seconds`."""
    with (
        P1Port(simulated_meter("sagemcom-t211-50217", _START, gas=1, water=2)) as line,
        Board(line, compiled=True) as board,
    ):
        time.sleep(3)  # its first telegram
        end, stream = time.monotonic() + seconds, b""
        with urllib.request.urlopen(f"{board.url}api/live", timeout=10) as reply:
            while time.monotonic() < end:
                stream += reply.readline()
    return stream[: stream.rindex(b"\n\n") + 2]


def cpu_percent(devices: int, seconds: float) -> float:
    """Return the percentage of one core that `devices` devices add to Home Assistant without them."""
    with TemporaryDirectory(prefix="p1-twenty-") as folder:
        file = Path(folder) / "stream"
        file.write_bytes(record(seconds * 1.5))
        command = [sys.executable, "-m", replay_streams.__name__, str(file), str(devices)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            try:
                assert server.stdout
                ports = [int(server.stdout.readline()) for _ in range(devices)]
                return asyncio.run(_measure(folder, ports, seconds))
            finally:
                server.terminate()


async def _measure(folder: str, ports: list[int], seconds: float) -> float:
    async with async_test_home_assistant(config_dir=folder) as hass:
        hass.data.pop(DATA_CUSTOM_COMPONENTS)
        frame.async_setup(hass)  # the one that ran in this process before has removed it
        await async_setup_component(hass, "network", {})
        idle = await _percent(seconds)
        entries = [
            MockConfigEntry(
                domain="p1_monitor",
                version=3,
                unique_id=replay_streams.device_id(number),
                data={"host": f"127.0.0.1:{port}", "original": False},
            )
            for number, port in enumerate(ports, 1)
        ]
        await asyncio.gather(*(_add(hass, entry) for entry in entries))
        await asyncio.sleep(3)
        busy = await _percent(seconds)
        for entry in entries:
            await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_stop(force=True)
    return busy - idle


async def _add(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    if entry.state is not ConfigEntryState.LOADED:
        raise BenchmarkError(f"a replayed device was not set up: {entry.reason}")


async def _percent(seconds: float) -> float:
    """Return this process's percentage of a core: the median of three spans, because other programs may run."""
    shares = []
    for _ in range(3):
        begin, used = time.monotonic(), time.process_time()
        await asyncio.sleep(seconds / 3)
        shares.append(100 * (time.process_time() - used) / (time.monotonic() - begin))
    return statistics.median(shares)
