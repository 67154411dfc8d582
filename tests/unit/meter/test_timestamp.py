"""meter/timestamp.py: what a stamp says, and what is no stamp at all."""

from meter import timestamp


def moment(text):
    return timestamp.parse(text.encode())


def test_letter_gives_the_offset():
    assert timestamp.iso(*moment("240112231755W")) == "2024-01-12T23:17:55+01:00"
    assert timestamp.iso(*moment("240712231755S")) == "2024-07-12T23:17:55+02:00"


def test_stamp_is_read_in_place():
    line = b"0-0:1.0.0(240112231755W)\r\n"
    assert timestamp.parse(line, 10, 23) == moment("240112231755W")


def test_filler_is_no_moment():
    for filler in (
        "632525252525W",
        "632525252525S",
        "35255255255255255S",
        "000101000000W",
        "700101010000W",
        "",
    ):
        assert moment(filler) is None, filler


def test_impossible_date_or_time_is_no_moment():
    for text in ("240012000000W", "241312000000W", "240100000000W", "240132000000W", "240431000000S"):
        assert moment(text) is None, text
    for text in ("240112240000W", "240112006000W", "240112000060W"):
        assert moment(text) is None, text


def test_other_letters_signs_and_blanks_are_no_moment():
    for text in (
        "240112231755X",
        "240112231755s",
        "+40112231755W",
        "24011223 755W",
        "2_0112231755W",
        "2401122317",
    ):
        assert moment(text) is None, text


def test_leap_day_exists_in_leap_years_only():
    assert timestamp.iso(*moment("240229120000W")) == "2024-02-29T12:00:00+01:00"
    assert moment("230229120000W") is None
    assert [timestamp.days_in_month(2024, month) for month in range(1, 13)] == [
        31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
    ]  # fmt: skip


def test_stamp_without_letter_follows_the_european_rule():
    assert moment("240112231755") == moment("240112231755W")
    assert moment("240712231755") == moment("240712231755S")
    assert moment("240331015959") == moment("240331015959W")
    assert moment("240331030000") == moment("240331030000S")
    assert moment("241027015959") == moment("241027015959S")
    assert moment("241027030000") == moment("241027030000W")


def test_doubled_hour_without_letter_is_winter_unless_summer_went_before():
    assert moment("241027023000") == moment("241027023000W")
    for before, letter in (("241027022959S", "S"), ("241027025959S", "W"), ("241027022959W", "W")):
        text = "241027020000" if before[6:12] == "025959" else "241027023000"
        assert timestamp.parse(text.encode(), previous=moment(before)) == moment(text + letter), before


def test_clock_corrected_by_seconds_stays_in_the_first_pass_of_the_doubled_hour():
    assert timestamp.parse(b"241027023000", previous=moment("241027023010S")) == moment("241027023000S")


def test_shift_crosses_both_clock_changes():
    assert timestamp.shift(*moment("241027020000W"), -900) == moment("241027024500S")
    assert timestamp.shift(*moment("241027024500S"), 900) == moment("241027020000W")
    assert timestamp.shift(*moment("240331030000S"), -900) == moment("240331014500W")
    assert timestamp.shift(*moment("240331014500W"), 900) == moment("240331030000S")


def test_meter_that_stays_in_winter_time_keeps_its_letter():
    assert timestamp.shift(*moment("240712120000W"), -900) == moment("240712114500W")


def test_elapsed_counts_true_seconds():
    assert timestamp.elapsed(*moment("241027020000W"), *moment("241027025959S")) == 1
    assert timestamp.elapsed(*moment("240331030000S"), *moment("240331015959W")) == 1


def test_digits_and_seconds_are_each_others_inverse():
    for text in ("100101000000W", "231231235959W", "240101000000W", "240229235959W", "690630120000S"):
        local_s, _ = moment(text)
        digits = [int(text[at : at + 2]) for at in range(0, 12, 2)]
        digits[0] += 2000
        assert list(timestamp.civil(local_s)) == digits
        assert timestamp.seconds(*digits) == local_s
