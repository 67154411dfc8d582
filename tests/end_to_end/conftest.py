"""A real Home Assistant with our integration, for what comes from the simulated meter."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from homeassistant.config_entries import SOURCE_USER, ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

# Imported here, or Home Assistant takes the built-in integration of our name.
import custom_components.p1_monitor  # noqa: F401

DOMAIN = "p1_monitor"


class Home:
    """Home Assistant as its user sees it."""

    def __init__(self, hass: HomeAssistant) -> None:
        self.hass = hass
        self.entry: ConfigEntry | None = None

    async def add(self, host: str, **settings: object) -> None:
        """Add the device at this host by hand; `settings` answer the second step, where it comes."""
        flows = self.hass.config_entries.flow
        step = await flows.async_init(DOMAIN, context={"source": SOURCE_USER})
        step = await flows.async_configure(step["flow_id"], {"host": host})
        if step["type"] == "menu":  # how it lets us in
            step = await flows.async_configure(step["flow_id"], {"next_step_id": "read_only"})
        elif step["type"] == "form":
            assert not step["errors"], step["errors"]
            step = await flows.async_configure(step["flow_id"], settings)
        assert step["type"] == "create_entry", step
        self.entry = step["result"]

    async def write_every_second(self) -> None:
        """Choose the option that lifts the rhythm of states, which counts in real seconds."""
        assert self.entry
        options = self.hass.config_entries.options
        step = await options.async_init(self.entry.entry_id)
        step = await options.async_configure(step["flow_id"], {"every_second": True})
        assert step["type"] == "create_entry", step
        await self.hass.async_block_till_done()

    def state(self, key: str, platform: str = "sensor") -> str | None:
        """What the entity with this key says; None where there is none."""
        for entity in er.async_get(self.hass).entities.values():
            if entity.domain == platform and entity.unique_id.endswith(f"_{key}"):
                found = self.hass.states.get(entity.entity_id)
                return found.state if found else None
        return None

    def reading_of(self, entity_id: str) -> float:
        """The number that an entity shows."""
        found = self.hass.states.get(entity_id)
        assert found, entity_id
        return float(found.state)

    async def until(self, condition: Callable[[], bool], timeout_s: float = 20) -> None:
        """Wait for what comes over line and network."""
        async with asyncio.timeout(timeout_s):
            while not condition():  # noqa: ASYNC110 (a state, of which no event tells)
                await asyncio.sleep(0.01)


@pytest.fixture
async def home(
    socket_enabled: None, hass: HomeAssistant, enable_custom_integrations: None
) -> AsyncIterator[Home]:
    """Home Assistant in UTC, which Belgium is not."""
    await hass.config.async_set_time_zone("UTC")
    home = Home(hass)
    yield home
    if home.entry:
        await hass.config_entries.async_unload(home.entry.entry_id)
