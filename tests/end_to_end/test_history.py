"""What a board has stored, in Home Assistant: the quarters and month peaks of a span, and the hours that it missed."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.recorder import get_instance
from pytest_homeassistant_custom_component.components.recorder.common import (  # type: ignore[import-untyped]
    async_wait_recording_done,
)

from custom_components.p1_monitor.history_backfill import HistoryBackfill
from simulator import clock
from simulator.board import Board
from simulator.card_history import write_card_history
from simulator.household import Household
from simulator.p1_port import P1Port
from simulator.telegram_source import simulated_meter
from tests.home_assistant.test_history_backfill import write

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
    history = write_card_history(card, load, NOW, DAYS)
    with (
        P1Port(simulated_meter(start=NOW, load=load, history=history)) as line,
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
    register = await registers(call, FIRST, FIRST + 8 * HOUR)
    hours = sorted(register)
    begin = register[hours[0]]
    known = {hour: (register[hour], register[hour] - begin + 10) for hour in (*hours[:2], *hours[6:])}
    await write(hass, energy_import(hass), known)
    await HistoryBackfill(hass, home.entry.runtime_data).run(datetime.now(UTC))
    await async_wait_recording_done(hass)
    found = await rows(hass, hours[0])
    assert sorted(found)[: len(hours)] == hours
    for hour in hours:
        assert found[hour]["state"] == pytest.approx(register[hour], abs=0.001)
        assert found[hour]["sum"] == pytest.approx(register[hour] - begin + 10, abs=0.002)


async def test_days_before_home_assistant_came_are_those_of_the_card(
    call: Callable[..., Any], hass: HomeAssistant
) -> None:
    """Forty days, of which Home Assistant has the last hours: it shows what the household used in each hour."""
    load = Household()
    register = await registers(call, FIRST, FIRST + 8 * HOUR)
    there = sorted(register)
    await write(
        hass,
        energy_import(hass),
        {hour: (register[hour], register[hour] - register[there[0]]) for hour in there},
    )
    start = (FIRST - (DAYS - 3) * timedelta(days=1)).date()
    answer = await call("import_history", start=start.isoformat())
    (written,) = answer["hours"].values()
    assert written > (DAYS - 5) * 24
    await async_wait_recording_done(hass)
    found = await rows(hass, datetime.fromtimestamp(0, UTC))
    hours = sorted(found)
    assert len(hours) == written + len(there)
    assert hours[-1] - hours[0] == (len(hours) - 1) * HOUR  # no hole
    assert found[hours[0]]["sum"] == 0
    since = NOW - round((datetime.fromisoformat(clock.iso(NOW)) - hours[0]).total_seconds())
    for number, (before, hour) in enumerate(pairwise(hours), 1):
        imported, _ = load.energy_ws(since + number * 3600, since + (number + 1) * 3600)
        change = found[hour]["sum"] - found[before]["sum"]
        assert change == pytest.approx(imported / 3_600_000, abs=0.002)


async def registers(call: Callable[..., Any], start: datetime, end: datetime) -> dict[datetime, float]:
    """The register at the end of each hour, by its start: what a row of the recorder holds."""
    quarters = (await call("get_quarters", start=start.isoformat(), end=end.isoformat()))["quarters"]
    return {
        datetime.fromisoformat(quarter["start"]).astimezone(UTC) - timedelta(minutes=45): quarter[
            "energy_import_kwh"
        ]
        for quarter in quarters[3::4]
    }


def energy_import(hass: HomeAssistant) -> str:
    return next(
        entity.entity_id
        for entity in er.async_get(hass).entities.values()
        if entity.unique_id.endswith("_energy_import")
    )


async def rows(hass: HomeAssistant, since: datetime) -> dict[datetime, Any]:
    """The hours of the database from then on."""
    entity_id = energy_import(hass)
    found = await get_instance(hass).async_add_executor_job(
        lambda: statistics_during_period(
            hass, since, None, {entity_id}, "hour", {"energy": "kWh"}, {"state", "sum"}
        )
    )
    return {datetime.fromtimestamp(row["start"], UTC): row for row in found[entity_id]}
