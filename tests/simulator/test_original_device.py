"""The stand-in of an original device speaks its interface to the letter."""

import json
from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from simulator import clock
from simulator.original_device import OriginalDevice
from simulator.scripted_load import ScriptedLoad
from simulator.telegram_source import simulated_meter

START = clock.parse("2026-11-12T18:14:30")


@pytest.fixture
def device() -> Iterator[OriginalDevice]:
    load = ScriptedLoad(3000, [(START + 10, -700), (START + 15, 6000)])
    with OriginalDevice(simulated_meter(start=START, load=load), speed=0) as device:
        yield device


def get(device: OriginalDevice, path: str) -> str:
    with urlopen(device.url + path, timeout=5) as answer:
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        text: str = answer.read().decode()
        return text


def test_before_the_first_telegram_the_quarter_is_empty(device: OriginalDevice) -> None:
    assert get(device, "current/quarter") == "{}"
    assert "peak" not in json.loads(get(device, "current/month/peak"))


def test_samples_are_means_of_five_seconds_and_null_where_nothing_was_read(device: OriginalDevice) -> None:
    device.advance(19)
    quarter = json.loads(get(device, "current/quarter"))

    assert list(quarter) == [
        "quarter_id",
        "consumed_power_avg",
        "interval_secs",
        "consumed_power_interval_avgs",
        "produced_power_interval_avgs",
    ]
    assert quarter["quarter_id"] == clock.quarter_id(clock.parse("2026-11-12T18:00"))
    assert quarter["consumed_power_interval_avgs"] == [None] * 174 + [3000, 3000, 0, 6000]
    assert quarter["produced_power_interval_avgs"] == [None] * 174 + [0, 0, -700, 0]
    assert quarter["consumed_power_avg"] == 3000


def test_running_sample_is_the_newest_one(device: OriginalDevice) -> None:
    device.advance(11)
    quarter = json.loads(get(device, "current/quarter"))

    assert quarter["consumed_power_interval_avgs"] == [None] * 174 + [3000, 3000, 0]


def test_a_new_quarter_begins_with_its_clock(device: OriginalDevice) -> None:
    device.advance(36)
    quarter = json.loads(get(device, "current/quarter"))

    assert quarter["quarter_id"] == clock.quarter_id(clock.parse("2026-11-12T18:15"))
    assert quarter["consumed_power_interval_avgs"] == [6000, 6000]


def test_the_month_peak_names_the_start_of_its_quarter(device: OriginalDevice) -> None:
    device.advance(31 + 900)
    peak = device.source.meter.peak
    assert peak.end == clock.parse("2026-11-12T18:30")

    answer = json.loads(get(device, "current/month/peak"))
    assert answer["peak"] == {"quarter_id": clock.quarter_id(clock.parse("2026-11-12T18:15")), "power": 6000}
    assert list(answer["memory"]) == [
        "size_heap",
        "free_heap",
        "free_sketch",
        "size_sketch",
        "size_psram",
        "free_psram",
    ]


def test_its_description_carries_its_serial_number(device: OriginalDevice) -> None:
    assert "<serialNumber>0200c3000002</serialNumber>" in get(device, "description.xml")


def test_everything_else_is_not_found(device: OriginalDevice) -> None:
    with pytest.raises(HTTPError) as caught:
        get(device, "api/device")

    assert (caught.value.code, caught.value.read()) == (404, b"Item not found")
    caught.value.close()
