"""Every dialect against an independent reader, dsmr-parser, and against the meter's true values."""

import re
from decimal import Decimal
from typing import Any

import pytest
from dsmr_parser import telegram_specifications  # type: ignore[import-untyped]
from dsmr_parser.parsers import TelegramParser  # type: ignore[import-untyped]
from hypothesis import given, strategies as st

from simulator import clock
from simulator.dialect import Deci, Milli, crc16
from simulator.dialects import DIALECTS
from simulator.scripted_load import ScriptedLoad
from simulator.telegram_source import MeterSource, simulated_meter, telegrams

START = clock.parse("2026-11-12T18:29:30")
WITH_PEAKS = ["sagemcom-t211-50217", "sagemcom-t212-50221", "landis-e360-50221", "spec-1.7.1", "spec-2.1.1"]


@pytest.fixture(params=DIALECTS)
def source(request: pytest.FixtureRequest) -> MeterSource:
    return simulated_meter(request.param, START)


def read(telegram: bytes) -> Any:
    """What dsmr-parser makes of it, its CRC check included."""
    parser = TelegramParser(telegram_specifications.BELGIUM_FLUVIUS)
    # It knows no pair of limits in one bracket, which is how Sibelga's meter has them.
    return parser.parse(telegram.decode(), throw_ex=b"1-1:31.4.0" not in telegram)


def lines(source: MeterSource) -> dict[str, str]:
    """From OBIS code to what stands in the brackets."""
    found = re.findall(r"^(\d-\d:[\d.]+)(\(.*\))\r$", source.telegram().decode(), re.MULTILINE)
    return dict(found)


def test_crc_check_value() -> None:
    assert crc16(b"123456789") == 0xBB3D


@given(st.integers(0, 999_999_999))
def test_numbers_keep_their_width_and_their_value(value: int) -> None:
    text = f"{Milli(value):9.3}"

    assert len(text) == 10
    assert Decimal(text) * 1000 == value


def test_numbers_in_other_units_and_without_a_point() -> None:
    assert f"{Deci(2347):4.1}" == "234.7"
    assert [f"{Milli(2180):5.2}", f"{Milli(2180):3.0}"] == ["002.18", "002"]


def test_the_line_ends_and_the_crc_are_as_on_the_line(source: MeterSource) -> None:
    telegram = source.telegram()
    body, end, crc = telegram.rpartition(b"!")

    assert telegram.startswith(b"/")
    assert telegram.count(b"\n") == telegram.count(b"\r\n") == telegram.count(b"\r")
    assert crc == b"%04X\r\n" % crc16(body + end)
    assert b"{" not in telegram
    assert b"\r\n-\r\n" not in telegram
    assert 397 <= len(telegram) <= 1500


def test_registers_and_power_are_the_meters_own(source: MeterSource) -> None:
    meter = source.meter
    for _ in range(3):
        source.advance(977)
        seen = read(source.telegram())
        net = sum(meter.phase_w)

        assert seen.ELECTRICITY_USED_TARIFF_1.value * 1000 == meter.import_wh[0]
        assert seen.ELECTRICITY_USED_TARIFF_2.value * 1000 == meter.import_wh[1]
        assert seen.ELECTRICITY_DELIVERED_TARIFF_1.value * 1000 == meter.export_wh[0]
        assert seen.ELECTRICITY_DELIVERED_TARIFF_2.value * 1000 == meter.export_wh[1]
        assert int(seen.ELECTRICITY_ACTIVE_TARIFF.value) == meter.tariff
        assert (seen.CURRENT_ELECTRICITY_USAGE.value - seen.CURRENT_ELECTRICITY_DELIVERY.value) * 1000 == net
        if not source.dialect.name.startswith("iskra-ie5") or source.dialect.name.endswith("2026"):
            assert clock.utc(meter.moment) == seen.P1_MESSAGE_TIMESTAMP.value


@pytest.mark.parametrize(
    "name", [name for name in DIALECTS if "50213" not in name and name != "sibelga-s210"]
)
def test_the_phases_add_up_unless_the_meter_shows_none(name: str) -> None:
    source = simulated_meter(name, clock.parse("2026-06-11T12:00:00"))
    total = Decimal(0)
    for _ in range(5):
        source.advance(313)
        shown = lines(source)
        imported = sum(
            Decimal(shown[code][1:7]) for code in ("1-0:21.7.0", "1-0:41.7.0", "1-0:61.7.0") if code in shown
        )
        exported = sum(
            Decimal(shown[code][1:7]) for code in ("1-0:22.7.0", "1-0:42.7.0", "1-0:62.7.0") if code in shown
        )
        net = Decimal(shown["1-0:1.7.0"][1:7]) - Decimal(shown["1-0:2.7.0"][1:7])
        total += abs(net)
        assert imported - exported == (0 if name == "landis-e360-50221-230v" else net)
    assert total > 0


@pytest.mark.parametrize("name", WITH_PEAKS)
def test_demand_and_peaks_are_the_meters_own(name: str) -> None:
    source = simulated_meter(name, START)
    source.advance(1200)
    meter, seen = source.meter, read(source.telegram())

    assert seen.BELGIUM_CURRENT_AVERAGE_DEMAND.value * 1000 == meter.demand_w
    assert seen.BELGIUM_MAXIMUM_DEMAND_MONTH.value * 1000 == meter.peak.power_w
    assert meter.peak.end is not None
    assert seen.BELGIUM_MAXIMUM_DEMAND_MONTH.datetime == clock.utc(meter.peak.end)
    shown = sorted(seen.BELGIUM_MAXIMUM_DEMAND_13_MONTHS, key=lambda month: month.datetime)
    assert len(shown) == len(meter.closed)
    for month, true in zip(shown, meter.closed, strict=True):
        assert month.datetime == clock.utc(true.closing)
        assert month.value * 1000 == true.peak.power_w
        if true.peak.end is not None:
            assert month.occurred == clock.utc(true.peak.end)


def test_gas_and_water_stand_on_their_channels() -> None:
    source = simulated_meter("sagemcom-t211-50217", START, gas=3, water=1)
    source.advance(600)
    water, gas = source.meter.devices

    seen = {device.channel_id: device for device in read(source.telegram()).MBUS_DEVICES}

    assert list(seen) == [1, 3]
    for device, shown in ((gas, seen[3]), (water, seen[1])):
        assert shown.MBUS_DEVICE_TYPE.value == device.type
        assert shown.MBUS_METER_READING.value * 1000 == device.volume_dm3
        assert shown.MBUS_METER_READING.datetime == clock.utc(device.captured)


def test_a_meter_without_devices_names_none() -> None:
    telegram = simulated_meter("sagemcom-t211-50217", START, gas=None, water=None).telegram()

    assert b"24.1.0" not in telegram
    assert telegram.count(b"\r\n\r\n") == 1


def test_a_gas_meter_that_never_reported_has_a_filler_without_a_unit() -> None:
    telegram = simulated_meter("sagemcom-t211-50213", START, gas_linked=False).telegram()

    assert b"0-1:24.4.0(0)\r\n0-1:24.2.3(632525252525W)(00000.000)\r\n" in telegram


def test_a_message_is_hexadecimal_and_can_fill_three_and_a_half_kilobytes() -> None:
    source = simulated_meter("sagemcom-t211-50217", START, message="Pas op!")
    assert b"0-0:96.13.0(506173206F7021)\r\n" in source.telegram()

    source.meter.message = "x" * 1024
    assert 3500 <= len(source.telegram()) <= 4096


def test_an_empty_history_ends_in_an_empty_pair() -> None:
    telegram = simulated_meter("sagemcom-s211-50217", START).telegram()

    assert b"0-0:98.1.0(0)(1-0:1.6.0)(1-0:1.6.0)()\r\n" in telegram


@pytest.mark.parametrize(
    ("name", "filler"),
    [
        ("sagemcom-t211-50217-230v", "(260701000000S)(632525252525W)(00.000*kW)"),
        ("landis-e360-50221", "(261001000000S)(35255255255255255S)(00.000*kW)"),
        ("sagemcom-t212-50221", "(260901000000S)(260801000000S)(00.000*kW)"),
    ],
)
def test_the_factorys_month_has_each_makers_own_filler(name: str, filler: str) -> None:
    assert filler in lines(simulated_meter(name, START))["0-0:98.1.0"]


@pytest.mark.parametrize(
    ("name", "volts", "currents"),
    [
        ("sagemcom-t211-50217", (1, 1, 1), (1, 1, 1)),
        ("sagemcom-t211-50217-230v", (1, 0, 1), (1, 1, 1)),
        ("landis-e360-50221-230v", (1, 0, 1), (1, 0, 1)),
    ],
)
def test_a_grid_without_neutral_hides_the_second_line(
    name: str, volts: tuple[int, ...], currents: tuple[int, ...]
) -> None:
    shown = lines(simulated_meter(name, START))

    assert tuple(int(float(shown[f"1-0:{n}2.7.0"][1:6]) > 200) for n in (3, 5, 7)) == volts
    assert tuple(int(float(shown[f"1-0:{n}1.7.0"][1:7]) > 0) for n in (3, 5, 7)) == currents


def test_a_virtual_neutral_lies_near_133_volts() -> None:
    shown = lines(simulated_meter("iskra-ie5-old-230v", START))

    assert all(125 < float(shown[f"1-0:{n}2.7.0"][1:6]) < 146 for n in (3, 5, 7))


def test_one_wattmeter_may_export_while_the_other_imports() -> None:
    source = simulated_meter("sagemcom-t211-50217-230v", START, load=ScriptedLoad(-40))
    shown = lines(source)

    assert (shown["1-0:21.7.0"], shown["1-0:62.7.0"]) == ("(00.005*kW)", "(00.045*kW)")


def test_old_iskra_has_a_clock_without_a_letter_and_its_number_in_plain_digits() -> None:
    shown = lines(simulated_meter("iskra-ie5-old", START))

    assert shown["0-0:1.0.0"] == "(261112182930)"
    assert shown["0-0:96.1.0"] == "(90000073)"
    assert shown["0-1:96.1.1"] == "()"


def test_new_iskra_writes_the_peak_before_its_moment() -> None:
    source = simulated_meter("iskra-ie5-2026", START)
    peak = source.meter.peak
    assert peak.end is not None

    assert lines(source)["1-0:1.6.0"] == f"({peak.power_w / 1000:06.3f}*kW)({clock.stamp(peak.end)[:12]})"


def test_a_winter_peak_keeps_its_letter_in_a_summer_telegram() -> None:
    source = simulated_meter("sagemcom-t211-50217", clock.parse("2026-03-29T01:59:59"))
    source.meter.peak = source.meter.peak.__class__(9000, clock.parse("2026-03-07T18:15"))
    source.advance(1)
    shown = lines(source)

    assert (shown["0-0:1.0.0"], shown["1-0:1.6.0"]) == ("(260329030000S)", "(260307181500W)(09.000*kW)")


def test_the_example_of_the_specification_has_its_size() -> None:
    seconds = list(telegrams("spec-1.7.1", START, 60))

    assert {len(telegram) for telegram in seconds} == {1059}
    assert len({telegram[-6:] for telegram in seconds}) > 50
