"""What a board has stored, in Home Assistant: the quarters and month peaks of a span, and the hours that it missed."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from homeassistant.components.recorder.models import StatisticMeanType
from homeassistant.components.recorder.statistics import async_import_statistics, statistics_during_period
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.recorder import get_instance
from pytest_homeassistant_custom_component.components.recorder.common import (  # type: ignore[import-untyped]
    async_wait_recording_done,
)

from custom_components.p1_monitor.holes import Repair
from simulator import clock
from simulator.board import Board
from simulator.household import Household
from simulator.line import Line
from simulator.source import simulated_meter
from simulator.stored import remember

from .conftest import DOMAIN, Home

pytestmark = pytest.mark.usefixtures("recorder_mock")  # before Home Assistant itself is made
DAYS = 40
HOUR = timedelta(hours=1)
# The recorder's clock is that of this computer.
NOW = clock.now() // 3600 * 3600
FIRST = datetime.fromisoformat(clock.iso(NOW)) - 30 * HOUR


@pytest.fixture
async def call(home: Home, hass: HomeAssistant, tmp_path: Path) -> AsyncIterator[Callable[..., Any]]:
    """An action of the integration, with a board that has watched a household for 40 days."""
    load, card = Household(), tmp_path / "card"
    past = remember(card, load, NOW, DAYS)
    with (
        Line(simulated_meter(start=NOW, load=load, past=past)) as line,
        Board(line, card=card) as board,
    ):
        await home.add(board.url)

        async def answer(action: str, **data: Any) -> Any:
            assert home.entry
            data["config_entry_id"] = home.entry.entry_id
            return await hass.services.async_call(DOMAIN, action, data, blocking=True, return_response=True)

        yield answer


async def test_quarters_and_month_peaks_are_those_of_the_card(call: Callable[..., Any]) -> None:
    load = Household()
    end = FIRST + 3 * HOUR
    found = (await call("get_quarters", start=FIRST.isoformat(), end=end.isoformat()))["quarters"]
    assert [datetime.fromisoformat(quarter["start"]) for quarter in found] == [
        FIRST + number * timedelta(minutes=15) for number in range(12)
    ]
    first = NOW - 30 * 3600
    for number, quarter in enumerate(found):
        begin = first + number * 900
        imported, exported = load.energy_ws(begin, begin + 900)
        assert (quarter["import_w"], quarter["export_w"]) == (imported // 900, exported // 900)
    before = FIRST - DAYS * timedelta(days=1)
    answer = await call("get_month_peaks", start=f"{before:%Y-%m}-01", end=f"{FIRST:%Y-%m-%d}")
    oldest = await call(
        "get_quarters", start=before.isoformat(), end=(before + timedelta(days=20)).isoformat()
    )
    newest = await call(
        "get_quarters",
        start=(before + timedelta(days=20)).isoformat(),
        end=(FIRST + 31 * HOUR).isoformat(),
    )
    this_month = f"{FIRST:%Y-%m}"
    peak_w = max(
        quarter["import_w"]
        for quarter in oldest["quarters"] + newest["quarters"]
        if quarter["start"].startswith(this_month)
    )
    (month,) = [month for month in answer["months"] if month["month"] == this_month]
    assert month["peak_w"] == peak_w


async def test_hours_that_were_missed_come_from_the_card(
    call: Callable[..., Any], home: Home, hass: HomeAssistant
) -> None:
    assert home.entry
    end = FIRST + 8 * HOUR
    quarters = (await call("get_quarters", start=FIRST.isoformat(), end=end.isoformat()))["quarters"]
    # The register at the end of each hour, which is what a row of the recorder holds.
    register = {
        datetime.fromisoformat(quarter["start"]).astimezone(UTC) - timedelta(minutes=45): quarter[
            "energy_import_kwh"
        ]
        for quarter in quarters[3::4]
    }
    hours = sorted(register)
    entity_id = next(
        entity.entity_id
        for entity in er.async_get(hass).entities.values()
        if entity.unique_id.endswith("_energy_import")
    )
    begin = register[hours[0]]
    async_import_statistics(
        hass,
        {
            "mean_type": StatisticMeanType.NONE,
            "has_sum": True,
            "name": None,
            "source": "recorder",
            "statistic_id": entity_id,
            "unit_class": "energy",
            "unit_of_measurement": "kWh",
        },
        [
            {"start": hour, "state": register[hour], "sum": register[hour] - begin + 10}
            for hour in (*hours[:2], *hours[6:])
        ],
    )
    await async_wait_recording_done(hass)
    await Repair(hass, home.entry.runtime_data).look(datetime.now(UTC))
    await async_wait_recording_done(hass)
    rows = await get_instance(hass).async_add_executor_job(
        lambda: statistics_during_period(
            hass, hours[0], None, {entity_id}, "hour", {"energy": "kWh"}, {"state", "sum"}
        )
    )
    found = {datetime.fromtimestamp(row["start"], UTC): row for row in rows[entity_id]}
    assert sorted(found)[: len(hours)] == hours
    for hour in hours:
        assert found[hour]["state"] == pytest.approx(register[hour], abs=0.001)
        assert found[hour]["sum"] == pytest.approx(register[hour] - begin + 10, abs=0.002)
