"""Triggers and conditions: only on our own entities, in an automation, with `for`."""

from datetime import timedelta
from typing import Any

import pytest
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import area_registry as ar, condition, device_registry as dr
from homeassistant.helpers.condition import async_get_all_descriptions as described_conditions
from homeassistant.helpers.trigger import async_get_all_descriptions as described_triggers
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import (  # type: ignore[import-untyped]
    MockConfigEntry,
    async_fire_time_changed,
    async_mock_service,
)

from custom_components.p1_monitor import entity as entity_module
from custom_components.p1_monitor.const import DOMAIN

from .conftest import SetUp, until, value
from .device import DEVICE_ID, P1Monitor

RISK = "binary_sensor.p1_meter_peak_at_risk"
EXCEEDED = "binary_sensor.p1_meter_peak_will_be_exceeded"


@pytest.fixture
def calls(hass: HomeAssistant) -> list[ServiceCall]:
    found: list[ServiceCall] = async_mock_service(hass, "test", "automation")
    return found


@pytest.fixture(autouse=True)
async def every_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """States are written at once, so that nothing here waits 10 s."""
    monkeypatch.setattr(entity_module, "TOLERANCE_S", 60)


async def automate(hass: HomeAssistant, trigger: str, target: dict[str, Any], **options: Any) -> None:
    """An automation with this trigger."""
    config = {
        "triggers": [{"trigger": f"{DOMAIN}.{trigger}", "target": target, "options": options}],
        "actions": [{"action": "test.automation", "data": {"entity": "{{ trigger.entity_id }}"}}],
    }
    assert await async_setup_component(hass, "automation", {"automation": config})
    await hass.async_block_till_done()


async def second(hass: HomeAssistant, entry: MockConfigEntry, monitor: P1Monitor, **changes: Any) -> None:
    before = entry.runtime_data.data
    monitor.push(**changes)
    await until(lambda: entry.runtime_data.data is not before)
    await hass.async_block_till_done()


@pytest.mark.parametrize(
    ("trigger", "entity_id", "options", "change", "back"),
    [
        ("peak_at_risk", RISK, {}, {"quarter": {"at_risk": True}}, {"quarter": {"at_risk": False}}),
        (
            "peak_exceeded",
            EXCEEDED,
            {},
            {"quarter": {"unavoidable": True}},
            {"quarter": {"unavoidable": False}},
        ),
        (
            "new_month_peak",
            "event.p1_meter_peak_event",
            {},
            {"peaks": {"running": {"month": "2026-11", "power_w": 5000}}},
            {"quarter": {"at_risk": True}},
        ),
        (
            "month_closed",
            "event.p1_meter_peak_event",
            {},
            {"quarter": {"start": "2026-12-01T00:15:00+01:00"}},
            {"quarter": {"at_risk": True}},
        ),
        (
            "projected_demand_crossed",
            "sensor.p1_meter_projected_demand",
            {"threshold": {"type": "above", "value": {"number": 4, "unit_of_measurement": "kW"}}},
            {"quarter": {"projected_w": 4001}},
            {"quarter": {"projected_w": 3999}},
        ),
        (
            "headroom_crossed",
            "sensor.p1_meter_headroom",
            {"threshold": {"type": "below", "value": {"number": 0, "unit_of_measurement": "W"}}},
            {"quarter": {"headroom_w": -1}},
            {"quarter": {"headroom_w": 100}},
        ),
        (
            "tariff_changed",
            "sensor.p1_meter_tariff",
            {},
            {"reading": {"tariff": 2}},
            {"reading": {"tariff": None}},
        ),
    ],
)
async def test_it_fires_once(
    hass: HomeAssistant,
    monitor: P1Monitor,
    set_up: SetUp,
    calls: list[ServiceCall],
    trigger: str,
    entity_id: str,
    options: dict[str, Any],
    change: dict[str, Any],
    back: dict[str, Any],
) -> None:
    entry = await set_up(monitor)
    await automate(hass, trigger, {"entity_id": entity_id}, **options)
    await second(hass, entry, monitor, **change)
    assert [call.data["entity"] for call in calls] == [entity_id]
    await second(hass, entry, monitor, **change)
    await second(hass, entry, monitor, **back)
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("trigger", "change"),
    [
        ("peak_at_risk", {"quarter": {"at_risk": True}}),
        ("new_month_peak", {"peaks": {"running": {"month": "2026-11", "power_w": 5000}}}),
    ],
)
async def test_for(
    hass: HomeAssistant,
    monitor: P1Monitor,
    set_up: SetUp,
    calls: list[ServiceCall],
    trigger: str,
    change: dict[str, Any],
) -> None:
    entry = await set_up(monitor)
    entity_id = RISK if trigger == "peak_at_risk" else "event.p1_meter_peak_event"
    await automate(hass, trigger, {"entity_id": entity_id}, **{"for": {"seconds": 3}})
    await second(hass, entry, monitor, **change)
    assert not calls
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=4))
    await hass.async_block_till_done()
    assert len(calls) == 1


async def test_an_area_means_only_our_entities_of_this_kind(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, calls: list[ServiceCall]
) -> None:
    entry = await set_up(monitor)
    registry = dr.async_get(hass)
    device = registry.async_get_device_by_identifier((DOMAIN, DEVICE_ID), entry.entry_id)
    assert device
    area = ar.async_get(hass).async_create("Hall")
    registry.async_update_device(device.id, area_id=area.id)
    await automate(hass, "peak_at_risk", {"area_id": area.id})
    await second(hass, entry, monitor, quarter={"unavoidable": True})
    assert not calls
    await second(hass, entry, monitor, quarter={"at_risk": True})
    assert [call.data["entity"] for call in calls] == [RISK]


async def test_entities_of_others_are_none_of_ours(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, calls: list[ServiceCall]
) -> None:
    await set_up(monitor)
    hass.states.async_set("binary_sensor.other", "off")
    await automate(hass, "peak_at_risk", {"entity_id": "binary_sensor.other"})
    hass.states.async_set("binary_sensor.other", "on")
    await hass.async_block_till_done()
    assert not calls


async def test_a_board_that_comes_back_at_risk_fires_nothing(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, calls: list[ServiceCall]
) -> None:
    entry = await set_up(monitor)
    await automate(hass, "peak_at_risk", {"entity_id": RISK})
    await hass.config_entries.async_unload(entry.entry_id)
    monitor.quarter["at_risk"] = True
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert value(hass, "peak_at_risk", "binary_sensor") == "on"
    assert not calls


@pytest.mark.parametrize(
    ("name", "entity_id", "options", "holds"),
    [
        ("peak_is_at_risk", RISK, {}, False),
        ("tariff_is", "sensor.p1_meter_tariff", {"tariff": "day"}, True),
        ("tariff_is", "sensor.p1_meter_tariff", {"tariff": "night"}, False),
        (
            "headroom_is",
            "sensor.p1_meter_headroom",
            {"threshold": {"type": "above", "value": {"number": 0.03, "unit_of_measurement": "kW"}}},
            True,
        ),
        (
            "headroom_is",
            "sensor.p1_meter_headroom",
            {"threshold": {"type": "above", "value": {"number": 36, "unit_of_measurement": "W"}}},
            False,
        ),
    ],
)
async def test_conditions(
    hass: HomeAssistant,
    monitor: P1Monitor,
    set_up: SetUp,
    name: str,
    entity_id: str,
    options: dict[str, Any],
    holds: bool,
) -> None:
    await set_up(monitor)
    for target, expected in (
        ({"entity_id": entity_id}, holds),
        ({"entity_id": "sensor.p1_meter_power"}, False),
    ):
        config = {
            "condition": f"{DOMAIN}.{name}",
            "target": target,
            "options": {"behavior": "any", **options},
        }
        validated = await condition.async_validate_condition_config(hass, config)
        test = await condition.async_from_config(hass, validated)
        assert bool(test.async_check(variables={})) is expected
        test.async_unload()


async def test_the_editor_offers_them(hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp) -> None:
    await set_up(monitor)
    triggers, conditions = await described_triggers(hass), await described_conditions(hass)
    assert {name for name in triggers if name.startswith(DOMAIN)} == {
        f"{DOMAIN}.{name}"
        for name in (
            "headroom_crossed",
            "month_closed",
            "new_month_peak",
            "peak_at_risk",
            "peak_exceeded",
            "projected_demand_crossed",
            "tariff_changed",
        )
    }
    assert {name for name in conditions if name.startswith(DOMAIN)} == {
        f"{DOMAIN}.{name}" for name in ("headroom_is", "peak_is_at_risk", "tariff_is")
    }
