"""A Home Assistant in its own process, as a household has it: added by the button, warned in time, in control."""

import asyncio
import json
import urllib.request
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, override

import pytest

from simulator.board import Board, free_port
from simulator.clock import QUARTER_S, parse, quarter_start
from simulator.home_assistant import HomeAssistant
from simulator.meter_history import MeterHistory, Peak
from simulator.p1_port import P1Port
from simulator.scripted_load import ScriptedLoad
from simulator.telegram_source import simulated_meter

# A warning comes 180 s into a quarter, and Home Assistant writes headroom every 10 s of its own time. At this speed,
# 180 s are 18 s, so that headroom is written before the warning.
SPEED = 10
START = parse("2026-11-12T18:10:00")  # minutes before the next quarter, in which the board is added
HISTORY = MeterHistory(
    [11_000_000, 9_000_000], [7_000_000, 3_000_000], Peak(1800, parse("2026-11-04T17:45:00"))
)
AUTOMATION = """\
automation:
  - id: more_room
    alias: More room
    triggers:
      - trigger: p1_monitor.peak_at_risk
        target:
          entity_id: binary_sensor.p1_meter_peak_at_risk
        options:
          behavior: each
    conditions:
      - condition: p1_monitor.headroom_is
        target:
          entity_id: sensor.p1_meter_headroom
        options:
          behavior: any
          threshold:
            type: below
            value:
              number: 0
              unit_of_measurement: kW
    actions:
      - action: number.set_value
        target:
          entity_id: number.p1_meter_peak_target
        data:
          value: 6
"""


class WithAutomation(HomeAssistant):
    """One that has an automation with our trigger, our condition and our number."""

    @override
    def _write_configuration(self) -> None:
        super()._write_configuration()
        with (self.folder / "configuration.yaml").open("a") as file:
            file.write(AUTOMATION)


async def until(condition: Callable[[], Awaitable[Any]], timeout_s: float) -> None:
    async with asyncio.timeout(timeout_s):
        while not await condition():  # noqa: ASYNC110 (a state, of which no event tells here)
            await asyncio.sleep(0.2)


def told(board: Board, path: str) -> dict[str, Any]:
    with urllib.request.urlopen(board.url + path, timeout=10) as reply:
        body: dict[str, Any] = json.loads(reply.read())
    return body


async def add_by_button(home: HomeAssistant, board: Board, button: Path) -> None:
    """What the household does: type the address, choose the button, press it as often as asked, submit."""
    flow = await home._call("POST", "/api/config/config_entries/flow", {"handler": "p1_monitor"})
    path = f"/api/config/config_entries/flow/{flow['flow_id']}"
    menu = await home._call("POST", path, {"host": f"{board.host}:{board.port}"})
    assert menu["step_id"] == "access"
    done = await home._call("POST", path, {"next_step_id": "button"})
    for _ in range(20):
        if done["type"] != "form":
            break
        assert done["step_id"] == "ask", done
        for _ in range(int(done["description_placeholders"]["presses"])):
            await asyncio.to_thread(button.touch)
            await asyncio.sleep(0.03)
            await asyncio.to_thread(button.unlink)
            await asyncio.sleep(0.03)
        # Two seconds of the board are 0.2 s here, so that a slow machine makes a series of its own of a press.
        done = await home._call("POST", path, {})
    assert done["type"] == "create_entry", done


@pytest.mark.timeout(400)
async def test_a_household_is_warned_and_acts(socket_enabled: None, tmp_path: Path) -> None:
    button = tmp_path / "button"
    load = ScriptedLoad(500)
    source = simulated_meter("sagemcom-t211-50217", START, gas=1, water=2, load=load, history=HISTORY)
    async with WithAutomation(tmp_path / "home", port=free_port()) as home:
        await home.wait_ready()
        await home.sign_in()
        with (
            P1Port(source, speed=SPEED) as line,
            Board(
                line, card=tmp_path / "card.img", speed=SPEED, environment={"P1_BUTTON": str(button)}
            ) as board,
        ):
            await add_by_button(home, board, button)

            async def shows(entity_id: str, state: str) -> bool:
                return await home.state(entity_id) == state

            # Telegrams come, and the household sees where the quarter goes.
            await until(lambda: shows("sensor.p1_meter_power", "500"), 60)
            assert await home.state("number.p1_meter_peak_target") == "unknown"

            # The EV begins with the next quarter, and headroom is told before the warning comes: the automation acts.
            load.switch(quarter_start(source.meter.moment) + QUARTER_S, 5000)
            await until(lambda: shows("number.p1_meter_peak_target", "6.0"), 240)
            assert (await asyncio.to_thread(told, board, "api/config"))["capacity"]["target_w"] == 6000
            assert await home.state("event.p1_meter_peak_event") not in (None, "unknown", "unavailable")

            # The board starts anew when it is told to, and all comes back by itself.
            restart = {"entity_id": "button.p1_meter_restart"}
            await home._call("POST", "/api/services/button/press", restart)

            async def is_back() -> bool:
                return board.restarts == 1 and await shows("sensor.p1_meter_power", "5000")

            await until(is_back, 60)
        log = (tmp_path / "home" / "console.log").read_text()
        assert "Detected blocking call" not in log
        assert "custom_components/p1_monitor" not in log  # no traceback of ours
