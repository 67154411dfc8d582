"""Which devices and entities a household gets from each kind of meter, through the real firmware."""

from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from syrupy.assertion import SnapshotAssertion

from simulator.board import Board
from simulator.clock import parse
from simulator.dialects import DIALECTS
from simulator.p1_port import P1Port
from simulator.telegram_source import simulated_meter

from .conftest import Home

START = parse("2026-11-12T18:05:00")


def entities(hass: HomeAssistant, entry_id: str) -> list[str]:
    """A line for each entity: what it is, and how it starts."""
    rows = []
    for entity in er.async_entries_for_config_entry(er.async_get(hass), entry_id):
        key = entity.unique_id.partition("_")[2]
        capabilities: dict[str, Any] = dict(entity.capabilities or {})
        words = (
            entity.domain,
            key,
            entity.original_device_class or entity.device_class or "-",
            capabilities.get("state_class") or "-",
            entity.unit_of_measurement or "-",
            entity.entity_category or "-",
            "disabled" if entity.disabled else "enabled",
        )
        rows.append(" ".join(str(getattr(word, "value", word)) for word in words))
    return sorted(rows)


def devices(hass: HomeAssistant, entry_id: str) -> list[str]:
    found = dr.async_entries_for_config_entry(dr.async_get(hass), entry_id)
    return sorted(f"{device.name}, {device.serial_number}" for device in found)


@pytest.mark.parametrize("name", DIALECTS)
async def test_what_a_household_gets(
    hass: HomeAssistant, home: Home, snapshot: SnapshotAssertion, name: str
) -> None:
    with P1Port(simulated_meter(name, START), speed=10) as line, Board(line, speed=10) as board:
        await home.add(board.url)
        await home.until(lambda: home.state("power") is not None)
        assert home.entry
        coordinator = home.entry.runtime_data
        told = coordinator.data
        # Two telegrams more: what needs a second look is there too.
        await home.until(lambda: coordinator.data.interval_s is not None and coordinator.data is not told)
        await hass.async_block_till_done()
        found = {
            "devices": devices(hass, home.entry.entry_id),
            "entities": entities(hass, home.entry.entry_id),
        }
        assert found == snapshot
