"""In a Home Assistant of its own process: a telegram each second, and states in their rhythm."""

import asyncio
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from simulator.board import Board, free_port
from simulator.clock import parse
from simulator.home_assistant import HomeAssistant
from simulator.meter_history import MeterHistory, Peak
from simulator.p1_port import P1Port
from simulator.scripted_load import ScriptedLoad
from simulator.telegram_source import simulated_meter

from .entries import entry, keep_entries
from .test_real_home_assistant import until

START = parse("2026-11-12T18:01:00")
# A kilowatt on and off every 15 s.
LOAD = ScriptedLoad(500, [(START + 15 * step, 1500 if step % 2 else 500) for step in range(1, 40)])
HISTORY = MeterHistory(
    [11_000_000, 9_000_000], [7_000_000, 3_000_000], Peak(1800, parse("2026-11-04T17:45:00"))
)
WATCHED_S = 45
ENERGY = "sensor.p1_meter_energy_import"
POWER = "sensor.p1_meter_power"


@dataclass
class Watched:
    """What came, and when: telegrams as (s, W), and the states of an entity as (s, its text)."""

    telegrams: list[tuple[float, int]] = field(default_factory=list)
    states: dict[str, list[tuple[float, str]]] = field(default_factory=lambda: {ENERGY: [], POWER: []})

    def take(self, event: dict[str, Any]) -> None:
        now = monotonic()
        if "quarter" in event:
            self.telegrams.append((now, event["power_import_w"]))
        elif (name := event["data"]["entity_id"]) in self.states:
            self.states[name].append((now, event["data"]["new_state"]["state"]))


async def watch(home: HomeAssistant) -> Watched:
    """Listen for a while, as a dashboard does."""
    watched = Watched()
    async with home.listening(
        {"type": "subscribe_events", "event_type": "state_changed"}, {"type": "p1_monitor/quarter/subscribe"}
    ) as events:
        try:
            async with asyncio.timeout(WATCHED_S):
                async for event in events:
                    watched.take(event)
        except TimeoutError:
            pass
    return watched


@pytest.mark.timeout(300)
async def test_each_second_and_in_its_rhythm(socket_enabled: None, tmp_path: Path) -> None:
    folder = tmp_path / "home"
    source = simulated_meter("sagemcom-t211-50217", START, load=LOAD, history=HISTORY)
    with P1Port(source) as line, Board(line) as board:
        keep_entries(folder, [entry(f"{board.host}:{board.port}")])
        async with HomeAssistant(folder, port=free_port()) as home:
            await home.wait_ready()
            await home.sign_in()

            async def is_loaded() -> bool:
                (found,) = await home.command("config_entries/get", domain="p1_monitor")
                return bool(found["state"] == "loaded")

            await until(is_loaded, 60)
            watched = await watch(home)

    assert len(watched.telegrams) >= WATCHED_S // 2
    gaps = [later - earlier for (earlier, _), (later, _) in pairwise(watched.telegrams)]
    assert sorted(gaps)[len(gaps) // 2] == pytest.approx(1, abs=0.2)

    # A register every 10 s, although each second has another value.
    gaps = [later - earlier for (earlier, _), (later, _) in pairwise(watched.states[ENERGY])]
    assert len(gaps) >= 2
    assert min(gaps) > 8, gaps
    assert sorted(gaps)[(len(gaps) - 1) // 2] == pytest.approx(10, abs=1.5), gaps

    # A kilowatt more or less at once.
    steps = [at for (_, before), (at, after) in pairwise(watched.telegrams) if abs(after - before) >= 100]
    assert len(steps) >= 2
    for at in steps:
        assert min(abs(at - written) for written, _ in watched.states[POWER]) < 0.5
