"""meter/values.py: what stands between the brackets becomes integers in base units."""

from telegrams import CLOCK, read, shown

from meter import timestamp
from meter.values import plain


def value(line):
    """The one field that this line gives; None when it gives none."""
    fields = read(line)
    del fields["meter_model"]
    if not fields["mbus"]:
        del fields["mbus"]
    assert len(fields) <= 1, fields
    for found in fields.values():
        return found
    return None


def moment(text):
    return timestamp.parse(text.encode())


def month(year, number):
    return year * 12 + number - 1


def history(*records):
    """The months of a 98.1.0 line with these records."""
    return value("0-0:98.1.0(%d)(1-0:1.6.0)(1-0:1.6.0)%s" % (len(records), "".join(records)))


def test_registers_are_wh():
    assert value("1-0:1.8.1(000301.548*kWh)") == 301548
    assert value("1-0:2.8.2(000000.000*kWh)") == 0


def test_big_register_is_exact():
    assert value("1-0:1.8.1(999999.999*kWh)") == 999999999
    assert value("1-0:1.8.2(016384.123*kWh)") == 16384123
    assert (
        shown(CLOCK, "1-0:1.8.1(999999.999*kWh)", "1-0:1.8.2(999999.999*kWh)")["energy_import_t1_kwh"]
        > 999999
    )


def test_register_with_two_places_or_none_is_wh_too():
    assert value("1-0:1.8.0(0002720.76*kWh)") == 2720760
    assert value("1-0:1.8.0(0002720*kWh)") == 2720000
    assert value("1-0:1.8.0(000272.0761*kWh)") == 272076


def test_power_is_w():
    assert value("1-0:1.7.0(00.134*kW)") == 134
    assert value("1-0:2.7.0(25.000*kW)") == 25000


def test_unit_decides():
    assert value("1-0:1.7.0(0134*W)") == 134
    assert value("1-0:1.8.1(000301548*Wh)") == 301548
    assert value("1-0:1.8.1(000301.548*MWh)") == 301548000
    assert value("1-0:31.7.0(791*mA)") == 791
    assert value("1-0:31.7.0(000.002*kA)") == 2000
    assert value("1-0:32.7.0(0000.229*kV)") == 2290
    assert value("1-0:32.7.0(229000*mV)") == 2290


def test_unit_without_its_star_is_read():
    assert value("1-0:1.8.1(000123.456kWh)") == 123456
    assert value("1-0:1.7.0(01.234kW)") == 1234
    assert value("1-0:32.7.0(234.5V)") == 2345
    assert value("1-0:31.7.0(005A)") == 5000


def test_power_without_a_unit_is_no_value():
    assert value("1-0:1.7.0(01.234)") is None
    assert value("1-0:1.7.0()") is None


def test_current_is_ma_with_two_places_or_none():
    assert value("1-0:31.7.0(002.18*A)") == 2180
    assert value("1-0:31.7.0(002*A)") == 2000
    assert value("1-0:31.7.0(002.1*A)") == 2100


def test_voltage_is_tenths_of_v():
    assert value("1-0:32.7.0(234.7*V)") == 2347
    assert value("1-0:52.7.0(000.0*V)") == 0
    assert value("1-0:72.7.0(234*V)") == 2340


def test_limiter_is_w_in_kw_or_kva():
    assert value("0-0:17.0.0(14.950*kVA)") == 14950
    assert value("0-0:17.0.0(009.2*kW)") == 9200


def test_limiter_and_fuse_of_nines_only_are_off():
    for line in (
        "0-0:17.0.0(999.9*kW)",
        "0-0:17.0.0(99.999*kW)",
        "0-0:17.0.0(999.9*kVA)",
        "0-0:17.0.0(999.9kW)",
        "1-0:31.4.0(999*A)",
        "1-0:31.4.0(999.99*A)",
        "1-0:31.4.0(999A)",
    ):
        assert value(line) is None, line


def test_fuse_is_ma():
    assert value("1-0:31.4.0(040.00*A)") == 40000
    assert value("1-0:31.4.0(040A)") == 40000


def test_counts_are_read_with_leading_zeros():
    assert value("0-0:96.14.0(0002)") == 2
    assert value("0-0:96.3.10(1)") == 1
    assert value("1-0:94.32.1(400)") == 400


def test_identifier_in_hex_octets_is_text():
    assert value("0-0:96.1.1(3153414733313030303030303331)") == "1SAG3100000031"


def test_text_that_is_not_utf8_is_read_as_latin_1():
    # MicroPython decodes the first three, but no client could read a JSON document with them.
    for octets in (b"\xc0\x81", b"\xed\xa0\xbc", b"\xf4\x90\x80\x80", b"Ren\xe9"):
        assert plain(octets) == "".join([chr(octet) for octet in octets])
    assert plain("René 🏠".encode()) == "René 🏠"


def test_identifier_in_plain_digits_is_text():
    for digits in ("90000073", "91318181", "20304050", "41424344"):
        assert value("0-0:96.1.0(%s)" % digits) == digits
    assert value("0-0:96.1.4(50217)") == "50217"


def test_version_in_hex_octets_is_text():
    assert value("0-0:96.1.4(3231313130)") == "21110"


def test_ean_of_dashes_zeros_or_blanks_is_absent():
    for octets in ("", "2D" * 18, "30" * 18, "20" * 48, "00" * 9, "FF" * 18, "000000000000000000"):
        assert value("0-0:96.1.2(%s)" % octets) is None, octets
    assert value("0-0:96.1.2(353431343430303030303030303030303139)") == "541440000000000019"


def test_message_is_text_of_up_to_1024_characters():
    assert shown("0-0:96.13.0(466C7373697373)")["message"] == "Flssiss"
    octets = "".join(["%02X" % (65 + number % 26) for number in range(1024)])
    message = shown("0-0:96.13.0(%s)" % octets)["message"]
    assert len(message) == 1024
    assert message.startswith("ABCDEFGHIJKLMNOPQRSTUVWXYZABC")


def test_message_is_utf8_or_else_latin_1():
    assert shown("0-0:96.13.0(42656C6769C3AB)")["message"] == "Belgi\xeb"
    assert shown("0-0:96.13.0(42656C6769EB)")["message"] == "Belgi\xeb"


def test_message_with_quotes_and_line_ends_is_shown_as_it_is():
    assert shown("0-0:96.13.0(4120224222205C0D0A43)")["message"] == 'A "B" \\\r\nC'


def test_empty_message_or_one_of_filler_octets_is_absent():
    assert shown("0-0:96.13.0()")["message"] is None
    assert shown("0-0:96.13.0(%s)" % ("FF" * 1024))["message"] is None
    assert shown("0-0:96.13.0(%s)" % ("20" * 64))["message"] is None


def test_peak_has_the_end_of_its_quarter():
    assert value("1-0:1.6.0(240107190000W)(02.485*kW)") == (2485,) + moment("240107190000W")


def test_peak_with_its_value_first_is_the_same():
    assert value("1-0:1.6.0(02.485*kW)(240107190000)") == (2485,) + moment("240107190000W")


def test_filler_is_no_peak():
    assert value("1-0:1.6.0(632525252525W)(00.000*kW)") is None


def test_months_are_given_newest_first():
    expected = [
        (month(2023, 12), 1981) + moment("231224134500W"),
        (month(2023, 11), 3260) + moment("231109164500W"),
        (month(2023, 10), 1747) + moment("231031120000W"),
    ]
    october = "(231101000000W)(231031120000W)(01.747*kW)"
    november = "(231201000000W)(231109164500W)(03.260*kW)"
    december = "(240101000000W)(231224134500W)(01.981*kW)"
    assert history(october, november, december) == expected
    assert history(december, november, october) == expected


def test_no_closed_months_is_an_empty_list():
    assert value("0-0:98.1.0(0)(1-0:1.6.0)(1-0:1.6.0)()") == []


def test_thirteen_months_are_kept():
    records = []
    for number in range(15):
        closing = 2024 * 12 + number
        year, ended = closing // 12 % 100, closing - 1
        records.append(
            "(%02d%02d01000000W)(%02d%02d15180000W)(%02d.000*kW)"
            % (year, closing % 12 + 1, ended // 12 % 100, ended % 12 + 1, number)
        )
    found = history(*records)
    assert [peak[1] for peak in found] == list(range(14000, 1000, -1000))


def test_filler_month_is_no_peak():
    good = "(251101000000W)(251029004500W)(03.772*kW)"
    for filler in (
        "(241001000000S)(632525252525W)(00.000*kW)",
        "(241001000000S)(632525252525S)(00.000*kW)",
        "(241001000000S)(35255255255255255S)(00.000*kW)",
        "(230901000000S)(230801000000S)(00.000*kW)",
        "(241001000000S)(000101000000W)(00.000*kW)",
        "(632525252525W)(632525252525W)(00.000*kW)",
        "(241001000000S)()()",
    ):
        assert history(filler, good) == history(good) == history(good, filler), filler
        assert len(history(filler, good)) == 1


def test_peak_at_the_last_quarter_of_a_month_belongs_to_it():
    assert history("(240101000000W)(240101000000W)(02.000*kW)") == [
        (month(2023, 12), 2000) + moment("240101000000W")
    ]


def test_months_with_five_columns_are_read_by_their_names():
    line = (
        "0-0:98.1.0(2)(0-0:0.1.0)(1-0:1.6.0)(1-0:1.6.0)(1-0:2.6.0)(1-0:2.6.0)"
        "(250601000000S)(14)(250521094500S)(01.900*kW)(250530140000S)(01.100*kW)"
        "(250701000000S)(15)(250604084500S)(01.452*kW)(250629150000S)(01.633*kW)"
    )
    assert value(line) == [
        (month(2025, 6), 1452) + moment("250604084500S"),
        (month(2025, 5), 1900) + moment("250521094500S"),
    ]


def test_history_that_ends_too_early_keeps_its_whole_months():
    whole = "(231101000000W)(231031120000W)(01.747*kW)"
    assert history(whole, "(231201000000W)(231109164500W)") == history(whole)
    assert history(whole, "(231201000000W)") == history(whole)


def test_gas_is_read_with_its_own_moment():
    gas = read("0-1:24.1.0(003)", "0-1:24.2.3(240112231646W)(00338.711*m3)")["mbus"][1]
    assert gas["type"] == 3
    assert gas["volume"][0] == 338711
    assert gas["volume"][2:] == moment("240112231646W")


def test_volume_of_two_places_is_dm3_too():
    assert (
        shown("0-1:24.1.0(003)", "0-1:24.2.3(240112231646W)(012345.67*m3)")["mbus"][0]["volume_m3"]
        == 12345.67
    )


def test_value_and_unit_are_those_that_the_meter_sends():
    for sent, value, unit in (
        ("00012.345*GJ", 12.345, "GJ"),
        ("00012.345*m3", 12.345, "m3"),
        ("00012345*kWh", 12345, "kWh"),
        ("00012.3*kWh", 12.3, "kWh"),
        ("12345*Wh", 12345, "Wh"),
        ("0012345.6*MJ", 12345.6, "MJ"),
        ("12.34567*MWh", 12.345, "MWh"),
        ("12.5*Mcal", 12.5, "Mcal"),
        ("12.345kWh", 12.345, "kWh"),
    ):
        (heat,) = shown("0-3:24.1.0(004)", "0-3:24.2.1(240112231646W)(%s)" % sent)["mbus"]
        assert (heat["type"], heat["value"], heat["unit"]) == ("heat", value, unit), sent
        assert heat["volume_m3"] == (value if unit == "m3" else None)
        assert heat["energy_gj"] == (value if unit == "GJ" else None)


def test_meter_never_linked_has_no_volume():
    for value in (
        "(632525252525W)(00000.000)",
        "(632525252525W)(00000.000*m3)",
        "()(00000.000*m3)",
        "()",
        "()()",
    ):
        assert not read("0-1:24.1.0(003)", "0-1:24.2.3" + value)["mbus"][1].get("volume"), value


def test_stamp_without_a_letter_gets_it_by_the_rule_of_europe():
    assert value("0-0:1.0.0(240405154953)") == moment("240405154953S")
    assert value("0-0:1.0.0(240105154953)") == moment("240105154953W")


def test_filler_clock_is_no_moment():
    assert value("0-0:1.0.0(632525252525W)") is None
    assert value("0-0:1.0.0()") is None
