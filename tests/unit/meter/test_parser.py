"""meter/parser.py: from the lines of a telegram, and of the one before, to a reading."""

from telegrams import CLOCK, HOUSE, POWER, Meter, instead, read, shown, without

from meter import timestamp
from meter.parser import total, volume_dm3


def moment(text):
    return timestamp.parse(text.encode())


def test_every_object_of_a_telegram_is_read():
    fields = read(*HOUSE)
    assert fields["meter_model"] == "FLU5\\253769484_A"
    assert fields["time"] == moment("261112182930W")
    assert (fields["energy_import_t1_wh"], fields["energy_export_t2_wh"]) == (6312401, 905018)
    assert fields["peak"] == (4218,) + moment("261103184500W")
    assert fields["peaks"] == [(2026 * 12 + 9, 3871) + moment("261019190000S")]
    assert (fields["power_import_w"], fields["power_import_l2_w"]) == (2340, 340)
    assert (fields["voltage_l3_dv"], fields["current_l1_ma"]) == (2328, 8160)
    assert sorted(fields["mbus"]) == [1, 2]


def test_objects_may_come_in_any_order():
    assert read(*reversed(HOUSE)) == read(*HOUSE)
    shuffled = [HOUSE[number * 7 % len(HOUSE)] for number in range(len(HOUSE))]
    assert len(set(shuffled)) == len(HOUSE)
    assert read(*shuffled) == read(*HOUSE)


def test_no_blank_line_after_the_header_is_needed():
    assert read(*HOUSE[1:]) == read(*HOUSE)


def test_object_that_is_not_sent_is_absent():
    fields = read(CLOCK, POWER)
    assert sorted(fields) == ["mbus", "meter_model", "power_import_w", "time"]
    assert shown(CLOCK, POWER)["voltage_l1_v"] is None


def test_unknown_objects_are_skipped_one_by_one():
    for line in (
        "1-0:99.97.0()",
        "1-3:0.2.8(50)",
        "0-0:98.1.1(1)(0-0:0.1.0)(1-0:1.8.0)(250701000000S)(15)(0002631.00*kWh)",
        "1-1:31.4.0(65.0*A,-65.0*A)",
        "1-0:1.7.00(09.999*kW)",
        "11-0:1.7.0(09.999*kW)",
        "1-0:1.7(09.999*kW)",
        "(00.001*kW)",
        "nonsense",
        ")",
        "(",
        "",
    ):
        assert read(line, *HOUSE) == read(*HOUSE), line
        assert read(*(HOUSE + (line,))) == read(*HOUSE), line


def test_malformed_object_costs_only_its_own_field():
    whole = read(*HOUSE)
    for line, field in (
        ("1-0:1.7.0(02.3x0*kW)", "power_import_w"),
        ("1-0:1.7.0(", "power_import_w"),
        ("1-0:1.8.1()", "energy_import_t1_wh"),
        ("1-0:1.8.1(*kWh)", "energy_import_t1_wh"),
        ("0-0:96.14.0(x)", "tariff"),
        ("1-0:32.7.0(*)", "voltage_l1_dv"),
        ("1-0:31.7.0(.*A)", "current_l1_ma"),
        ("1-0:1.6.0(261103184500W)", "peak"),
        ("1-0:1.6.0()()", "peak"),
        ("0-0:98.1.0()", "peaks"),
        ("0-0:98.1.0(1)(1-0:1.6.0", "peaks"),
        ("0-0:1.0.0(261312182930W)", "time"),
    ):
        expected = whole.copy()
        del expected[field]
        fields = read(*instead(line))
        fields["mbus"] = expected["mbus"]
        assert fields == expected, line


def test_line_of_one_or_two_characters_costs_nothing():
    # split at LF: such a line need not even have a CR
    for line in ("a\n(", "0\n0(", "(\n(", "a(\nb"):
        assert read(CLOCK, line, POWER)["power_import_w"] == 2340, line


def test_next_telegram_brings_what_changed():
    meter = Meter()
    meter.send(*HOUSE)
    fields = meter.send(*instead("1-0:1.7.0(00.512*kW)", instead("0-0:1.0.0(261112182931W)")))
    assert fields == read(*instead("1-0:1.7.0(00.512*kW)", instead("0-0:1.0.0(261112182931W)")))
    assert fields["power_import_w"] == 512


def test_field_that_disappears_becomes_absent():
    meter = Meter()
    meter.send(*HOUSE)
    for code in ("1-0:1.4.0", "1-0:1.6.0", "0-0:98.1.0", "1-0:71.7.0", "0-2:24.2.1"):
        meter.send(*HOUSE)
        assert meter.send(*without(code)) == read(*without(code)), code
    assert meter.send(CLOCK) == read(CLOCK)


def test_field_whose_value_becomes_a_filler_becomes_absent():
    meter = Meter()
    for line, field in (
        ("1-0:1.6.0(632525252525W)(00.000*kW)", "peak"),
        ("1-0:31.4.0(999*A)", "fuse_ma"),
        ("0-0:96.1.1()", "meter_id"),
        ("1-0:1.7.0(xx.xxx*kW)", "power_import_w"),
    ):
        before = meter.send(*instead("1-0:31.4.0(040*A)"))
        assert field in before
        after = meter.send(*instead(line))
        assert field not in after, line


def test_object_that_takes_the_place_of_another_is_read_as_itself():
    meter = Meter()
    fields = meter.send(CLOCK, "1-0:1.7.0(00.100*kW)", "1-0:1.4.0(00.050*kW)")
    fields = meter.send(CLOCK, "1-0:2.7.0(00.300*kW)", "1-0:1.4.0(00.050*kW)")
    assert "power_import_w" not in fields
    assert fields["power_export_w"] == 300
    fields = meter.send(CLOCK, "1-0:2.7.0(00.300*kW)", "1-0:99.9.9(1)")
    assert "demand_w" not in fields
    fields = meter.send(CLOCK, "1-0:2.7.0(00.300*kW)", "1-0:1.7.0(00.010*kW)")
    assert fields["power_import_w"] == 10


def test_two_objects_that_change_places_are_both_read():
    meter = Meter()
    meter.send(CLOCK, POWER, "1-0:2.7.0(00.000*kW)")
    fields = meter.send(CLOCK, "1-0:2.7.0(00.700*kW)", "1-0:1.7.0(00.000*kW)")
    assert (fields["power_import_w"], fields["power_export_w"]) == (0, 700)


def test_another_meter_on_the_line_leaves_nothing_of_the_one_before():
    meter = Meter()
    meter.send(*HOUSE)
    other = ("0-0:96.1.0(90000073)", CLOCK, "1-0:2.7.0(01.000*kW)")
    assert meter.send(*other) == read(*other)


def test_mbus_meters_are_told_by_type_on_any_channel():
    for channel in (1, 2, 3, 4):
        for number, name in (
            (3, "gas"),
            (7, "water"),
            (4, "heat"),
            (6, "hot_water"),
            (2, "electricity"),
            (9, "other"),
        ):
            for code in ("24.2.3", "24.2.1"):
                (found,) = shown(
                    "0-%d:24.1.0(%03d)" % (channel, number),
                    "0-%d:%s(261112182512W)(00338.711*m3)" % (channel, code),
                )["mbus"]
                assert (found["channel"], found["type"], found["volume_m3"]) == (channel, name, 338.711)


def test_two_meters_of_one_type_are_two():
    found = shown(
        "0-1:24.1.0(003)",
        "0-1:96.1.1(37464C4F32313030303030303331)",
        "0-1:24.2.3(261112182512W)(00338.711*m3)",
        "0-3:24.1.0(003)",
        "0-3:96.1.1(37464C4F32313030303030303332)",
        "0-3:24.2.3(261112182512W)(00001.000*m3)",
    )["mbus"]
    assert [(each["channel"], each["id"], each["volume_m3"]) for each in found] == [
        (1, "7FLO2100000031", 338.711),
        (3, "7FLO2100000032", 1.0),
    ]


def test_gas_meter_that_was_never_linked_is_not_shown():
    objects = ("0-1:24.1.0(003)", "0-1:96.1.1()", "0-1:24.4.0(0)")
    assert shown(*(objects + ("0-1:24.2.3(632525252525W)(00000.000)",)))["mbus"] == []
    meter = Meter()
    meter.send(*(objects + ("0-1:24.2.3(632525252525W)(00000.000)",)))
    linked = meter.send(*(objects + ("0-1:24.2.3(261112182512W)(00000.012*m3)",)))
    assert linked["mbus"][1]["volume"][0] == 12


def test_channel_without_a_meter_is_not_shown():
    assert shown("0-1:96.1.1()")["mbus"] == []
    assert shown("0-1:96.3.10(0)", "0-2:96.3.10(0)", "0-3:96.3.10(0)", "0-4:96.3.10(0)")["mbus"] == []
    assert shown("0-1:24.1.0(000)", "0-1:24.2.1(261112182512W)(00000.000*m3)")["mbus"] == []


def test_relay_of_a_channel_is_not_the_breaker():
    assert read("0-0:96.3.10(1)", "0-1:96.3.10(0)", "0-4:96.3.10(0)")["breaker"] == 1


def test_valve_is_kept_and_closed_is_not_absent():
    gas = ("0-1:24.1.0(003)", "0-1:24.2.3(261112182512W)(00338.711*m3)")
    assert shown(*(gas + ("0-1:24.4.0(0)",)))["mbus"][0]["valve"] == 0
    assert shown(*gas)["mbus"][0]["valve"] is None


def test_letterless_clock_tells_the_two_passes_of_the_doubled_hour_apart():
    meter = Meter()
    digits = ("015959", "020000", "025959", "020000", "025959", "030000")
    letters = [meter.send("0-0:1.0.0(261025%s)" % time, POWER)["time"][1] for time in digits]
    assert letters == [True, True, True, False, False, False]


def test_clock_remembers_its_pass_when_the_telegrams_change_their_form():
    meter = Meter()
    meter.send("0-0:1.0.0(261025025959)", POWER)
    meter.send("0-0:1.0.0(261025020000)", POWER)
    assert meter.send("0-0:1.0.0(261025020001)", POWER, "1-0:2.7.0(00.000*kW)")["time"][1] is False


def test_total_is_the_meters_own_or_the_sum_of_its_tariffs():
    def sent(*objects):
        meter = Meter()
        meter.send(*objects)
        return meter.parser.reading

    assert total(sent("1-0:1.8.0(000010.000*kWh)", "1-0:1.8.1(000003.000*kWh)"), "energy_import_") == 10000
    tariffs = ["1-0:1.8.%d(00000%d.000*kWh)" % (tariff, tariff) for tariff in (1, 2, 3, 4, 5)]
    assert total(sent(*tariffs), "energy_import_") == 15000
    assert total(sent("1-0:2.8.2(000003.000*kWh)"), "energy_export_") == 3000
    assert total(sent(POWER), "energy_import_") is None


def test_only_cubic_metres_are_a_volume():
    for unit, dm3 in (("m3", 12345), ("kWh", -1), ("MJ", -1), ("GJ", -1)):
        gas = read("0-1:24.1.0(003)", "0-1:24.2.3(240112231646W)(00012.345*%s)" % unit)
        assert volume_dm3(gas, 3) == dm3, unit


def test_header_of_any_form_is_the_model():
    for header in ("LGF5E360", "LG_E660_Fluvius_3N400V", "ISk5\\2MIE5T-200"):
        meter = Meter()
        meter.parser.take([("/" + header + "\r").encode(), CLOCK.encode() + b"\r", b"!0000\r"])
        assert meter.parser.reading["meter_model"] == header


def test_header_alone_is_a_reading_without_values():
    assert read() == {"meter_model": "FLU5\\253769484_A", "mbus": {}}
