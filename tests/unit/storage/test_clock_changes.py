"""What becomes of quarters when the clock changes, is set, or another meter is there. docs/data.md has the rules."""

import json

from ramcard import Slot, content
from recording import Board, Device, Meter, lines, moment

from board.mount_point import CARD
from meter import timestamp


def device(start, **meter):
    return Device(Board(Slot(3000)), Meter(start, **meter))


def quarters(path):
    """(start, import, samples, source) of each line of a day, one at a time."""
    for line in lines(path + "/day.csv"):
        if line[0] == "2":
            found = line.split(",")
            yield found[0][11:16] + found[0][19:22], int(found[1]), int(found[7]), found[8]


def day(path):
    return list(quarters(path))


def starts(path):
    return [line[0] for line in quarters(path)]


def seen(path):
    """How many quarters a day has, and all the different things they say."""
    found = set()
    count = 0
    for line in quarters(path):
        found.add(line[1:])
        count += 1
    return count, found


def idle(found, seconds=20):
    for _ in range(seconds):
        found.second()


def day_line(found, number):
    idle(found, 30)
    return list(lines("2026/days.csv"))[1 + number].split(",")


def test_day_that_begins_summer_has_92_quarters():
    found = device("260328234450W", power_w=1200)
    found.run_until("260330000010S", every=10)
    assert seen("2026/03/29") == (92, {(1200, 90, "registers")})
    assert starts("2026/03/29")[6:9] == ["01:30+01", "01:45+01", "03:00+02"]
    assert day_line(found, 1)[1] == "27.600"


def test_day_that_ends_summer_has_100_quarters():
    found = device("261024234450S", power_w=1200)
    found.run_until("261026000010W", every=10)
    assert seen("2026/10/25") == (100, {(1200, 90, "registers")})
    doubled = ["02:00+02", "02:15+02", "02:30+02", "02:45+02", "02:00+01", "02:15+01", "02:30+01", "02:45+01"]
    assert starts("2026/10/25")[8:16] == doubled
    assert day_line(found, 1)[1] == "30.000"


def test_clock_set_back_begins_the_quarters_anew_and_the_fuller_ones_stay():
    found = device("261112182955W")
    found.run_until("261112191500W")
    found.run_until("261112192000W")
    found.meter.now = moment("261112185200W")
    found.run_until("261112194500W")
    found.run(10)
    assert starts("2026/11/12") == ["18:30+01", "18:45+01", "19:00+01", "19:15+01", "19:30+01"]
    assert [line[2] for line in day("2026/11/12")] == [180] * 5
    for name in ("1845", "1915"):
        file = json.loads(content("%s/meter/2026/11/12/%sW.json" % (CARD, name)))
        assert file["consumed_power_interval_avgs"] == [2000] * 180


def test_clock_set_back_within_a_quarter_leaves_its_registers_aside():
    found = device("261112182955W")
    found.run_until("261112184000W")
    found.meter.now = moment("261112183500W")
    found.run_until("261112184510W")
    assert day("2026/11/12") == [("18:30+01", 2000, 180, "samples")]


def test_clock_corrected_by_some_seconds_changes_nothing():
    found = device("261112182955W")
    found.run_until("261112184000W")
    found.meter.now = timestamp.shift(found.meter.now[0], found.meter.now[1], -7)
    found.run_until("261112184510W")
    assert day("2026/11/12")[0][:1] + day("2026/11/12")[0][3:] == ("18:30+01", "registers")


def test_clock_set_forward_ends_the_quarter_with_what_it_had():
    found = device("261112182955W")
    found.run_until("261112183600W")
    found.meter.now = moment("261112200400W")
    found.run_until("261112203010W")
    assert day("2026/11/12") == [
        ("18:30+01", 2000, 73, "samples"),
        ("20:00+01", 2000, 131, "samples"),
        ("20:15+01", 2000, 180, "registers"),
    ]


def test_quarter_of_one_telegram_is_no_other_one():
    found = device("261112182955W")
    found.run_until("261112184600W")
    found.meter.now = moment("261112200400W")
    found.run(5)
    found.meter.now = moment("261112184605W")
    found.run_until("261112190010W")
    assert day("2026/11/12") == [
        ("18:30+01", 2000, 180, "registers"),
        ("20:00+01", 2000, 1, "samples"),
        ("18:45+01", 2000, 166, "samples"),
    ]


def test_clock_set_to_another_day_closes_that_one():
    found = device("261112182955W")
    found.run_until("261112184600W")
    found.meter.now = moment("261114101000W")
    found.run_until("261114103010W")
    idle(found)
    assert starts("2026/11/14") == ["10:00+01", "10:15+01"]
    assert list(lines("2026/days.csv"))[1].startswith("2026-11-12,")


def test_meter_without_a_letter_keeps_the_order_of_time():
    # What meter/timestamp.py makes of an Iskra's digits in the doubled hour is what comes here.
    previous = None
    moments = []
    for digits in (
        "261025015500",
        "261025025950",
        "261025020010",
        "261025021500",
        "261025025900",
        "261025030010",
    ):
        previous = timestamp.parse(digits.encode(), previous=previous)
        moments.append(previous)
    assert [summer for _, summer in moments] == [True, True, False, False, False, False]


def test_leap_day_has_its_folder_and_line():
    found = device("280228234450W", power_w=1200)
    found.run_until("280301000010W", every=10)
    idle(found)
    assert seen("2028/02/29")[0] == 96
    assert [line[:10] for line in list(lines("2028/days.csv"))[1:]] == ["2028-02-28", "2028-02-29"]


def test_new_year_turns_the_folder_and_the_file_of_days():
    found = device("261231233950W", power_w=1200)
    found.run_until("270101003010W", every=10)
    idle(found)
    assert [line[:10] for line in list(lines("2026/days.csv"))[1:]] == ["2026-12-31"]
    assert starts("2027/01/01") == ["00:00+01", "00:15+01"]


def test_another_meter_is_known_by_its_number_and_counts_anew():
    found = device("261112182955W", serial="1SAG1")
    found.run_until("261112193700W")
    found.meter.serial = "1SAG2"
    found.meter.import_ws += 1000 * 3600  # plausible, and yet another register
    found.run_until("261112201510W")
    sources = [line[3] for line in day("2026/11/12")]
    assert sources == ["registers"] * 4 + ["samples"] + ["registers"] * 2
    assert {line[1] for line in day("2026/11/12")} == {2000}


def test_day_of_another_meter_counts_what_both_counted():
    found = device("261112182955W", power_w=1200)
    found.run_until("261112193700W", every=10)
    found.meter.serial, found.meter.import_ws = "1SAG2", 5 * 3600
    found.run_until("261113001510W", every=10)
    idle(found)
    imported = float(list(lines("2026/days.csv"))[1].split(",")[1])
    assert abs(imported - 5.5 * 1.2) < 0.02


def check_leap(off_s, leap_wh, end):
    """A board that is off for a while finds another meter: only what both meters counted is in the days."""
    found = device("261112182955W", power_w=1200, serial="1SAG1", gas=338711)
    found.run_until("261112193700W", every=10)
    found.board.power_off()
    found.meter.serial = "1SAG2"
    found.meter.import_ws += leap_wh * 3600
    found.meter.gas += 20000
    found.meter.now = timestamp.shift(found.meter.now[0], found.meter.now[1], off_s)
    again = Device(found.board, found.meter)
    again.run_until(end, every=10)
    idle(again)
    days = [line.split(",") for line in list(lines("2026/days.csv"))[1:]]
    assert abs(sum([float(line[1]) for line in days]) - 5.5 * 1.2) < 0.3
    assert sum([float(line[3]) for line in days]) == 0


def test_leap_up_to_another_meter_s_register_counts_nothing():
    check_leap(120, 10000, "261113001510W")


def test_leap_down_to_another_meter_s_register_counts_nothing():
    check_leap(0, -6000000, "261113001510W")


def test_leap_after_days_without_a_meter_counts_nothing():
    check_leap(3 * 86400, 3000000, "261116001510W")


def test_restart_with_another_meter_does_not_go_on_with_the_old_register():
    found = device("261112182955W")
    found.run_until("261112183700W")
    found.meter.serial = "1SAG2"
    found.meter.import_ws += 1000 * 3600
    again = Device(found.board, found.meter)
    again.run_until("261112184510W")
    assert day("2026/11/12")[0][3] == "samples"
    assert day("2026/11/12")[0][1] == 2000
