"""What happens to peaks and to the meter is told once: not anew after a restart, and not as if it were now."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import CoreState, Event, EventStateChangedData, HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event
from pytest_homeassistant_custom_component.common import MockConfigEntry  # type: ignore[import-untyped]

from custom_components.p1_monitor.const import DOMAIN

from .conftest import SetUp, state, until
from .device import DEVICE_ID, P1Monitor

type Restart = Callable[..., Awaitable[list[dict[str, Any]]]]

RISK = {"at_risk": True, "projected_w": 4100}


@pytest.fixture
async def told(hass: HomeAssistant) -> list[dict[str, Any]]:
    """Every event that the peak entity tells, as attributes."""
    seen: list[dict[str, Any]] = []

    def listen(event: Event[EventStateChangedData]) -> None:
        before, now = event.data["old_state"], event.data["new_state"]
        fresh = now and now.state not in (STATE_UNKNOWN, STATE_UNAVAILABLE)
        if fresh and now and before and before.state not in (STATE_UNAVAILABLE, now.state):
            seen.append(dict(now.attributes))

    async_track_state_change_event(
        hass, ["event.p1_meter_peak_event", "event.p1_meter_smart_meter_event"], listen
    )
    return seen


def types(told: list[dict[str, Any]]) -> list[str]:
    return [item["event_type"] for item in told]


async def second(entry: MockConfigEntry, monitor: P1Monitor, **changes: Any) -> None:
    """A telegram, and what it changes."""
    before = entry.runtime_data.data
    monitor.push(**(changes or {"quarter": {}}))
    await until(lambda: entry.runtime_data.data is not before)


async def test_a_warning_and_an_excess(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, told: list[dict[str, Any]]
) -> None:
    entry = await set_up(monitor)
    await second(entry, monitor, quarter=RISK)
    await second(entry, monitor, quarter={"unavoidable": True, "demand_w": 3300})
    await second(entry, monitor)
    await hass.async_block_till_done()
    assert types(told) == ["peak_warning", "peak_exceeded"]
    warning = told[0]
    assert (warning["projected_w"], warning["target_w"]) == (4100, 3210)
    assert warning["quarter_end"] == "2026-11-12T18:45:00+01:00"
    assert told[1]["demand_w"] == 3300


async def test_one_warning_a_quarter(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, told: list[dict[str, Any]]
) -> None:
    entry = await set_up(monitor)
    for quarter_id in (1, 2):
        for at_risk in (True, False, True, False):
            await second(entry, monitor, quarter={"at_risk": at_risk, "id": quarter_id})
    await hass.async_block_till_done()
    assert types(told) == ["peak_warning", "peak_warning"]


async def test_what_is_there_at_the_first_look_is_not_told(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, told: list[dict[str, Any]]
) -> None:
    monitor.quarter |= {"at_risk": True, "unavoidable": True}
    entry = await set_up(monitor)
    await second(entry, monitor)
    await hass.async_block_till_done()
    assert told == []


async def test_a_new_month_peak(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, told: list[dict[str, Any]]
) -> None:
    entry = await set_up(monitor)
    peak = {**monitor.peaks["running"], "power_w": 3500, "end": "2026-11-12T18:30:00+01:00"}
    await second(entry, monitor, peaks={"running": peak})
    # A meter that was replaced begins its month anew: its peak is no higher.
    await second(entry, monitor, peaks={"running": {**peak, "power_w": 3400}})
    await hass.async_block_till_done()
    assert types(told) == ["new_month_peak"]
    assert (told[0]["power_w"], told[0]["previous_w"]) == (3500, 3210)
    assert told[0]["time"] == "2026-11-12T18:30:00+01:00"


DECEMBER = {"id": 436931700, "start": "2026-12-01T00:00:00+01:00", "end": "2026-12-01T00:15:00+01:00"}
NOVEMBER = {"month": "2026-11", "power_w": 3300, "end": "2026-12-01T00:00:00+01:00"}


async def test_a_month_that_closes(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, told: list[dict[str, Any]]
) -> None:
    entry = await set_up(monitor)
    await second(entry, monitor, quarter=DECEMBER)
    assert told == []  # the meter tells the month's peak a moment later
    await second(entry, monitor, peaks={"running": None, "months": [NOVEMBER, *monitor.peaks["months"]]})
    # What is billed anyway is no new peak.
    small = {"month": "2026-12", "power_w": 2500, "end": "2026-12-01T00:15:00+01:00"}
    await second(entry, monitor, peaks={"running": small})
    await second(entry, monitor, peaks={"running": {**small, "power_w": 2501}})
    await hass.async_block_till_done()
    assert types(told) == ["month_closed", "new_month_peak"]
    assert {key: told[0][key] for key in ("month", "power_w", "time")} == {
        "month": "2026-11",
        "power_w": 3300,
        "time": "2026-12-01T00:00:00+01:00",
    }


async def test_a_meter_that_keeps_no_months_closes_with_what_was_seen(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, told: list[dict[str, Any]]
) -> None:
    entry = await set_up(monitor)
    await second(entry, monitor, quarter=DECEMBER, peaks={"running": None})
    await second(entry, monitor, quarter={"start": "2026-12-01T00:15:00+01:00"})
    await hass.async_block_till_done()
    assert types(told) == ["month_closed"]
    assert (told[0]["month"], told[0]["power_w"]) == ("2026-11", 3210)
    assert told[0]["time"] is None or told[0]["time"] == "2026-11-08T18:45:00+01:00"


@pytest.fixture
def restart(hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, told: list[dict[str, Any]]) -> Restart:
    """Unload the entry, change what the board says meanwhile, and load it again; what is told then."""

    async def do(entry: MockConfigEntry, **changes: dict[str, Any]) -> list[dict[str, Any]]:
        await hass.config_entries.async_unload(entry.entry_id)
        told.clear()
        await until(lambda: not monitor.streams)
        for name, change in changes.items():
            setattr(monitor, name, {**getattr(monitor, name), **change})
        await hass.config_entries.async_setup(entry.entry_id)
        await until(lambda: monitor.streams)
        for _ in range(2):
            await second(entry, monitor)
        await hass.async_block_till_done()
        return told

    return do


async def test_a_restart_tells_nothing(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, restart: Restart
) -> None:
    entry = await set_up(monitor)
    await second(entry, monitor, quarter=RISK)
    peak = {**monitor.peaks["running"], "power_w": 3500}
    await second(entry, monitor, peaks={"running": peak})
    before = event_state(hass)
    assert before.attributes["event_type"] == "new_month_peak"
    assert await restart(entry) == []
    # Nor a warning that the same quarter had already.
    await second(entry, monitor, quarter={"at_risk": False})
    await second(entry, monitor, quarter={"at_risk": True})
    await hass.async_block_till_done()
    assert await restart(entry) == []


def event_state(hass: HomeAssistant) -> State:
    found = state(hass, "peak", "event")
    assert found
    return found


async def test_what_came_while_nobody_watched(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, restart: Restart
) -> None:
    """A new month peak and a closed month, once, with their own time; no warning that is over."""
    entry = await set_up(monitor)
    await second(entry, monitor)
    peak = {**monitor.peaks["running"], "power_w": 3500, "end": "2026-11-12T18:45:00+01:00"}
    told = await restart(entry, quarter={"at_risk": True, "unavoidable": True}, peaks={"running": peak})
    assert types(told) == ["new_month_peak"]
    assert told[0]["time"] == "2026-11-12T18:45:00+01:00"
    assert await restart(entry) == []

    told = await restart(entry, quarter=DECEMBER, peaks={"running": None, "months": [NOVEMBER]})
    assert types(told) == ["month_closed"]
    assert told[0]["time"] == "2026-12-01T00:00:00+01:00"
    assert await restart(entry) == []


async def test_nothing_is_told_before_automations_listen(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, told: list[dict[str, Any]]
) -> None:
    entry = await set_up(monitor)
    hass.set_state(CoreState.starting)
    await second(entry, monitor, quarter=RISK)
    await hass.async_block_till_done()
    assert told == []
    hass.set_state(CoreState.running)
    await second(entry, monitor)
    await hass.async_block_till_done()
    assert types(told) == ["peak_warning"]


async def test_a_board_that_is_away_has_no_events(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, told: list[dict[str, Any]]
) -> None:
    await set_up(monitor)
    await monitor.stop()
    await until(lambda: event_state(hass).state == STATE_UNAVAILABLE)
    assert told == []


async def test_before_the_first_telegram_there_is_nothing_to_tell(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, told: list[dict[str, Any]]
) -> None:
    entry = await set_up(monitor)
    await second(entry, monitor, quarter={"start": None, "at_risk": True})
    await hass.async_block_till_done()
    assert told == []


async def test_the_meter_itself(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, told: list[dict[str, Any]], all_enabled: None
) -> None:
    entry = await set_up(monitor)
    await second(entry, monitor, reading={"breaker": None})
    await second(entry, monitor, reading={"breaker": 1})
    await second(entry, monitor, reading={"breaker": 0})
    await second(entry, monitor, reading={"message": "Hallo"})
    await second(entry, monitor, status={"uptime_s": 4000})
    await second(entry, monitor, status={"uptime_s": 5, "reset_cause": "soft_reset"})
    await second(entry, monitor, status={"uptime_s": 4, "reset_cause": "power_on"})
    await hass.async_block_till_done()
    assert types(told) == ["breaker_changed", "message", "power_restored"]
    assert (told[0]["from"], told[0]["to"]) == ("connected", "disconnected")
    assert told[1]["message"] == "Hallo"


async def test_the_event_of_the_meter_starts_disabled(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    await set_up(monitor)
    entity_id = er.async_get(hass).async_get_entity_id("event", DOMAIN, f"{DEVICE_ID}_meter")
    assert entity_id
    entity = er.async_get(hass).async_get(entity_id)
    assert entity
    assert entity.disabled


async def test_what_was_told_is_forgotten_with_the_entry(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, hass_storage: dict[str, Any]
) -> None:
    entry = await set_up(monitor)
    await second(entry, monitor)
    await hass.config_entries.async_unload(entry.entry_id)
    key = f"{DOMAIN}.{entry.entry_id}"
    assert hass_storage[key]["data"]["told"]["month"] == "2026-11"
    await hass.config_entries.async_remove(entry.entry_id)
    assert key not in hass_storage
