"""Rows that an hour adds to the recorder, compared with core's homewizard integration on the same meter.

Both run in one Home Assistant with default settings. Ours listens to the firmware, whose hour passes in a minute.
Every 5 s of that hour homewizard polls a stub of a HomeWizard P1's v1 API, which returns the same readings. A change
of a state or of its attributes is a row.
"""

import asyncio
import time
from collections import Counter
from datetime import datetime
from tempfile import TemporaryDirectory
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er, frame
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_test_home_assistant

from benchmarks.figures import BenchmarkError
from custom_components.p1_monitor import entity
from custom_components.p1_monitor.api import Reading
from custom_components.p1_monitor.coordinator import Snapshot
from simulator.board import Board
from simulator.clock import moment
from simulator.p1_port import P1Port
from simulator.telegram_source import simulated_meter

SPEED = 60
HOUR_S = 3600
SHORT_S = 120
POLL_S = 5
_START = moment(2026, 1, 15, 17, 30, 0)
_DIALECT = "sagemcom-t211-50217"
_WAIT_S = 30


def rows(seconds: int) -> tuple[int, int]:
    """Return the rows of `seconds` simulated seconds: ours, homewizard's."""
    source = simulated_meter(_DIALECT, _START, gas=1, water=2)
    with (
        TemporaryDirectory(prefix="p1-rows-") as folder,
        P1Port(source, speed=SPEED) as line,
        Board(line, speed=SPEED, compiled=True) as board,
    ):
        counted = asyncio.run(_count(folder, f"{board.host}:{board.port}", seconds))
    return counted["p1_monitor"], counted["homewizard"]


async def _count(folder: str, host: str, seconds: int) -> Counter[str]:
    counted: Counter[str] = Counter()
    async with async_test_home_assistant(config_dir=folder) as hass, _Stub() as stub:
        hass.data.pop(DATA_CUSTOM_COMPONENTS)
        frame.async_setup(hass)  # the one that ran in this process before has removed it
        await async_setup_component(hass, "network", {})
        ours = await _add(
            hass,
            MockConfigEntry(
                domain="p1_monitor",
                version=3,
                unique_id="0200c3000001",
                data={"host": host, "original": False},
            ),
        )
        async with asyncio.timeout(_WAIT_S):
            while ours.data.reading.time is None:  # noqa: ASYNC110 (there is no event for it)
                await asyncio.sleep(0.1)
        stub.update(ours.data)
        theirs = await _add(
            hass,
            MockConfigEntry(
                domain="homewizard", unique_id="HWE-P1_3c39e7000001", data={"ip_address": stub.host}
            ),
        )
        theirs.update_interval = None  # the benchmark polls by the clock of the simulated hour
        platforms = {item.entity_id: item.platform for item in er.async_get(hass).entities.values()}

        @callback
        def note(event: Event[EventStateChangedData]) -> None:
            counted[platforms.get(event.data["entity_id"], "")] += 1

        # The integration's rhythm must follow the simulated hour too.
        real, entity.monotonic = entity.monotonic, lambda: time.monotonic() * SPEED  # type: ignore[attr-defined]
        unsubscribe = hass.bus.async_listen("state_changed", note)
        try:
            await _pass(ours, theirs, stub, seconds)
        finally:
            entity.monotonic = real  # type: ignore[attr-defined]
            unsubscribe()
        for entry in hass.config_entries.async_entries():
            await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_stop(force=True)
    return counted


async def _add(hass: HomeAssistant, entry: Any) -> Any:
    """Set up an entry and return its coordinator."""
    entry.add_to_hass(hass)
    if not await hass.config_entries.async_setup(entry.entry_id):
        raise BenchmarkError(f"{entry.domain} was not set up: {entry.reason}")
    await hass.async_block_till_done()
    return entry.runtime_data


async def _pass(ours: Any, theirs: Any, stub: _Stub, seconds: int) -> None:
    begin: datetime = ours.data.reading.time
    polled_s = 0.0
    async with asyncio.timeout(2 * seconds / SPEED + _WAIT_S):
        while (elapsed_s := (ours.data.reading.time - begin).total_seconds()) < seconds:
            if elapsed_s - polled_s >= POLL_S:
                polled_s += POLL_S
                stub.update(ours.data)
                await theirs.async_refresh()
            await asyncio.sleep(0.002)


class _Stub:
    """A HomeWizard P1 meter's v1 API."""

    def __init__(self) -> None:
        self._data: dict[str, Any] = {}
        application = web.Application()
        application.router.add_get("/api", self._device)
        application.router.add_get("/api/v1/data", self._measurement)
        application.router.add_get("/api/v1/system", self._system)
        self._server = TestServer(application, host="127.0.0.1")

    async def __aenter__(self) -> _Stub:
        await self._server.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.close()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.port}"

    def update(self, snapshot: Snapshot) -> None:
        """Return the values of our device from now on, under homewizard's keys."""
        self._data = _as_homewizard(snapshot.reading, snapshot)

    async def _device(self, _: web.Request) -> web.Response:
        return web.json_response(
            {
                "product_type": "HWE-P1",
                "product_name": "P1 meter",
                "serial": "3c39e7000001",
                "firmware_version": "4.19",
                "api_version": "v1",
            }
        )

    async def _measurement(self, _: web.Request) -> web.Response:
        return web.json_response(self._data)

    async def _system(self, _: web.Request) -> web.Response:
        return web.json_response({"cloud_enabled": True})


def _as_homewizard(reading: Reading, snapshot: Snapshot) -> dict[str, Any]:
    running = snapshot.peaks.running
    data: dict[str, Any] = {
        "wifi_ssid": "home",
        "wifi_strength": 80,
        "smr_version": 50,
        "meter_model": reading.meter_model,
        "unique_id": "00",
        "active_tariff": reading.tariff,
        "total_power_import_kwh": reading.energy_import_kwh,
        "total_power_export_kwh": reading.energy_export_kwh,
        "active_power_w": (reading.power_import_w or 0) - (reading.power_export_w or 0),
        "active_power_average_w": snapshot.quarter.demand_w,
        "montly_power_peak_w": running.power_w if running else None,
        "montly_power_peak_timestamp": int(f"{running.end:%y%m%d%H%M%S}")
        if running and running.end
        else None,
        "external": [
            {
                "unique_id": meter.id,
                "type": f"{meter.type}_meter",
                "timestamp": int(f"{meter.time:%y%m%d%H%M%S}") if meter.time else None,
                "value": meter.value,
                "unit": meter.unit,
            }
            for meter in reading.mbus
        ],
    }
    for tariff in (1, 2):
        data[f"total_power_import_t{tariff}_kwh"] = reading.energy_import_tariffs_kwh[tariff - 1]
        data[f"total_power_export_t{tariff}_kwh"] = reading.energy_export_tariffs_kwh[tariff - 1]
    for phase in range(3):
        imported, exported = reading.power_import_phases_w[phase], reading.power_export_phases_w[phase]
        data[f"active_power_l{phase + 1}_w"] = None if imported is None else imported - (exported or 0)
        data[f"active_voltage_l{phase + 1}_v"] = reading.voltage_phases_v[phase]
        data[f"active_current_l{phase + 1}_a"] = reading.current_phases_a[phase]
    return {key: value for key, value in data.items() if value is not None}
