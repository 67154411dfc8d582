"""Delay from a telegram's last byte to the new state of Home Assistant's power sensor, and the integration's cost.

It uses a real Home Assistant with the integration, the firmware, and a meter whose import changes by more than 100 W
each second, so that the integration must write a state for each telegram at once.
"""

import asyncio
import logging
import statistics
import time
from collections.abc import Iterator
from tempfile import TemporaryDirectory

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST, STATE_UNAVAILABLE
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_test_home_assistant

# Import ours before Home Assistant looks for it, because the test package has a custom_components too.
import custom_components.p1_monitor  # noqa: F401
from benchmarks.figures import BenchmarkError, Figure, percentile
from benchmarks.recorder_rows import HOUR_S, SHORT_S, rows
from benchmarks.twenty_devices import DEVICES, MEASURE_S, cpu_percent
from custom_components.p1_monitor.const import CONF_ORIGINAL, DOMAIN
from simulator.board import Board, BoardError
from simulator.clock import moment
from simulator.p1_port import P1Port
from simulator.scripted_load import ScriptedLoad
from simulator.telegram_source import simulated_meter

INTERPRETER = "micropython"
TELEGRAMS = 60
DEVICE_ID = "0200c3000001"
_RELOAD_S = 20
_START = moment(2026, 1, 15, 18, 7, 0)


def delays_ms(count: int) -> tuple[list[float], float]:
    """Return `count` delays of the sensor's states after their telegram's last byte (ms), and a reload's time (s)."""
    changes = [(_START + second, 400 + second % 2 * 150) for second in range(count * 3 + 30)]
    source = simulated_meter("spec-1.7.1", _START, load=ScriptedLoad(400, changes))
    sent: list[float] = []
    with (
        TemporaryDirectory(prefix="p1-home-assistant-") as folder,
        P1Port(source, on_sent=lambda telegram, at, stamp: sent.append(at)) as line,
        Board(line, compiled=True) as board,
    ):
        while len(sent) < 2:  # the entities depend on the objects in a telegram
            board.check()
            time.sleep(0.1)
        shown, setup_s = asyncio.run(_states(folder, f"{board.host}:{board.port}", count))
    pairs = [(begin, [at for at in shown if abs(at - begin) < 0.5]) for begin in sent]
    return [(after[0] - begin) * 1000 for begin, after in pairs if after], setup_s


async def _states(folder: str, host: str, count: int) -> tuple[list[float], float]:
    """Return the times of `count` changes of the power sensor's state, and the time that a reload takes (s)."""
    shown: list[float] = []
    enough = asyncio.Event()
    async with async_test_home_assistant(config_dir=folder) as hass:
        hass.data.pop(DATA_CUSTOM_COMPONENTS)
        entity_id = await _set_up(hass, host)

        @callback
        def note(event: Event[EventStateChangedData]) -> None:
            if event.data["entity_id"] == entity_id:
                shown.append(time.monotonic())
                if len(shown) >= count:
                    enough.set()

        hass.bus.async_listen("state_changed", note)
        async with asyncio.timeout(count * 2 + 30):
            await enough.wait()
        setup_s = await _reload(hass)
        for entry in hass.config_entries.async_entries(DOMAIN):
            await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_stop(force=True)
    return shown, setup_s


async def _reload(hass: HomeAssistant) -> float:
    """Return the seconds from a reload of the entry until every enabled entity has a state."""
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    enabled = [entity.entity_id for entity in entities if not entity.disabled]
    begin = time.monotonic()
    await hass.config_entries.async_reload(entry.entry_id)
    async with asyncio.timeout(_RELOAD_S):
        while not all(_has_state(hass, entity_id) for entity_id in enabled):  # noqa: ASYNC110 (there is no event for it)
            await asyncio.sleep(0.005)
    return time.monotonic() - begin


def _has_state(hass: HomeAssistant, entity_id: str) -> bool:
    found = hass.states.get(entity_id)
    return found is not None and found.state != STATE_UNAVAILABLE


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


def measure(short: bool = False) -> Iterator[Figure]:
    """Yield the figures of this group. `short` runs all of its code in a few seconds."""
    logging.getLogger("homeassistant.loader").setLevel(logging.ERROR)  # it warns of every custom integration
    try:
        delays, setup_s = delays_ms(3 if short else TELEGRAMS)
        ours, theirs = rows(SHORT_S if short else HOUR_S)
        devices = 2 if short else DEVICES
        busy = cpu_percent(devices, 2 if short else MEASURE_S)
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
    yield Figure(
        key="home_assistant.setup_s",
        value=setup_s,
        unit="s",
        goal=0.5,
        what="from a reload to the last enabled entity with a state",
    )
    yield Figure(
        key="home_assistant.recorder_rows_ratio_homewizard",
        value=ours / theirs,
        unit="times",
        goal=0.75,
        what=f"{ours:,} rows in an hour of a meter with three phases, gas and water",
        peer=f"core's homewizard {theirs:,}",
    )
    yield Figure(
        key="home_assistant.cpu_percent_20_devices",
        value=busy,
        unit="%",
        goal=5,
        what=f"of a core for {devices} devices, above Home Assistant without them",
    )
