"""The client on its own: what it makes of answers, good and bad, and of silence."""

import asyncio
import inspect
import sys
from collections.abc import AsyncIterator
from datetime import datetime
from types import ModuleType
from typing import Any

import aiohttp
import pytest

from custom_components.p1_monitor import api, capacity_tariff, original_advice
from custom_components.p1_monitor.api import (
    Device,
    NotP1MonitorError,
    OriginalDevice,
    OriginalPeak,
    OriginalQuarter,
    P1MonitorClient,
    P1MonitorConnectionError,
    P1MonitorHostError,
    P1MonitorResponseError,
    Peaks,
    Quarter,
    Reading,
)
from custom_components.p1_monitor.api.events import EventReader
from custom_components.p1_monitor.api.http import MAX_BODY_BYTES

from .device import DEVICE_ID, OriginalBoard, P1Monitor, fixture, silent_body


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def client(monitor: P1Monitor, session: aiohttp.ClientSession) -> P1MonitorClient:
    return P1MonitorClient(monitor.host, session)


@pytest.fixture
def original_client(original: OriginalBoard, session: aiohttp.ClientSession) -> P1MonitorClient:
    return P1MonitorClient(original.host, session)


def test_it_knows_nothing_of_home_assistant() -> None:
    modules = [sys.modules[name] for name in sys.modules if name.startswith(api.__name__)]
    assert len(modules) > 3
    for module in [*modules, capacity_tariff, original_advice]:
        assert "homeassistant" not in inspect.getsource(module), module.__name__
        imports = [value for value in vars(module).values() if isinstance(value, ModuleType)]
        assert not [name for name in imports if name.__name__.startswith("homeassistant")]


async def test_device(client: P1MonitorClient) -> None:
    device = await client.device()
    assert (device.id, device.firmware, device.wifi_rssi_dbm) == (DEVICE_ID, "0.1.0", -61)
    assert device.clock.time == datetime.fromisoformat("2026-11-12T18:32:55+01:00")
    assert (device.card.state, device.p1.age_ms, device.capacity.area) == ("ok", 350, "antwerpen")


async def test_reading(client: P1MonitorClient) -> None:
    reading = await client.reading()
    assert reading.time == datetime.fromisoformat("2026-11-12T18:32:55+01:00")
    assert reading.energy_import_tariffs_kwh == (301.548, 270.572, None, None, None)
    assert reading.power_import_phases_w == (1180, 2300, 0)
    assert [meter.type for meter in reading.mbus] == ["gas", "water"]


async def test_quarter_and_peaks(client: P1MonitorClient) -> None:
    quarter = await client.quarter()
    assert (quarter.demand_w, quarter.headroom_w, quarter.at_risk) == (620, 35, False)
    peaks = await client.peaks()
    assert peaks.running
    assert peaks.running.power_w == 3210
    assert [peak.month for peak in peaks.months] == ["2026-10", "2026-09"]


async def test_before_the_first_telegram_all_is_absent(monitor: P1Monitor, client: P1MonitorClient) -> None:
    monitor.before_first_telegram()
    assert await client.reading() == Reading()
    assert await client.quarter() == Quarter()
    assert await client.peaks() == Peaks()


def test_fields_of_another_type_are_absent() -> None:
    wrong = {key: {"what": True} for key in fixture("reading")}
    assert Reading.from_json(wrong) == Reading()
    assert Reading.from_json({}) == Reading()
    assert Quarter.from_json({"id": True, "start": "yesterday", "end": "2026-11-12T18:45:00"}) == Quarter()
    assert Peaks.from_json({"months": ["2026-10"]}) == Peaks()
    assert Reading.from_json({"fuse_a": float("nan"), "energy_import_kwh": float("inf")}) == Reading()
    device = Device.from_json({"id": "0200C3000001", "card": None, "new": {}})
    assert device
    assert device.id == DEVICE_ID
    assert device.card.state is None


def test_slots_of_another_type_are_empty() -> None:
    body = {"quarter_id": 1, "consumed_power_interval_avgs": [1, "2", None, True, 5.5]}
    quarter = OriginalQuarter.from_json(body)
    assert quarter
    assert quarter.consumed_w == (1, None, None, None, None)
    assert quarter.produced_w == ()
    assert OriginalPeak.from_json({"peak": {"quarter_id": 1}}) is None


def test_an_unknown_key_costs_nothing() -> None:
    assert Reading.from_json({**silent_body(fixture("reading")), "colour": "blue"}) == Reading()


@pytest.mark.parametrize(
    "body",
    [
        500,
        302,
        "<html>",
        "[]",
        '"text"',
        "{",
        b"\xff\xfe",
        "x" * (MAX_BODY_BYTES + 1),
        '{"name": "no id"}',
    ],
)
async def test_another_answer_is_a_response_error(
    monitor: P1Monitor, client: P1MonitorClient, body: Any
) -> None:
    monitor.bodies["/api/device"] = body
    with pytest.raises(P1MonitorResponseError):
        await client.device()
    with pytest.raises(NotP1MonitorError):
        await client.identify()


async def test_a_name_that_the_device_refuses_is_an_error_of_its_own(
    monitor: P1Monitor, client: P1MonitorClient
) -> None:
    monitor.bodies["/api/device"] = 421
    with pytest.raises(P1MonitorHostError, match="does not answer to the name"):
        await client.identify()


async def test_no_answer_in_time(monitor: P1Monitor, session: aiohttp.ClientSession) -> None:
    client = P1MonitorClient(monitor.host, session, request_timeout_s=1)
    monitor.hang = True
    with pytest.raises(P1MonitorConnectionError, match="no answer in time"):
        await client.device()


async def test_nothing_listens(monitor: P1Monitor, client: P1MonitorClient) -> None:
    await monitor.stop()
    with pytest.raises(P1MonitorConnectionError):
        await client.device()
    with pytest.raises(P1MonitorConnectionError):
        async for _ in client.live():
            pass


async def test_identify_ours(client: P1MonitorClient) -> None:
    assert isinstance(await client.identify(), Device)


@pytest.mark.parametrize(
    ("serial", "known_as"),
    [
        ("02:00:C3:00:00:01", DEVICE_ID),
        ("0200C3000001", DEVICE_ID),
        ("02-00-c3-00-00-01", DEVICE_ID),
        (" 12345 ", "12345"),
        ("not-a-mac-12", "not-a-mac-12"),
        ("", None),
    ],
)
async def test_identify_original_by_its_serial_number(
    original: OriginalBoard, original_client: P1MonitorClient, serial: str, known_as: str | None
) -> None:
    original.serial = serial
    assert await original_client.identify() == OriginalDevice(serial=known_as)


async def test_identify_original_without_description(
    original: OriginalBoard, original_client: P1MonitorClient
) -> None:
    del original.bodies["/description.xml"]
    assert await original_client.identify() == OriginalDevice(serial=None)


async def test_identify_original_before_its_first_telegram(
    original: OriginalBoard, original_client: P1MonitorClient
) -> None:
    original.consumed, original.peak = [], None
    assert isinstance(await original_client.identify(), OriginalDevice)
    assert await original_client.original_quarter() is None
    assert await original_client.original_peak() is None


async def test_an_empty_object_everywhere_is_no_original(
    original: OriginalBoard, original_client: P1MonitorClient
) -> None:
    original.bodies = {"/current/quarter": {}, "/current/month/peak": {}}
    with pytest.raises(NotP1MonitorError):
        await original_client.identify()


async def test_live_opens_with_everything(client: P1MonitorClient) -> None:
    seen: list[Any] = []
    async for events in client.live():
        seen += events
        if len(seen) == 4:
            break
    assert [type(event) for event in seen] == [Device, Peaks, Reading, Quarter]


async def test_what_comes_together_is_given_together(monitor: P1Monitor, client: P1MonitorClient) -> None:
    live = client.live()
    await anext(live)
    monitor.push(reading={"power_import_w": 1}, quarter={"demand_w": 2})
    events = await anext(live)
    assert [type(event) for event in events] == [Reading, Quarter]
    await live.aclose()


async def test_unknown_events_are_no_events(monitor: P1Monitor, client: P1MonitorClient) -> None:
    live = client.live()
    await anext(live)
    monitor.send("event: weather\ndata: rain\n\n: a comment\n\n")
    monitor.push(quarter={"demand_w": 2})
    event = (await anext(live))[0]
    assert isinstance(event, Quarter)
    assert event.demand_w == 2
    await live.aclose()


async def test_silence_ends_the_stream(monitor: P1Monitor, session: aiohttp.ClientSession) -> None:
    client = P1MonitorClient(monitor.host, session, silence_timeout_s=1)
    live = client.live()
    await anext(live)
    with pytest.raises(P1MonitorConnectionError, match="no answer in time"):
        await asyncio.wait_for(anext(live), 10)


async def test_the_end_of_the_stream_is_an_error(monitor: P1Monitor, client: P1MonitorClient) -> None:
    live = client.live()
    await anext(live)
    monitor.drop_streams()
    with pytest.raises(P1MonitorConnectionError, match="closed"):
        await anext(live)


@pytest.mark.parametrize(
    "text", ["event: quarter\ndata: {\n\n", "event: quarter\ndata: []\n\n", "x" * 70_000]
)
async def test_nonsense_on_the_stream_ends_it(monitor: P1Monitor, client: P1MonitorClient, text: str) -> None:
    live = client.live()
    await anext(live)
    monitor.send(text)
    with pytest.raises(P1MonitorResponseError):
        await anext(live)


async def test_a_device_with_all_its_streams_taken(monitor: P1Monitor, client: P1MonitorClient) -> None:
    monitor.streaming = False
    with pytest.raises(P1MonitorResponseError, match="503"):
        await anext(client.live())


class TestEventReader:
    """Events out of chunks."""

    def test_cut_anywhere(self) -> None:
        text = "event: a\r\ndata: één\r\n\r\ndata:two\ndata: lines\n\n".encode()
        for size in range(1, len(text) + 1):
            reader = EventReader()
            events = [
                event
                for start in range(0, len(text), size)
                for event in reader.feed(text[start : start + size])
            ]
            assert events == [("a", "één"), ("", "two\nlines")]

    def test_ids_retries_and_comments_are_skipped(self) -> None:
        assert EventReader().feed(b"id: 3\nretry: 5\n:hi\nevent: a\ndata: b\nempty\n\n\n") == [("a", "b")]

    def test_an_event_without_data_is_none(self) -> None:
        assert EventReader().feed(b"event: a\n\ndata: b\n\n") == [("", "b")]

    @pytest.mark.parametrize(
        "text", [b"data: " + b"x" * 20, b"data: x\n" * 4, b"data: " + b"x" * 20 + b"\n\n", b"data: \xff\n"]
    )
    def test_what_is_too_long_or_no_text_is_refused(self, text: bytes) -> None:
        reader = EventReader(max_bytes=16)
        with pytest.raises(P1MonitorResponseError):
            reader.feed(text)

    def test_the_bound_is_per_event(self) -> None:
        reader = EventReader(max_bytes=16)
        assert len(reader.feed(b"data: 123456\n\n" * 50)) == 50


def test_what_is_stored_without_a_name_is_nothing() -> None:
    assert api.StoredQuarter.from_json({"import_w": 5}) is None
    assert api.Totals.from_json({"import_kwh": 5}, "day") is None
