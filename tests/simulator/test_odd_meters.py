"""Odd meters: telegrams with a valid CRC that contain what few meters send."""

import re
from pathlib import Path

import pytest

from simulator import clock
from simulator.dialect import crc16
from simulator.odd_meters import ODD_METERS, OddMeter
from simulator.options import UsageError, parse
from simulator.telegram_source import simulated_meter
from tests.simulator.test_telegram_command import run

START = clock.parse("2026-11-12T18:29:30")
EXPECTED = {
    "clock-not-set": lambda reading: reading["time"] is None,
    "limiter": lambda reading: reading["limiter_w"] == 2300,
    "fuse": lambda reading: reading["fuse_a"] == 10,
    "heavy": lambda reading: reading["peak_w"] == 30900,
    "heat-kwh": lambda reading: told(reading) == ("heat", 12345, "kWh"),
    "heat-mj": lambda reading: told(reading) == ("heat", 44442, "MJ"),
    "slash": lambda reading: reading["power_import_w"] > 0,
}


def told(reading: dict[str, list[dict[str, object]]]) -> tuple[object, ...]:
    heat = reading["mbus"][0]
    return heat["type"], heat["value"], heat["unit"]


@pytest.mark.parametrize("name", ODD_METERS)
def test_odd_meter_is_read_as_it_is_described(name: str, tmp_path: Path) -> None:
    source = OddMeter(simulated_meter(start=START), ODD_METERS[name][1])
    telegram = source.telegram()
    assert telegram != source.source.telegram()
    end = telegram.rindex(b"!") + 1
    assert telegram[end:] == b"%04X\r\n" % crc16(telegram[:end])
    assert (b"/" in telegram[1:end]) == (name == "slash")
    file = tmp_path / "odd.txt"
    file.write_bytes(telegram)

    status, readings, _ = run(file)

    assert status == 0
    assert EXPECTED[name](readings[0])


def test_odd_meter_is_an_option_and_an_unknown_one_is_named(socket_enabled: None) -> None:
    given = parse(["--odd", "fuse", "--odd", "slash", "--start", "2026-11-12T18:29:30", "--port", "18099"])
    assert re.search(rb"31\.4\.0\(010\*A\)", given.source.telegram())
    assert b"m3/h" in given.source.telegram()
    assert given.about.endswith('a main fuse of 10 A, a line with "/" in it')
    with pytest.raises(UsageError, match="no odd meter is called blue; there are: clock-not-set"):
        parse(["--odd", "blue"])
