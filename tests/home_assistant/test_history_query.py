"""What a device has kept: the client's calls, the actions, and the tools of Assist."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, web
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.components.llm import async_get_tools
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.llm import LLM_API_ASSIST, LLMContext, ToolInput, ToolResult
from homeassistant.setup import async_setup_component

from custom_components.p1_monitor.api import P1MonitorClient, P1MonitorConnectionError, P1MonitorResponseError
from custom_components.p1_monitor.const import DOMAIN

from .conftest import SetUp, state
from .device import OriginalBoard, P1Monitor

START = datetime.fromisoformat("2026-01-15T09:30:00+01:00")
END = START + timedelta(hours=1)


def quarter(number: int, **more: Any) -> dict[str, Any]:
    """A stored quarter of the contract, so many after 9:30."""
    start = START + number * timedelta(minutes=15)
    return {
        "start": start.isoformat(),
        "import_w": 300 + number,
        "export_w": 0,
        "energy_import_kwh": 1234.567 + number / 10,
        "energy_export_kwh": 12.345,
        "gas_volume_m3": 123.456,
        "water_volume_m3": None,
        "samples": 180,
        "source": "registers",
        **more,
    }


def totals(key: str, name: str, **more: Any) -> dict[str, Any]:
    """The totals of a day or a month."""
    known: dict[str, Any] = dict.fromkeys(
        ("import_kwh", "export_kwh", "gas_m3", "water_m3", "peak_w", "peak_start")
    )
    return {key: name, **known, **more}


async def call(hass: HomeAssistant, action: str, entry_id: str, **fields: Any) -> Any:
    data = {"config_entry_id": entry_id, **fields}
    return await hass.services.async_call(DOMAIN, action, data, blocking=True, return_response=True)


# The client


async def test_history_comes_quarter_by_quarter(monitor: P1Monitor) -> None:
    monitor.stored = [quarter(number) for number in range(4)]
    async with ClientSession() as session:
        client = P1MonitorClient(monitor.host, session)
        found = [item async for item in client.history(START, START + timedelta(minutes=45))]
    assert [item.import_w for item in found] == [300, 301, 302]
    assert found[1].start == START + timedelta(minutes=15)
    assert (found[0].energy_import_kwh, found[0].water_volume_m3) == (1234.567, None)


async def test_history_that_breaks_off_is_an_error(monitor: P1Monitor) -> None:
    async def broken(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b'{"start":"2026-01-15T09:30:00+01:00"}\n{"start":"2026')
        assert request.transport
        request.transport.close()
        return response

    monitor.bodies["/api/history"] = broken
    async with ClientSession() as session:
        with pytest.raises(P1MonitorConnectionError):
            assert [item async for item in P1MonitorClient(monitor.host, session).history(START, END)]


async def test_a_long_history_is_requested_in_pieces_of_31_days(monitor: P1Monitor) -> None:
    spans: list[tuple[str, str]] = []

    async def note(request: web.Request) -> web.Response:
        spans.append((request.query["from"][:10], request.query["to"][:10]))
        return web.Response()

    monitor.bodies["/api/history"] = note
    async with ClientSession() as session:
        client = P1MonitorClient(monitor.host, session)
        assert [item async for item in client.history(START, START + timedelta(days=70))] == []
        assert [item async for item in client.history(START, START)] == []
    assert spans == [("2026-01-15", "2026-02-15"), ("2026-02-15", "2026-03-18"), ("2026-03-18", "2026-03-26")]


async def test_a_history_has_no_more_than_was_requested(monitor: P1Monitor) -> None:
    lines = b"".join(json.dumps(quarter(number)).encode() + b"\n" for number in range(13))
    async with ClientSession() as session:
        client = P1MonitorClient(monitor.host, session)
        monitor.bodies["/api/history"] = lines[: -len(lines) // 13]
        # Of these twelve quarters, four are in the hour. Eight are accepted in addition, but not returned.
        assert len([item async for item in client.history(START, END)]) == 4
        monitor.bodies["/api/history"] = lines
        with pytest.raises(P1MonitorResponseError, match="more quarters than requested"):
            assert [item async for item in client.history(START, END)]


async def test_history_of_something_else_is_no_history(monitor: P1Monitor) -> None:
    monitor.bodies["/api/history"] = "<html>\n"
    async with ClientSession() as session:
        with pytest.raises(P1MonitorResponseError):
            assert [item async for item in P1MonitorClient(monitor.host, session).history(START, END)]


# The actions


async def test_quarters_of_a_span(hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp) -> None:
    entry = await set_up(monitor)
    monitor.stored = [quarter(number) for number in range(4)]
    # Home Assistant runs in UTC here: without an offset it is meant so.
    answer = await call(
        hass, "get_quarters", entry.entry_id, start="2026-01-15 08:45:00", end="2026-01-15T10:15:00+01:00"
    )
    assert answer == {"quarters": [quarter(1), quarter(2)]}


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [
        ("2026-01-15T10:00:00+01:00", "2026-01-15T09:00:00+01:00", "ends_before_it_starts"),
        ("2026-01-15T10:00:00+01:00", "2026-05-15T10:00:00+01:00", "span_too_long"),
    ],
)
async def test_spans_that_cannot_be(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, start: str, end: str, why: str
) -> None:
    entry = await set_up(monitor)
    with pytest.raises(ServiceValidationError) as caught:
        await call(hass, "get_quarters", entry.entry_id, start=start, end=end)
    assert caught.value.translation_key == why


async def test_an_original_device_tells_no_quarters(
    hass: HomeAssistant, original: OriginalBoard, set_up: SetUp
) -> None:
    entry = await set_up(original)
    with pytest.raises(ServiceValidationError) as caught:
        await call(hass, "get_quarters", entry.entry_id, start=START.isoformat(), end=START.isoformat())
    assert caught.value.translation_key == "nothing_stored"
    months = (await call(hass, "get_month_peaks", entry.entry_id))["months"]
    assert [month["peak_w"] for month in months] == [2453]


async def test_a_device_that_does_not_answer_is_an_error(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    entry = await set_up(monitor)
    monitor.bodies["/api/history"] = 503
    monitor.bodies["/api/years/2026"] = 503
    span = {"start": START.isoformat(), "end": END.isoformat()}
    with pytest.raises(HomeAssistantError) as caught:
        await call(hass, "get_quarters", entry.entry_id, **span)
    assert caught.value.translation_key == "communication_error"
    with pytest.raises(HomeAssistantError) as caught:
        await call(hass, "get_month_peaks", entry.entry_id, start="2026-01-01", end="2026-02-01")
    assert caught.value.translation_key == "communication_error"


async def test_without_a_recorder_no_history_is_imported(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    entry = await set_up(monitor)
    with pytest.raises(ServiceValidationError) as caught:
        await call(hass, "import_history", entry.entry_id, start="2026-01-01")
    assert caught.value.translation_key == "no_statistics"


async def test_actions_are_there_without_a_device_that_is_loaded(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    entry = await set_up(monitor)
    await hass.config_entries.async_unload(entry.entry_id)
    for entry_id in (entry.entry_id, "nobody"):
        with pytest.raises(ServiceValidationError):
            await call(hass, "get_month_peaks", entry_id)


async def test_month_peaks_are_the_meters_own(hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp) -> None:
    entry = await set_up(monitor)
    answer = await call(hass, "get_month_peaks", entry.entry_id)
    months = [month["month"] for month in answer["months"]]
    assert months == sorted(months)
    assert months[-1] == monitor.peaks["running"]["month"]
    assert answer["months"][-1]["peak_w"] == monitor.peaks["running"]["power_w"]
    assert answer["billable_average_w"] == monitor.peaks["billable_average_w"]


async def test_month_peaks_before_the_meters_come_from_the_card(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    running = monitor.peaks["running"]
    monitor.bodies["/api/years/2024"] = {"year": 2024, "months": []}
    monitor.bodies["/api/years/2025"] = {
        "year": 2025,
        "months": [totals("month", "2025-03", peak_w=3100, peak_start="2025-03-09T18:00:00+01:00")],
    }
    # What the card says of a month that the meter knows does not count.
    monitor.bodies["/api/years/2026"] = {
        "year": 2026,
        "months": [totals("month", running["month"], peak_w=1)],
    }
    entry = await set_up(monitor)
    answer = await call(hass, "get_month_peaks", entry.entry_id, start="2024-12-31", end="2026-11-30")
    assert answer["months"][0] == {
        "month": "2025-03",
        "peak_w": 3100,
        "peak_end": "2025-03-09T18:15:00+01:00",
    }
    assert answer["months"][-1]["peak_w"] == running["power_w"]
    answer = await call(hass, "get_month_peaks", entry.entry_id, start="2025-03-01", end="2025-03-01")
    assert [month["month"] for month in answer["months"]] == ["2025-03"]


# Assist


@pytest.fixture
async def assist(hass_with_us: HomeAssistant) -> HomeAssistant:
    for component in ("homeassistant", "llm"):
        assert await async_setup_component(hass_with_us, component, {})
    return hass_with_us


CONTEXT = LLMContext(
    platform="test", context=Context(), language="en", assistant="conversation", device_id=None
)


async def ask(hass: HomeAssistant, tool: str, **arguments: Any) -> Any:
    tools = (await async_get_tools(hass, CONTEXT, LLM_API_ASSIST)).tools
    found = next(item for item in tools if item.name == f"p1_monitor__{tool}")
    return await found.async_call(hass, ToolInput(found.name, arguments), CONTEXT)


def expose(hass: HomeAssistant, should: bool = True) -> None:
    found = state(hass, "power")
    assert found
    async_expose_entity(hass, "conversation", found.entity_id, should)


async def test_tools_are_read_only_and_follow_what_is_exposed(
    assist: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    entry = await set_up(monitor)
    expose(assist)
    found = await async_get_tools(assist, CONTEXT, LLM_API_ASSIST)
    ours = [tool for tool in found.tools if tool.integration == DOMAIN]
    assert len(ours) == 3
    for tool in ours:
        assert tool.annotations.read_only
        assert tool.annotations.idempotent
        assert not tool.annotations.destructive
        assert not tool.annotations.open_world
        assert tool.description
    assert found.prompt
    assert "capacity tariff" in found.prompt

    expose(assist, False)
    hidden = await async_get_tools(assist, CONTEXT, LLM_API_ASSIST)
    assert not [tool for tool in hidden.tools if tool.integration == DOMAIN]
    expose(assist)
    tool = ours[0]
    await assist.config_entries.async_unload(entry.entry_id)
    answer = await tool.async_call(assist, ToolInput(tool.name, {}), CONTEXT)
    assert isinstance(answer, ToolResult)
    assert answer.error


async def test_assist_tells_the_running_quarter_and_the_peaks_without_whose_they_are(
    assist: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    await set_up(monitor)
    expose(assist)
    quarter_told = (await ask(assist, "running_quarter")).data
    assert quarter_told["projected_w"] == monitor.quarter["projected_w"]
    assert quarter_told["headroom_w"] == monitor.quarter["headroom_w"]
    peaks_told = (await ask(assist, "month_peaks")).data
    assert peaks_told["months"][-1]["peak_w"] == monitor.peaks["running"]["power_w"]
    for told in (quarter_told, peaks_told):
        for secret in (monitor.reading["meter_id"], monitor.device["id"], monitor.device["wifi"]["ssid"]):
            assert secret not in str(told)


async def test_assist_tells_the_energy_of_days(
    assist: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    monitor.bodies["/api/months/2025-12"] = {
        "month": "2025-12",
        "days": [
            totals("day", "2025-12-30", import_kwh=100.0),
            totals("day", "2025-12-31", import_kwh=1.5, gas_m3=2.5, peak_w=2000),
        ],
    }
    monitor.bodies["/api/months/2026-01"] = {
        "month": "2026-01",
        "days": [
            totals("day", "2026-01-01", import_kwh=2.25, peak_w=3000, peak_start="2026-01-01T18:00:00+01:00"),
            totals("day", "2026-01-02", import_kwh=100.0),
        ],
    }
    await set_up(monitor)
    expose(assist)
    assert (await ask(assist, "energy_of_days", first_day="2025-12-31", last_day="2026-01-01")).data == {
        "days_stored": 2,
        "import_kwh": 3.75,
        "export_kwh": None,
        "gas_m3": 2.5,
        "water_m3": None,
        "highest_quarter_w": 3000,
        "highest_quarter_start": "2026-01-01T18:00:00+01:00",
    }


async def test_assist_is_told_that_the_device_does_not_answer(
    assist: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    monitor.bodies["/api/months/2026-01"] = 503
    await set_up(monitor)
    expose(assist)
    told = await ask(assist, "energy_of_days", first_day="2026-01-01", last_day="2026-01-01")
    assert told.error
    assert told.data == {"error": "The meter does not answer now"}


async def test_of_two_meters_assist_is_told_which(
    assist: HomeAssistant, monitor: P1Monitor, original: OriginalBoard, set_up: SetUp
) -> None:
    await set_up(monitor)
    expose(assist)
    original.serial = "02:00:C3:00:00:02"
    other = await set_up(original, unique_id="0200c3000002")
    found = state(assist, "power", device="0200c3000002")
    assert found
    async_expose_entity(assist, "conversation", found.entity_id, True)
    assert (await ask(assist, "running_quarter", meter="P1 meter (1)")).data["projected_w"] == 3181
    assist.config_entries.async_update_entry(other, title="Garage")
    assert (await ask(assist, "running_quarter", meter="Garage")).data["average_so_far_w"] == 1000
