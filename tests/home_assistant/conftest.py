"""Fixtures of the tests that run our integration in a real Home Assistant."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_TOKEN
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry  # type: ignore[import-untyped]

# Imported here, or Home Assistant finds the plugin's own custom_components first and
# then tests the built-in integration of our name.
import custom_components.p1_monitor  # noqa: F401
from custom_components.p1_monitor.const import CONF_ORIGINAL, CONF_TOKEN_ID, DOMAIN

from .device import DEVICE_ID, Board, OriginalBoard, P1Monitor, running

logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)  # the plugin has it tell each statement

type SetUp = Callable[..., Awaitable[MockConfigEntry]]


@pytest.fixture
async def monitor(socket_enabled: None) -> AsyncIterator[P1Monitor]:
    """A board with our firmware, on the network."""
    async with running(P1Monitor()) as board:
        yield board


@pytest.fixture
async def original(socket_enabled: None) -> AsyncIterator[OriginalBoard]:
    """A board with the original firmware, on the network."""
    async with running(OriginalBoard()) as board:
        yield board


@pytest.fixture
async def hass_with_us(hass: HomeAssistant, enable_custom_integrations: None) -> HomeAssistant:
    """Home Assistant in UTC, which Belgium is not, with our integration installed."""
    await hass.config.async_set_time_zone("UTC")
    return hass


@pytest.fixture
async def set_up(hass_with_us: HomeAssistant) -> AsyncIterator[SetUp]:
    """Adds an entry for a board, sets it up, and unloads it after the test."""
    entries = []

    async def add(
        board: Board, *, token: str | None = None, unique_id: str = DEVICE_ID, **options: Any
    ) -> MockConfigEntry:
        access = {CONF_TOKEN: token} if token else {}
        if isinstance(board, P1Monitor) and token == board.token:
            board.tokens["0000000a"] = token
            access[CONF_TOKEN_ID] = "0000000a"
        entry = MockConfigEntry(
            domain=DOMAIN,
            version=3,
            title="P1 meter",
            unique_id=unique_id,
            data={CONF_HOST: board.host, CONF_ORIGINAL: isinstance(board, OriginalBoard), **access},
            options=options,
        )
        entry.add_to_hass(hass_with_us)
        entries.append(entry)
        await hass_with_us.config_entries.async_setup(entry.entry_id)
        await hass_with_us.async_block_till_done()
        if isinstance(board, P1Monitor) and board.streaming and entry.state is ConfigEntryState.LOADED:
            await until(lambda: board.streams and entry.runtime_data.update_interval is None)
            await until(lambda: not beside(entry))
        return entry

    yield add
    for entry in entries:
        if entry.state is ConfigEntryState.LOADED:
            await hass_with_us.config_entries.async_unload(entry.entry_id)


def beside(entry: MockConfigEntry) -> list[str]:
    """What the coordinator is still asking for beside the stream."""
    names = [task.get_name() for task in entry._background_tasks]
    return [name for name in names if name.startswith((f"{DOMAIN} day", f"{DOMAIN} settings"))]


@pytest.fixture
def all_enabled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Entities that start disabled are enabled."""
    monkeypatch.setattr(
        "homeassistant.helpers.entity.Entity.entity_registry_enabled_default",
        property(lambda _: True),
    )


async def until(condition: Callable[[], Any], timeout_s: float = 20.0) -> None:
    """Wait for what comes over the network."""
    # Turns are counted, not seconds: in a machine's pause nothing can come.
    for _ in range(round(timeout_s / 0.005)):
        if condition():
            return
        await asyncio.sleep(0.005)
    raise TimeoutError


def state(hass: HomeAssistant, key: str, platform: str = "sensor", device: str = DEVICE_ID) -> State | None:
    """The state of the entity with this key, by its unique id."""
    entity_id = er.async_get(hass).async_get_entity_id(platform, DOMAIN, f"{device}_{key}")
    return hass.states.get(entity_id) if entity_id else None


def value(hass: HomeAssistant, key: str, platform: str = "sensor") -> str | None:
    """What the entity with this key says; None where there is no such entity."""
    found = state(hass, key, platform)
    return found.state if found else None
