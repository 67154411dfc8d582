"""Pushed while the live stream is up, polled while it is down, unavailable when both fail."""

import logging
from datetime import timedelta
from functools import partial

import pytest
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import (  # type: ignore[import-untyped]
    async_fire_time_changed,
)

from custom_components.p1_monitor import coordinator_live as module
from custom_components.p1_monitor.api import P1MonitorClient
from custom_components.p1_monitor.coordinator import POLL_INTERVAL

from .conftest import SetUp, until, value
from .device import P1Monitor


@pytest.fixture(autouse=True)
def fast_retry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STREAM_RETRY_FIRST_S", 0.05)
    monkeypatch.setattr(module, "STREAM_RETRY_LAST_S", 0.1)


def shows(hass: HomeAssistant, power: str) -> bool:
    return value(hass, "power") == power


async def poll(hass: HomeAssistant) -> None:
    """Let the time for the next poll come."""
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=6))
    await hass.async_block_till_done(wait_background_tasks=False)


async def test_a_telegram_is_a_state_at_once(hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp) -> None:
    await set_up(monitor)
    loop = hass.loop
    delays = []
    for power in range(500, 4500, 200):
        began = loop.time()
        monitor.push(reading={"power_import_w": power}, quarter={"projected_w": power})
        await until(partial(shows, hass, str(power)))
        delays.append(loop.time() - began)
    # No debounce, no poll; the median, as this computer may be busy with something else.
    assert sorted(delays)[len(delays) // 2] < 0.1


async def test_nothing_is_polled_while_the_stream_is_up(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    await set_up(monitor)
    before = list(monitor.requests)
    await poll(hass)
    await poll(hass)
    assert monitor.requests == before


async def test_stream_lost_polled_and_back(hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp) -> None:
    entry = await set_up(monitor)
    coordinator = entry.runtime_data

    monitor.streaming = False
    monitor.drop_streams()
    polls = monitor.count("/api/reading")
    await until(lambda: monitor.count("/api/reading") > polls)
    await until(lambda: coordinator.update_interval == POLL_INTERVAL)
    assert value(hass, "power") == "3180"

    monitor.reading["power_import_w"] = 1000
    monitor.quarter["at_risk"] = True
    await until(lambda: monitor.count("/api/live") > 2)  # it is tried again meanwhile
    await poll(hass)
    await until(lambda: value(hass, "power") == "1000")
    assert value(hass, "peak_at_risk", "binary_sensor") == "on"

    monitor.streaming = True
    await until(lambda: coordinator.update_interval is None)
    monitor.push(reading={"power_import_w": 2000})
    await until(lambda: value(hass, "power") == "2000")


async def test_slow_figures_are_polled_once_a_minute(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monitor.streaming = False
    monkeypatch.setattr(module, "STREAM_RETRY_FIRST_S", 60)
    entry = await set_up(monitor)
    coordinator = entry.runtime_data
    await until(lambda: monitor.count("/api/quarter") == 2)  # at set-up, and without a stream
    for _ in range(3):
        await coordinator.async_refresh()
    assert (monitor.count("/api/reading"), monitor.count("/api/quarter")) == (5, 5)
    assert (monitor.count("/api/peaks"), monitor.count("/api/device")) == (2, 3)
    monkeypatch.setattr(module, "monotonic", lambda: coordinator._slow_due)
    await coordinator.async_refresh()
    assert (monitor.count("/api/peaks"), monitor.count("/api/device")) == (3, 4)


async def test_a_device_that_goes_and_comes_back(
    hass: HomeAssistant,
    monitor: P1Monitor,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entry = await set_up(monitor)
    # So long that only its return can bring the stream back.
    monkeypatch.setattr(module, "STREAM_RETRY_FIRST_S", 60)
    monitor.push(quarter={"demand_w": 700})
    await until(lambda: entry.runtime_data.data.quarter.demand_w == 700)
    monkeypatch.setattr(module, "STREAM_RETRY_LAST_S", 60)
    await monitor.stop()
    await until(lambda: value(hass, "power") == STATE_UNAVAILABLE)
    assert value(hass, "peak_month") == STATE_UNAVAILABLE
    await poll(hass)
    await poll(hass)
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(errors) == 1

    await monitor.start()
    await poll(hass)
    await until(lambda: value(hass, "power") == "3180")
    await until(lambda: monitor.streams)
    await until(lambda: entry.runtime_data.update_interval is None)
    assert len([record for record in caplog.records if record.levelno >= logging.ERROR]) == 1


async def test_a_stream_that_comes_back_before_any_poll(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await set_up(monitor)
    reading = monitor.bodies["/api/reading"]
    monitor.bodies["/api/reading"] = 503
    monitor.streaming = False
    monitor.drop_streams()
    await until(lambda: value(hass, "power") == STATE_UNAVAILABLE)
    monitor.streaming = True
    await until(lambda: value(hass, "power") == "3180")
    assert "is back" in caplog.text
    monitor.bodies["/api/reading"] = reading


async def test_another_device_on_the_stream_is_refused(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    await set_up(monitor)
    monitor.push(status={"id": "0200c3000002"})
    await until(lambda: value(hass, "power") == STATE_UNAVAILABLE)
    assert "Its MAC address is 0200c3000002 instead of 0200c3000001" in caplog.text

    monitor.push(status={"id": "0200c3000001"})
    await until(lambda: value(hass, "power") == "3180")


async def test_nonsense_on_the_stream_is_no_end(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    await set_up(monitor)
    monitor.send("event: reading\ndata: {{{\n\n")
    await until(lambda: monitor.count("/api/live") > 1)
    monitor.push(reading={"power_import_w": 900})
    await until(lambda: value(hass, "power") == "900")


async def test_a_stream_that_is_cut_in_the_middle_of_an_event(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    await set_up(monitor)
    monitor.send('event: reading\ndata: {"power_import_w": 9')
    monitor.drop_streams()
    await until(lambda: monitor.count("/api/live") > 1)
    monitor.push(reading={"power_import_w": 900})
    await until(lambda: value(hass, "power") == "900")


async def test_the_stream_takes_the_token_along(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    monitor.closed = True
    await set_up(monitor, token=monitor.token)
    assert value(hass, "power") == "3180"


async def test_a_fault_of_ours_on_the_stream_is_not_the_end(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = await set_up(monitor)
    with monkeypatch.context() as broken:
        broken.setattr(module.LiveCoordinator, "_publish_events", lambda *_: 1 / 0)
        monitor.push(reading={"power_import_w": 900})
        await until(lambda: entry.runtime_data.update_interval == POLL_INTERVAL)
    await until(lambda: value(hass, "power") == "900")
    await until(lambda: entry.runtime_data.update_interval is None)


async def test_a_silent_stream_is_dropped(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    defaults = P1MonitorClient.__init__.__kwdefaults__ or {}
    monkeypatch.setattr(P1MonitorClient.__init__, "__kwdefaults__", {**defaults, "silence_timeout_s": 0.2})
    entry = await set_up(monitor)
    await until(lambda: monitor.count("/api/live") > 2)
    await hass.config_entries.async_unload(entry.entry_id)
