"""How soon Home Assistant shows it: from a telegram's last byte to the new state of the power sensor.

A real Home Assistant with the integration set up, a real board's firmware, a meter whose import changes by more than
100 W each second, so that each telegram is to be written at once.
"""

import asyncio
import logging
import statistics
import time
from collections.abc import Iterator
from tempfile import TemporaryDirectory

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_test_home_assistant

# Before Home Assistant looks for it: the test package brings a custom_components of its own.
import custom_components.p1_monitor  # noqa: F401
from benchmarks.figures import BenchmarkError, Figure, percentile
from custom_components.p1_monitor.const import CONF_ORIGINAL, DOMAIN
from simulator import build
from simulator.board import Board, BoardError
from simulator.clock import moment
from simulator.line import Line
from simulator.scripted import ScriptedLoad
from simulator.source import simulated_meter

TELEGRAMS = 60
DEVICE_ID = "0200c3000001"
_START = moment(2026, 1, 15, 18, 7, 0)


def delays_ms() -> list[float]:
    """Milliseconds from the last byte of a telegram until its power is the sensor's state."""
    changes = [(_START + second, 400 + second % 2 * 150) for second in range(TELEGRAMS * 3)]
    source = simulated_meter("spec-1.7.1", _START, load=ScriptedLoad(400, changes))
    sent: list[float] = []
    with (
        TemporaryDirectory(prefix="p1-home-assistant-") as folder,
        Line(source, on_sent=lambda telegram, at, stamp: sent.append(at)) as line,
        Board(line, compiled=True) as board,
    ):
        while len(sent) < 2:  # entities are made of what a telegram has
            board.check()
            time.sleep(0.1)
        shown = asyncio.run(_states(folder, f"{board.host}:{board.port}"))
    pairs = [(begin, [at for at in shown if abs(at - begin) < 0.5]) for begin in sent]
    return [(after[0] - begin) * 1000 for begin, after in pairs if after]


async def _states(folder: str, host: str) -> list[float]:
    """When the power sensor's state changed, so many times."""
    shown: list[float] = []
    enough = asyncio.Event()
    async with async_test_home_assistant(config_dir=folder) as hass:
        hass.data.pop(DATA_CUSTOM_COMPONENTS)
        entity_id = await _set_up(hass, host)

        @callback
        def note(event: Event[EventStateChangedData]) -> None:
            if event.data["entity_id"] == entity_id:
                shown.append(time.monotonic())
                if len(shown) >= TELEGRAMS:
                    enough.set()

        hass.bus.async_listen("state_changed", note)
        async with asyncio.timeout(TELEGRAMS * 2 + 30):
            await enough.wait()
        for entry in hass.config_entries.async_entries(DOMAIN):
            await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_stop(force=True)
    return shown


async def _set_up(hass: HomeAssistant, host: str) -> str:
    entry = MockConfigEntry(
        domain=DOMAIN,
        version=3,
        title="P1 meter",
        unique_id=DEVICE_ID,
        data={CONF_HOST: host, CONF_ORIGINAL: False},
    )
    await async_setup_component(hass, "network", {})
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    if entry.state is not ConfigEntryState.LOADED:
        raise BenchmarkError(f"the integration was not set up: {entry.reason}")
    entity_id = er.async_get(hass).async_get_entity_id("sensor", DOMAIN, f"{DEVICE_ID}_power")
    if entity_id is None:
        raise BenchmarkError("there is no sensor of the power")
    return entity_id


def measure() -> Iterator[Figure]:
    """The figures of this group."""
    build.build()
    logging.getLogger("homeassistant.loader").setLevel(logging.ERROR)  # it warns of every custom integration
    try:
        delays = delays_ms()
    except (BoardError, OSError, TimeoutError) as error:
        raise BenchmarkError(str(error) or "the states did not change") from None
    yield Figure(
        key="home_assistant.state_median_ms",
        value=statistics.median(delays),
        unit="ms",
        what="from a telegram's last byte to the sensor's state",
    )
    yield Figure(
        key="home_assistant.state_p99_ms",
        value=percentile(delays, 99),
        unit="ms",
        goal=150,
        what=f"the slowest but one of 100; {len(delays)} telegrams",
    )
