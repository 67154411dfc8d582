"""What the household has to mend: raised late, taken back by itself, and never back and forth."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from custom_components.p1_monitor import issues as module
from custom_components.p1_monitor.const import DOMAIN

from .conftest import SetUp, until
from .device import P1Monitor

MINUTE = 60.0


class Clock:
    """The computer's two clocks, which the test moves."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now

    def utcnow(self) -> datetime:
        return datetime(2026, 11, 12, tzinfo=UTC) + timedelta(seconds=self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "monotonic", clock)
    monkeypatch.setattr("custom_components.p1_monitor.issues.dt_util.utcnow", clock.utcnow)
    return clock


type After = Callable[..., Awaitable[list[str]]]


@pytest.fixture
async def after(hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, clock: Clock) -> After:
    """Let minutes pass, then let the board say this; which issues there are then, by their key."""
    entry = await set_up(monitor)

    async def pass_by(minutes: float, **changes: dict[str, Any]) -> list[str]:
        clock.now += minutes * MINUTE
        before = entry.runtime_data.data
        monitor.push(**(changes or {"quarter": {}}))
        await until(lambda: entry.runtime_data.data is not before)
        found = ir.async_get(hass).issues.values()
        return sorted(item.translation_key or "" for item in found if item.domain == DOMAIN)

    return pass_by


@pytest.fixture
def p1() -> Callable[[int], dict[str, Any]]:
    return lambda age_ms: {"p1": {"age_ms": age_ms, "crc_errors": 0}}


async def test_a_meter_that_is_silent(after: After, p1: Callable[[int], dict[str, Any]]) -> None:
    assert await after(0, status=p1(31_000)) == []
    assert await after(14.9, status=p1(900_000)) == []
    assert await after(0.1, status=p1(901_000)) == ["meter_silent"]
    # One telegram is no meter that is back.
    assert await after(1, status=p1(100)) == ["meter_silent"]
    assert await after(0.5, status=p1(31_000)) == ["meter_silent"]
    assert await after(10, status=p1(100)) == ["meter_silent"]
    assert await after(1, status=p1(100)) == []


async def test_a_telegram_now_and_then_is_no_silence(
    after: After, p1: Callable[[int], dict[str, Any]]
) -> None:
    for _ in range(3):
        assert await after(10, status=p1(600_000)) == []
        assert await after(0.1, status=p1(100)) == []


@pytest.mark.parametrize(
    "gone", [{"quarter": {"demand_source": "registers"}}, {"peaks": {"running": {"source": "card"}}}]
)
async def test_peaks_that_the_meter_does_not_tell_any_more(
    after: After, monitor: P1Monitor, gone: dict[str, Any]
) -> None:
    if "peaks" in gone:
        gone = {"peaks": {"running": {**monitor.peaks["running"], "source": "card"}}}
    assert await after(0) == []
    assert await after(1, **gone) == []
    assert await after(24 * 60 - 1) == []
    assert await after(1) == ["peaks_gone"]
    back = {
        "quarter": {"demand_source": "meter"},
        "peaks": {"running": {**monitor.peaks["running"], "source": "meter"}},
    }
    assert await after(1, **back) == ["peaks_gone"]
    assert await after(5) == []


async def test_a_peak_of_the_card_since_the_day_counted_from_is_no_sign(
    after: After, monitor: P1Monitor
) -> None:
    assert await after(0) == []
    capacity = {**monitor.device["capacity"], "counted_from": "2026-11-05"}
    running = {**monitor.peaks["running"], "source": "card"}
    assert await after(1, status={"capacity": capacity}, peaks={"running": running}) == []
    assert await after(25 * 60) == []


async def test_a_meter_that_never_told_its_peaks(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, clock: Clock
) -> None:
    monitor.quarter["demand_source"] = "registers"
    entry = await set_up(monitor)
    clock.now += 48 * 60 * MINUTE
    before = entry.runtime_data.data
    monitor.push(quarter={})
    await until(lambda: entry.runtime_data.data is not before)
    assert not ir.async_get(hass).issues


async def test_a_months_first_hour_says_nothing_of_peaks(after: After) -> None:
    first_hour = {"start": "2026-12-01T00:45:00+01:00", "demand_source": "registers"}
    assert await after(0, quarter=first_hour, peaks={"running": None}) == []
    assert await after(48 * 60) == []
    assert await after(1, quarter={"start": "2026-12-01T01:00:00+01:00", "demand_source": None}) == []


@pytest.mark.parametrize(
    ("key", "bad", "good"),
    [
        ("card_failing", {"state": "failed", "error": "[Errno 5] EIO"}, {"state": "ok", "error": None}),
        ("card_blank", {"state": "failed", "format": "blank"}, {"state": "ok", "format": None}),
        ("card_foreign", {"state": "failed", "format": "GPT, exFAT"}, {"state": "ok", "format": None}),
        ("card_full", {"state": "ok", "nearly_full": True}, {"state": "ok", "nearly_full": False}),
    ],
)
async def test_a_card(after: After, key: str, bad: dict[str, Any], good: dict[str, Any]) -> None:
    assert await after(0, status={"card": bad}) == []
    assert await after(9, status={"card": good}) == []
    assert await after(1, status={"card": bad}) == []
    assert await after(10, status={"card": bad}) == [key]
    assert await after(1, status={"card": good}) == [key]
    assert await after(9, status={"card": bad}) == [key]
    assert await after(9, status={"card": good}) == [key]
    assert await after(10, status={"card": good}) == []


async def test_a_card_that_cannot_be_read_is_named(hass: HomeAssistant, after: After) -> None:
    card = {"state": "failed", "error": "in English", "format": "GPT, exFAT"}
    assert await after(0, status={"card": card}) == []
    assert await after(10, status={"card": card}) == ["card_foreign"]
    (issue,) = ir.async_get(hass).issues.values()
    assert (issue.translation_placeholders or {})["format"] == "GPT, exFAT"


async def test_no_card_is_a_choice(after: After) -> None:
    assert await after(0, status={"card": {"state": "absent"}}) == []
    assert await after(60, status={"card": {"state": "absent"}}) == []


async def test_a_clock_that_was_never_set(after: After) -> None:
    clock = {"source": None, "time": None}
    assert await after(0, status={"clock": {**clock, "set": False}}) == []
    assert await after(9.9) == []
    assert await after(0.1) == ["clock_not_set"]
    assert await after(0, status={"clock": {**clock, "set": None}}) == ["clock_not_set"]
    assert await after(0, status={"clock": {**clock, "set": True}}) == ["clock_not_set"]
    assert await after(1) == []


async def test_firmware_0_1_0_says_nothing_of_the_clock(after: After) -> None:
    assert await after(0, status={"clock": {"source": None, "time": None}}) == []
    assert await after(60) == []


@pytest.mark.parametrize(
    ("firmware", "old"), [("0.0.9", True), ("0.1.0", False), ("home-made", False), (None, False)]
)
async def test_a_firmware_that_is_too_old(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, after: After, firmware: str | None, old: bool
) -> None:
    assert await after(0, status={"firmware": firmware}) == (["firmware_old"] if old else [])
    if old:
        issue = next(iter(ir.async_get(hass).issues.values()))
        assert issue.translation_placeholders == {
            "title": "P1 meter",
            "installed": "0.0.9",
            "needed": "0.1.0",
        }
    assert await after(0, status={"firmware": "0.2.0"}) == []


async def test_a_reload_does_not_take_an_issue_back_and_a_removal_does(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, after: After
) -> None:
    assert await after(0, status={"firmware": "0.0.9"}) == ["firmware_old"]
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    await hass.config_entries.async_unload(entry.entry_id)
    await until(lambda: not monitor.streams)
    await hass.config_entries.async_setup(entry.entry_id)
    assert [item.translation_key for item in ir.async_get(hass).issues.values()] == ["firmware_old"]
    await hass.config_entries.async_remove(entry.entry_id)
    assert not ir.async_get(hass).issues


async def test_a_board_that_is_away_says_nothing_of_its_meter(
    hass: HomeAssistant, monitor: P1Monitor, after: After, clock: Clock, p1: Callable[[int], dict[str, Any]]
) -> None:
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    await after(0, status=p1(31_000))
    await monitor.stop()
    await until(lambda: not entry.runtime_data.last_update_success)
    clock.now += 60 * MINUTE
    entry.runtime_data.async_update_listeners()
    assert not ir.async_get(hass).issues
    await monitor.start()
    await entry.runtime_data.async_refresh()
    assert entry.runtime_data.last_update_success
    assert not ir.async_get(hass).issues
