"""storage/rebuild.py: the lines of a card of the original firmware, and of one that version 0.1.0 has rebuilt."""

from oldcard import OLD, old_card
from ramcard import Slot, content, make_folders, write
from recording import Board, Device, Meter, lines

from board.mount_point import CARD
from storage import day_csv_writer as line_rules, rebuild, rebuild_mark


def fields(path):
    """The fields of each line, without the header."""
    return [line.split(",") for line in list(lines(path))[1:]]


def idle(found, seconds):
    """Time without telegrams."""
    for _ in range(seconds):
        found.second()


def test_day_of_an_old_card_has_the_energy_of_all_its_averages():
    names = ["2023/12/02/%02d%02dW.json" % (hour, minute) for hour in range(4) for minute in (0, 15, 30, 45)]
    old_card(*names, samples="1003,1003", produced="-1003,-1002").run(120)
    assert {line[1] for line in fields("2023/12/02/day.csv")} == {"1003"}
    assert fields("2023/days.csv")[0][1:3] == ["4.012", "4.008"]  # 16 quarters of 1003 W and of 1002 W


def test_text_after_an_old_quarter_is_ignored():
    found = old_card("2023/12/02/0945W.json")
    write(CARD + "/meter/2023/12/02/0945W.json", OLD % ("100,null,301", "-1,null,0") + "0]}")
    found.run(60)
    assert fields("2023/12/02/day.csv")[0][1] == "200"


CUT = "2023-12-02,0.500,0.500,,,,,2"


def card_of_the_first_release(mark="all"):
    """A card that version 0.1.0 has rebuilt: 250 Wh of two quarters of 1003 W."""
    names = ("2023/12/02/0930W.json", "2023/12/02/0945W.json")
    found = old_card(*names, samples="1003,1003", produced="-1003,-1003")
    for name in ("09:30", "09:45"):
        line = b"2023-12-02T%s:00+01:00,1003,1003,,,,,2,samples" % name.encode()
        for _ in line_rules.append(
            CARD + "/meter/2023/12/02/day.csv", line_rules.with_check(line), line_rules.QUARTERS
        ):
            pass
    write(
        CARD + "/meter/2023/days.csv",
        "%s%s" % (line_rules.DAYS.decode(), line_rules.with_check(CUT.encode()).decode()),
    )
    write(CARD + "/meter/rebuilt.txt", mark)
    return found


def state(found):
    return rebuild_mark.state(found.card)


def test_card_that_the_first_release_rebuilt_stays_as_it_is_until_the_owner_asks():
    found = card_of_the_first_release()
    found.run(120)
    assert list(lines("2023/days.csv"))[1:] == [CUT]
    assert state(found) == ("offered", None)

    found.recorder.jobs.append(["storage.rebuild", "rebuild_again", "", found.recorder, None])
    idle(found, 60)
    assert list(lines("2023/days.csv"))[1:] == ["2023-12-02,0.501,0.501,,,,,2"]
    assert len(fields("2023/12/02/day.csv")) == 2
    assert state(found) == ("done", None)


def test_month_that_the_first_release_rebuilt_is_offered_once_the_other_months_are_done():
    found = card_of_the_first_release("2023-12")
    make_folders(CARD + "/meter/2023/11/30/0945W.json")
    write(CARD + "/meter/2023/11/30/0945W.json", OLD % ("1003", "0"))
    assert state(found) == ("running", "2023-12")
    found.run(120)
    assert list(lines("2023/days.csv"))[1:] == [CUT, "2023-11-30,0.250,0.000,,,,,1"]
    assert state(found) == ("offered", None)


def test_rebuild_that_the_owner_asked_for_goes_on_after_a_restart():
    found = card_of_the_first_release()
    make_folders(CARD + "/meter/2022/11/30/0945W.json")
    write(CARD + "/meter/2022/11/30/0945W.json", OLD % ("1003", "0"))
    found.run(10)
    idle(found, 60)
    found.recorder.jobs.append(["storage.rebuild", "rebuild_again", "", found.recorder, None])
    while state(found) != ("running", "2023-12"):
        found.recorder.each_step()
    again = Device(found.board, found.meter)
    again.run(10)
    idle(again, 60)
    assert list(lines("2022/days.csv"))[1:] == ["2022-11-30,0.250,0.000,,,,,1"]
    assert content(CARD + "/meter/rebuilt.txt") == "all exact"


def test_card_without_quarters_of_the_original_firmware_is_offered_no_rebuild():
    found = Device(Board(Slot(2000)), Meter("261112182955W"))
    found.run_until("261112190010W")
    write(CARD + "/meter/rebuilt.txt", "all")
    assert state(found) == ("done", None)


def steps_of_a_rebuild(days, days_of_year):
    """The steps in which a card with these days of 96 quarters is rebuilt, in a year with this number of lines."""
    found = old_card()
    for day in range(days):
        make_folders(CARD + "/meter/2023/12/%02d/0000W.json" % (day + 1))
        for quarter in range(96):
            name = "%02d%02dW.json" % (quarter // 4, quarter % 4 * 15)
            write(CARD + "/meter/2023/12/%02d/%s" % (day + 1, name), OLD % ("100", "0"))
    with open(CARD + "/meter/2023/days.csv", "wb") as file:
        file.write(line_rules.DAYS)
        for _ in range(days_of_year):
            file.write(line_rules.with_check(b"2023-01-15,0.750,0.750,,,,,2"))
    steps = 0
    for _ in rebuild.rebuild(found.recorder):
        steps += 1
    assert sum([line.startswith("2023-12-") for line in lines("2023/days.csv")]) == days
    return steps


def test_old_card_is_rebuilt_at_nine_quarters_a_second_also_when_its_year_is_full():
    for days_of_year in (0, 330):
        steps = steps_of_a_rebuild(4, days_of_year) - steps_of_a_rebuild(1, days_of_year)
        assert 3 * 96 * 10 / steps >= 9, steps  # ten steps a second


def test_rebuild_lets_requests_pass_but_not_for_ever():
    for answering, steps in ((False, range(5, 20)), (True, range(8 * 50, 8 * 50 + 80))):
        found = old_card("2024/01/15/0900W.json")
        found.is_answering = lambda answering=answering: answering
        taken = len(list(rebuild.rebuild(found.recorder)))
        assert taken in steps, taken
        assert len(list(lines("2024/01/15/day.csv"))) == 2  # with the header
