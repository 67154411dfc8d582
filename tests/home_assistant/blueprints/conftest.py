"""Home Assistant with our blueprints imported, and a clock that the test moves."""

import asyncio
import logging
import shutil
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import CoreState, HomeAssistant, ServiceCall, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import (  # type: ignore[import-untyped]
    MockConfigEntry,
    async_fire_time_changed,
)

# Imported here, or Home Assistant takes the built-in integration of our name.
from custom_components.p1_monitor.const import DOMAIN

BLUEPRINTS = Path(__file__).parents[3] / "blueprints"
AT_RISK = "binary_sensor.p1_meter_peak_at_risk"
HEADROOM = "sensor.p1_meter_headroom"
PROJECTED = "sensor.p1_meter_projected_demand"
START = datetime(2026, 1, 15, 17, 2, tzinfo=UTC)


class House:
    """Home Assistant's clock, and what the meter says to it every 10 s."""

    def __init__(self, hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
        self.hass = hass
        self.freezer = freezer
        self.headroom_w: Callable[[], int | None] = lambda: 0
        self.unit = "W"
        self.begin(START)

    def begin(self, now: datetime) -> None:
        """Have this moment."""
        self.now = now
        self.freezer.move_to(now)

    async def run(self, seconds: float, step: float = 10) -> None:
        """Let time go by; the headroom is told every `step` seconds, None is not."""
        for _ in range(round(seconds / step)):
            await self.step(step)

    async def step(self, step: float = 10) -> None:
        self.now += timedelta(seconds=step)
        self.freezer.move_to(self.now)
        headroom_w = self.headroom_w()
        if headroom_w is not None:
            self.tell(headroom_w)
        async_fire_time_changed(self.hass, self.now)
        await settle()

    def tell(self, headroom_w: int | str) -> None:
        """Write the headroom, as the sensor does in the unit that the owner chose."""
        shown = headroom_w / 1000 if self.unit == "kW" and isinstance(headroom_w, int) else headroom_w
        self.hass.states.async_set(HEADROOM, str(shown), {"unit_of_measurement": self.unit})

    async def automate(self, blueprint: str, **inputs: Any) -> None:
        """Make an automation of a blueprint."""
        use = {"use_blueprint": {"path": f"p1_monitor/{blueprint}.yaml", "input": inputs}}
        assert await async_setup_component(
            self.hass, "automation", {"automation": {"id": "p1", "alias": "P1", **use}}
        )
        await self.hass.async_block_till_done()
        found = self.hass.states.get("automation.p1")
        assert found
        assert found.state == "on"

    async def automate_at_start(self, blueprint: str, **inputs: Any) -> None:
        """Start Home Assistant with an automation of a blueprint: it wakes when all else is there."""
        self.hass.set_state(CoreState.not_running)
        await self.automate(blueprint, **inputs)
        await self.hass.async_start()
        await settle()

    def state(self, entity_id: str) -> str:
        found = self.hass.states.get(entity_id)
        assert found, entity_id
        return found.state

    def collect(self, domain: str, service: str) -> list[ServiceCall]:
        """The calls of an action from now on, which then does nothing else."""
        calls: list[ServiceCall] = []

        @callback
        def note(call: ServiceCall) -> None:
            calls.append(call)

        self.hass.services.async_register(domain, service, note)
        return calls


async def settle() -> None:
    """Let all happen that is due; an automation may go on waiting for its time."""
    for _ in range(60):
        await asyncio.sleep(0)


@pytest.fixture
async def house(hass: HomeAssistant, freezer: FrozenDateTimeFactory, tmp_path: Path) -> AsyncIterator[House]:
    hass.loop.set_debug(False)  # a stack for each callback of thousands of steps takes as long as these do
    logging.getLogger("homeassistant").setLevel(logging.WARNING)  # formats lines for each event and each run
    shutil.copytree(BLUEPRINTS, tmp_path / "blueprints")
    hass.config.config_dir = str(tmp_path)
    assert await async_setup_component(hass, "homeassistant", {})
    yield House(hass, freezer)
    if hass.states.get("automation.p1"):
        await hass.services.async_call(
            "automation", "turn_off", {"entity_id": "automation.p1"}, blocking=True
        )


@pytest.fixture
async def sent(hass: HomeAssistant, house: House, enable_custom_integrations: None) -> list[ServiceCall]:
    """What the phone "Anna's phone" gets."""
    assert await async_setup_component(hass, DOMAIN, {})
    er.async_get(hass).async_get_or_create(
        "binary_sensor",
        DOMAIN,
        "0200c3000001_peak_at_risk",
        suggested_object_id="p1_meter_peak_at_risk",
        translation_key="peak_at_risk",
    )
    hass.states.async_set(AT_RISK, "off")
    hass.states.async_set(PROJECTED, "4.236", {"unit_of_measurement": "kW"})
    house.tell(-1834)
    return house.collect("notify", "mobile_app_anna_s_phone")


async def warn_of(house: House, **more: object) -> None:
    entry = MockConfigEntry(domain="mobile_app")
    entry.add_to_hass(house.hass)
    phone = dr.async_get(house.hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("mobile_app", "1")}, name="Anna's phone"
    )
    await house.automate(
        "notify", at_risk=AT_RISK, projected_demand=PROJECTED, headroom=HEADROOM, phone=phone.id, **more
    )
