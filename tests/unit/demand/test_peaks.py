"""demand/peaks.py: the running month's peak, the closed months, and what is billed."""

from vectors import group, moment

from demand.month_peaks import count_from
from demand.peaks import CARD, METER, Peaks, month_name, month_of
from meter import timestamp


def peak(power, end):
    """1.6.0 of a reading: (power, end of its quarter, letter)."""
    return (power,) + moment(end)


def month(name, power, end):
    """An entry of 98.1.0 of a reading: (month number, power, end, letter)."""
    return (month_number(name), power) + moment(end)


def month_number(name):
    return int(name[:4]) * 12 + int(name[5:7]) - 1


def local(text):
    return moment(text)[0]


def shown(found):
    """(month, power, start, source) of a peak, for comparison."""
    return found and (month_name(found[0]), found[1], timestamp.iso(found[2], found[3])[:16], found[4])


def test_month_has_a_number_and_a_name():
    assert month_name(month_of(local("231231235959W"))) == "2023-12"
    assert month_number("2024-01") == month_number("2023-12") + 1 == month_of(local("240101000000W"))


def test_nothing_is_known_before_the_first_telegram():
    peaks = Peaks()
    assert (peaks.running, peaks.power_w, peaks.billable_w()) == (None, None, None)


def test_peak_of_the_meter_is_known_by_its_quarter_s_start():
    peaks = Peaks()
    assert peaks.update(local("261115120000W"), peak(3210, "261112184500W"))
    assert shown(peaks.running) == ("2026-11", 3210, "2026-11-12T18:30", METER)
    assert peaks.power_w == 3210


def test_same_telegram_again_changes_nothing():
    peaks = Peaks()
    sent = peak(3210, "261112184500W"), [month("2026-10", 2700, "261001000000S")]
    peaks.update(local("261115120000W"), *sent)
    assert not peaks.update(local("261115120001W"), *sent)
    assert not peaks.update(local("261115120002W"))


def test_peak_that_ends_with_the_month_belongs_to_it():
    peaks = Peaks()
    peaks.update(local("261201000000W"), peak(6000, "261201000000W"))
    assert peaks.running is None
    assert [shown(found) for found in peaks.closed] == [("2026-11", 6000, "2026-11-30T23:45", METER)]
    peaks.update(local("261201001500W"), peak(400, "261201001500W"))
    assert shown(peaks.running) == ("2026-12", 400, "2026-12-01T00:00", METER)


def test_peak_stamped_within_a_quarter_counts_from_that_quarter_s_start():
    peaks = Peaks()
    peaks.update(local("231115120000W"), peak(1800, "231112134558W"))
    assert peaks.running[2:4] == moment("231112133000W")


def test_peak_of_last_month_is_none_of_this_one():
    peaks = Peaks()
    peaks.update(local("261201000700W"), peak(6000, "261112184500W"))
    assert peaks.running is None


def test_peak_at_the_clock_change_starts_in_its_own_letter():
    peaks = Peaks()
    peaks.update(local("261025120000W"), peak(4000, "261025020000W"))
    assert timestamp.iso(*peaks.running[2:4]) == "2026-10-25T02:45:00+02:00"


def test_quarter_that_closes_counts_where_the_meter_sends_no_peak():
    peaks = Peaks()
    peaks.update(local("261115120000W"))
    assert peaks.add_quarter(local("261115114500W"), False, 2000)
    assert not peaks.add_quarter(local("261115120000W"), False, 2000)
    assert peaks.add_quarter(local("261115121500W"), False, 2001)
    assert shown(peaks.running) == ("2026-11", 2001, "2026-11-15T12:15", CARD)


def test_meter_s_own_figure_replaces_ours_of_the_same_quarter():
    peaks = Peaks()
    peaks.update(local("261115120000W"))
    peaks.add_quarter(local("261115114500W"), False, 3003)
    peaks.update(local("261115120001W"), peak(3001, "261115120000W"))
    assert shown(peaks.running) == ("2026-11", 3001, "2026-11-15T11:45", METER)


def test_meter_that_is_late_or_new_does_not_lower_the_peak():
    peaks = Peaks()
    peaks.update(local("261115114500W"), peak(2800, "261103090000W"))
    peaks.add_quarter(local("261115114500W"), False, 3100)
    assert not peaks.update(local("261115120000W"), peak(2800, "261103090000W"))
    assert peaks.power_w == 3100
    assert not peaks.update(local("261115120001W"), peak(100, "261115114500W"))
    assert peaks.power_w == 3100


def test_peak_that_is_no_longer_sent_stays():
    peaks = Peaks()
    peaks.update(local("261115114500W"), peak(2800, "261103090000W"))
    peaks.update(local("261115114501W"))
    assert peaks.power_w == 2800


def test_running_month_becomes_a_closed_one():
    peaks = Peaks()
    peaks.update(local("261130235959W"), peak(2800, "261103090000W"))
    assert peaks.update(local("261201000000W"), peak(2800, "261103090000W"))
    assert peaks.running is None
    assert [shown(found) for found in peaks.closed] == [("2026-11", 2800, "2026-11-03T08:45", METER)]


def test_last_quarter_of_the_month_counts_before_the_month_turns():
    peaks = Peaks()
    peaks.update(local("261130235959W"))
    peaks.add_quarter(local("261130234500W"), False, 5000)
    peaks.update(local("261201000000W"))
    assert shown(peaks.closed[0]) == ("2026-11", 5000, "2026-11-30T23:45", CARD)


def test_closed_months_come_newest_first_whatever_the_meter_s_order():
    peaks = Peaks()
    sent = [
        month("2026-08", 3000, "260801001500S"),
        month("2026-10", 3200, "261101000000W"),
        month("2026-09", 3100, "260930120000S"),
    ]
    peaks.update(local("261115120000W"), None, sent)
    assert [shown(found)[:3] for found in peaks.closed] == [
        ("2026-10", 3200, "2026-10-31T23:45"),
        ("2026-09", 3100, "2026-09-30T11:45"),
        ("2026-08", 3000, "2026-08-01T00:00"),
    ]


def test_filler_month_is_no_peak():
    peaks = Peaks()
    peaks.update(
        local("231115120000W"),
        None,
        [month("2023-08", 0, "230801000000S"), month("2023-10", 0, "230101000000W")],
    )
    assert peaks.closed == []


def test_month_that_the_meter_closed_replaces_what_we_saw_of_it():
    peaks = Peaks()
    peaks.update(local("261130120000W"))
    peaks.add_quarter(local("261130114500W"), False, 3003)
    peaks.update(local("261201000000W"), None, [month("2026-11", 3001, "261122120000W")])
    assert shown(peaks.closed[0]) == ("2026-11", 3001, "2026-11-22T11:45", METER)


def test_new_meter_does_not_lower_a_closed_month():
    peaks = Peaks()
    peaks.update(local("261201000000W"), None, [month("2026-11", 3001, "261122120000W")])
    assert not peaks.update(local("261201000001W"), None, [month("2026-11", 400, "261122120000W")])
    assert peaks.closed[0][1] == 3001


def test_months_of_the_card_serve_where_the_meter_has_none():
    peaks = Peaks()
    peaks.update(local("261115120000W"), None, [month("2026-10", 3200, "261101000000W")])
    assert peaks.add_quarter(local("260912080000S"), True, 2750)
    assert not peaks.add_quarter(local("261012080000S"), True, 2750)
    assert [shown(found)[3] for found in peaks.closed] == [METER, CARD]


def test_thirteen_closed_months_are_kept():
    peaks = Peaks()
    peaks.update(local("261115120000W"), peak(2800, "261103090000W"))
    for back in range(20):
        number = month_number("2026-10") - back
        peaks.add_quarter(timestamp.seconds(number // 12, number % 12 + 1), False, 1000 + back)
    assert len(peaks.closed) == 13
    peaks.update(local("261215120000W"))
    peaks.update(local("270115120000W"))
    assert len(peaks.closed) == 13
    peaks.update(local("261115120001W"))
    assert month_name(peaks.closed[-1][0]) == "2025-10"
    assert peaks.power_w == 2800


def test_clock_that_was_ahead_leaves_no_peak_behind():
    peaks = Peaks()
    peaks.update(local("261115114500W"), peak(2800, "261103090000W"))
    peaks.update(local("271115114500W"), peak(2800, "261103090000W"))
    peaks.add_quarter(local("271115114500W"), False, 9000)
    assert peaks.update(local("261115120000W"), peak(2800, "261103090000W"))
    assert shown(peaks.running) == ("2026-11", 2800, "2026-11-03T08:45", METER)
    assert peaks.closed == []
    peaks.update(local("271115114500W"))
    assert peaks.power_w is None


def test_quarter_of_a_month_to_come_is_refused():
    peaks = Peaks()
    assert not peaks.add_quarter(local("271115114500W"), False, 9000)
    peaks.update(local("261115114500W"))
    assert not peaks.add_quarter(local("271115114500W"), False, 9000)


def test_billable_average():
    for area, counted_from, running, running_w, months, expected in group("billable"):
        peaks = Peaks()
        peaks.area = area
        peaks.counted_from = counted_from and timestamp.seconds(int(counted_from[:4]), int(counted_from[5:]))
        year, number = int(running[:4]), int(running[5:])
        noon = timestamp.seconds(year, number, 1, 12)
        peaks.update(noon, running_w and (running_w, noon, False))
        for name, power in months.items():
            peaks.add_quarter(timestamp.seconds(int(name[:4]), int(name[5:]), 1, 12), False, power)
        assert peaks.billable_w() == expected, (running, expected)


def moved_in_on_15_june(now, *months):
    peaks = Peaks()
    count_from(peaks, local("260615000000S"))
    peaks.update(local(now), peak(5200, "260603184500S") if now < "260701" else None, list(months))
    return peaks


def test_peak_before_the_day_from_which_peaks_count_is_no_peak():
    peaks = moved_in_on_15_june("260620120000S")
    assert peaks.running is None
    assert peaks.add_quarter(local("260616180000S"), True, 3100)
    assert shown(peaks.running) == ("2026-06", 3100, "2026-06-16T18:00", CARD)
    assert not peaks.add_quarter(local("260614234500S"), True, 6000)
    assert not peaks.update(local("260620120001S"), peak(5200, "260603184500S"))
    assert peaks.update(local("260621120001S"), peak(5300, "260621120000S"))
    assert shown(peaks.running) == ("2026-06", 5300, "2026-06-21T11:45", METER)


def test_first_quarter_of_the_day_counts():
    peaks = moved_in_on_15_june("260620120000S")
    assert peaks.add_quarter(local("260615000000S"), True, 3100)


def test_month_whose_peak_does_not_count_is_billed_by_what_is_known_else_by_the_floor():
    june = month("2026-06", 5200, "260603184500S")
    july = month("2026-07", 4000, "260703184500S")
    peaks = moved_in_on_15_june("260820120000S", june, july)
    assert [shown(each)[0] for each in peaks.closed] == ["2026-07"]
    assert peaks.billable_w() == (2500 + 4000 + 2500) // 3
    peaks.add_quarter(local("260616180000S"), True, 3100)
    assert peaks.billable_w() == (3100 + 4000 + 2500) // 3


def test_change_of_the_day_removes_and_brings_back_the_meter_s_peak():
    peaks = Peaks()
    sent = peak(5200, "260603184500S")
    peaks.update(local("260620120000S"), sent)
    count_from(peaks, local("260615000000S"))
    assert peaks.running is None
    assert not peaks.update(local("260620120001S"), sent)
    count_from(peaks, local("260603000000S"))
    assert peaks.update(local("260620120002S"), sent)
    assert peaks.power_w == 5200
    count_from(peaks, None)
    assert peaks.power_w == 5200
