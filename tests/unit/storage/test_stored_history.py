"""What history/ makes of a card: lines, days, old cards, room, peaks, and what waits in the flash."""

import gc
import json
import os

from oldcard import OLD, old_card
from ramcard import Slot, content, make_folders, write
from recording import Board, Device, Meter, lines

from api import month_totals
from board.mount_point import CARD
from meter import timestamp
from storage import day_csv_reader, day_csv_writer as line_rules


def device(start, sectors=2000, **meter):
    return Device(Board(Slot(sectors)), Meter(start, **meter))


def fields(path):
    """The fields of each line, without the header."""
    return [line.split(",") for line in list(lines(path))[1:]]


def put(path, line, key=None):
    for _ in line_rules.append(CARD + path, line, line_rules.QUARTERS, key):
        pass


def read(path):
    lines = [line for _, line in day_csv_reader.places(CARD + path)]
    return [line[:-9] for line in lines if day_csv_reader.has_right_check(line)]


def idle(found, seconds):
    """Time without telegrams."""
    for _ in range(seconds):
        found.second()


def test_line_is_read_only_as_it_was_written():
    device("261112182955W")
    line = line_rules.with_check(b"2026-11-12T18:30:00+01:00,2000,0,1234.567,,,,180,registers")
    for at in range(len(line) - 1):
        assert rows((line[:at] + bytes([line[at] ^ 1]) + line[at + 1 :]).decode()) == []
    for length in range(1, len(line) - 1):
        assert rows(line[:length].decode()) == []
    assert rows(line.decode() * 3) == [line[:-10].split(b",")] * 3


def rows(text, name="/day.csv"):
    """The fields that the firmware reads in a file with this text."""
    write(CARD + name, text)
    return list(day_csv_reader.read(CARD + name))


def test_half_a_line_goes_when_the_next_one_is_put_with_care():
    device("261112182955W")
    one, two = line_rules.with_check(b"1,a"), line_rules.with_check(b"2,b")
    put("/a.csv", one)
    with open(CARD + "/a.csv", "ab") as file:
        file.write(two[:7])
    put("/a.csv", two, b"2")
    assert read("/a.csv") == [b"1,a", b"2,b"]
    assert content(CARD + "/a.csv").count("\n") == 3 + 7
    put("/a.csv", two, b"2")
    assert read("/a.csv") == [b"1,a", b"2,b"]
    put("/a.csv", line_rules.with_check(b"1,c"), b"1")
    assert read("/a.csv") == [b"2,b", b"1,c"]
    put("/a.csv", one)
    put("/a.csv", one)
    put("/a.csv", one, b"1")
    assert read("/a.csv") == [b"2,b", b"1,a"]


def test_blanked_lines_cost_no_memory_and_no_steps():
    device("261112182955W")
    one, two = line_rules.with_check(b"1,a"), line_rules.with_check(b"2,b")
    write(CARD + "/a.csv", (one + b"\n" * 4000 + two).decode())
    gc.collect()
    before = gc.mem_alloc()
    gc.disable()
    found = [place for place, _ in day_csv_reader.places(CARD + "/a.csv")]
    taken = gc.mem_alloc() - before
    gc.enable()
    assert found == [0, len(one) + 4000]
    assert taken < 20000  # nine pieces of 512, and as much again


def test_day_that_is_over_has_its_line():
    found = device("261112232950W", power_w=1200)
    found.run_until("261113001520W", every=10)
    day = fields("2026/days.csv")
    assert [line[0] for line in day] == ["2026-11-12"]
    _, imported, exported, gas, water, peak_w, peak, quarters = day[0]
    assert (imported, exported, gas, water) == ("0.600", "0.000", "0.000", "")
    assert (peak_w, peak, quarters) == ("1200", "2026-11-12T23:30:00+01:00", "2")


def test_amounts_run_from_the_end_of_the_day_before():
    found = device("261112232950W", power_w=1200)
    found.run_until("261114001520W", every=10)
    idle(found, 20)
    assert fields("2026/days.csv")[1][1] == "28.800"
    assert fields("2026/days.csv")[1][-1] == "96"


def test_day_waits_once_to_be_closed():
    found = device("261112232950W", power_w=1200)
    found.run_until("261113003020W", every=10)
    found.recorder.jobs[:] = [["", "", "", None, iter(range(100000))]]  # takes long
    for _ in range(3):
        set_back(found, 3600)
        found.run_until("261113003020W", every=60)
    assert len(found.recorder.jobs) == 3  # that, and two days
    found.recorder.jobs.pop(0)
    idle(found, 10)
    assert found.recorder.jobs == []


def test_quarter_of_few_samples_is_no_peak_of_its_day():
    found = device("261112231300W", power_w=9000)
    found.run(100)
    found.meter.power_w = 500
    found.run_until("261113001520W", every=10)
    assert fields("2026/days.csv")[0][5:7] == ["500", "2026-11-12T23:15:00+01:00"]


def test_quarters_without_a_card_wait_in_the_flash_and_come_in_order():
    found = device("261112182955W")
    found.run_until("261112184510W")
    disk, found.board.slot.disk = found.board.slot.disk, None
    found.card.mount()
    assert found.card.state == "absent"
    found.run_until("261112193010W")
    assert (found.recorder.waiting, found.recorder.lost) == (3, 0)
    found.board.slot.disk = disk
    idle(found, 100)
    assert found.card.state == "ok"
    assert (found.recorder.waiting, found.recorder.lost) == (0, 0)
    day = fields("2026/11/12/day.csv")
    assert [line[0][11:16] for line in day] == ["18:30", "18:45", "19:00", "19:15"]
    assert {line[-1] for line in day} == {"registers"}
    assert "spool.bin" not in os.listdir(found.board.flash)


def test_what_waits_survives_a_restart():
    found = Device(Board(Slot(sectors=0)), Meter("261112182955W"))
    found.run_until("261112190010W")
    again = Device(found.board, found.meter)
    assert again.recorder.waiting == 2
    again.board.slot.disk = Slot(2000).disk
    idle(again, 100)
    assert [line[0][11:16] for line in fields("2026/11/12/day.csv")] == ["18:30", "18:45"]


def test_two_days_wait_and_what_is_more_is_counted_as_lost():
    found = Device(Board(Slot(sectors=0)), Meter("261112182955W"))
    found.run_until("261114220010W", every=60)
    assert found.recorder.waiting == 200
    assert found.recorder.lost == 6
    again = Device(found.board, found.meter)
    assert (again.recorder.waiting, again.recorder.lost) == (200, 6)


def set_back(found, seconds):
    found.meter.now = timestamp.shift(found.meter.now[0], found.meter.now[1], -seconds)


def test_quarter_that_is_lost_counts_once_although_it_ends_again():
    found = Device(Board(Slot(sectors=0)), Meter("261112182955W"))
    found.run_until("261114211510W", every=60)
    assert (found.recorder.waiting, found.recorder.lost) == (200, 3)
    set_back(found, 1800)
    found.run_until("261114211510W", every=60)
    assert found.recorder.lost == 4  # 21:15 too, which has ended and goes on
    again = Device(found.board, found.meter)
    set_back(again, 2 * 3600)
    again.run_until("261114213110W", every=60)
    assert again.recorder.lost == 4


def test_quarter_that_waits_is_not_lost_when_it_ends_again_and_finds_no_room():
    found = Device(Board(Slot(sectors=0)), Meter("261112182955W"))
    found.run_until("261114203010W", every=60)
    assert (found.recorder.waiting, found.recorder.lost) == (200, 0)
    set_back(found, 3600)
    found.run_until("261114204510W", every=60)
    assert (found.recorder.waiting, found.recorder.lost) == (200, 1)


def test_quarter_that_was_lost_and_ends_again_when_it_can_be_kept_is_not_lost():
    found = Device(Board(Slot(sectors=0)), Meter("261112182955W"))
    found.run_until("261114211510W", every=60)
    assert found.recorder.lost == 3
    found.board.slot.disk = Slot(60000).disk
    idle(found, 400)
    assert found.recorder.waiting == 0
    set_back(found, 1800)
    found.run_until("261114211510W", every=60)
    assert found.recorder.lost == 1
    # Only the times are kept, because the board's heap has no room for all fields of this day.
    starts = [line[11:16] for line in lines("2026/11/14/day.csv")]
    assert starts[-4:] == ["20:15", "21:15", "20:45", "21:00"]


def test_old_card_gets_its_lines_beside_the_reading():
    found = old_card("2024/07/01/1815S.json", "2023/12/02/0945W.json", "2023/12/02/0930W.json")
    found.run(120)
    assert list(lines("2023/12/02/day.csv"))[1:] == [
        "2023-12-02T09:30:00+01:00,200,0,,,,,2,samples",
        "2023-12-02T09:45:00+01:00,200,0,,,,,2,samples",
    ]
    assert list(lines("2023/days.csv"))[1:] == ["2023-12-02,0.100,0.000,,,,,2"]
    assert list(lines("2024/07/01/day.csv"))[1][:25] == "2024-07-01T18:15:00+02:00"
    assert content(CARD + "/meter/rebuilt.txt") == "all exact"


def test_doubled_hour_of_an_old_card_is_in_the_order_of_time():
    names = ["2023/10/29/%s.json" % name for name in ("0145S", "0200S", "0200W", "0245S", "0245W", "0300W")]
    old_card(*names).run(60)
    starts = [line[0][11:22] for line in fields("2023/10/29/day.csv")]
    assert starts == [
        "01:45:00+02",
        "02:00:00+02",
        "02:45:00+02",
        "02:00:00+01",
        "02:45:00+01",
        "03:00:00+01",
    ]


def test_rebuilding_goes_on_after_a_restart():
    found = old_card("2024/07/01/1815S.json", "2023/12/02/0945W.json", "2023/11/02/0930W.json")
    while not found.recorder.jobs:
        found.telegram()
    while "2024" not in found.card.names("") or "days.csv" not in found.card.names("2024"):
        found.recorder.each_step()
    again = Device(found.board, found.meter)
    again.run(10)
    idle(again, 60)
    for year in ("2023/12/02", "2023/11/02", "2024/07/01"):
        assert len(fields(year + "/day.csv")) == 1
    assert len(fields("2023/days.csv")) == 2
    assert content(CARD + "/meter/rebuilt.txt") == "all exact"


def test_quarter_that_is_moved_while_its_day_is_rebuilt_keeps_one_line():
    found = device("261112155955W")
    found.run_until("261112185200W", every=10)
    disk, found.board.slot.disk = found.board.slot.disk, None
    found.card.mount()
    found.run_until("261112190010W", every=10)
    found.board.slot.disk = disk  # its journal has the beginning of 18:45, the flash all of it
    while not found.recorder.jobs:
        found.second()
    while len(found.recorder.jobs) > 1:
        found.recorder.each_step()
    for _ in range(4):  # of rebuilding: the day's first lines have been read
        found.recorder.each_step()
    assert found.recorder.waiting == 1
    idle(found, 60)
    day = fields("2026/11/12/day.csv")
    assert [line[0][11:16] for line in day[-3:]] == ["18:15", "18:30", "18:45"]
    assert (len(day), {line[-1] for line in day}) == (12, {"registers"})


def test_old_file_that_is_damaged_is_no_quarter():
    found = old_card("2024/07/01/1815S.json", "2024/07/01/1830S.json")
    write(CARD + "/meter/2024/07/01/1815S.json", OLD[:90])
    found.run(60)
    assert [line[0][11:16] for line in fields("2024/07/01/day.csv")] == ["18:30"]


def test_peaks_of_the_card_serve_where_the_meter_has_none():
    full = ",".join(["4000"] * 180)
    found = old_card("2026/09/02/0945S.json", "2024/12/02/0930W.json", samples=full, produced=full)
    found.run(10)
    idle(found, 60)
    closed = [(peak[1], peak[4]) for peak in found.peaks.months if peak[0] < found.peaks.month]
    assert closed == [(4000, "card")]


def test_full_card_waits_and_removes_nothing_by_itself():
    found = device("261112182955W", sectors=400)
    found.run_until("261112184510W")
    write_filler()
    found.run_until("261112191510W")
    assert "SD Card failed: the card is full" in found.notes
    assert (found.recorder.waiting, found.recorder.lost) == (2, 0)
    assert found.card.has(1, "2026/11/12/1830W.json")
    os.remove(CARD + "/filler")
    idle(found, 1000)
    assert found.recorder.waiting == 0
    assert [line[0][11:16] for line in fields("2026/11/12/day.csv")][:3] == ["18:30", "18:45", "19:00"]


def write_filler():
    try:
        with open(CARD + "/filler", "wb") as file:
            while file.write(bytes(512)) == 512:
                pass
    except OSError:
        pass


def test_owner_may_let_the_oldest_files_go():
    names = ["2023/12/%02d/0945W.json" % day for day in range(1, 21)]
    found = old_card(*names, samples=",".join(["100"] * 180))
    found.run(10)
    idle(found, 60)
    write_filler()
    found.config["remove_oldest"] = True
    found.card.measure()
    found.run_until("261112190100W")
    idle(found, 100)
    assert "0945W.json" not in found.card.names("2023/12/01")
    assert len(fields("2023/12/01/day.csv")) == 1
    assert found.recorder.waiting == 0
    assert [line[0][11:16] for line in fields("2026/11/12/day.csv")][:2] == ["18:30", "18:45"]


class Reply:
    """A request for a month: while its head is sent, its second day is closed anew."""

    def __init__(self):
        self.text = b""

    def begin(self, *_):
        put("/meter/2026/days.csv", sealed_day(2, 96), b"2026-11-02")

    def write(self, piece):
        self.text += piece if isinstance(piece, bytes) else piece.encode()

    async def drain(self):
        pass


def sealed_day(day, quarters):
    return line_rules.with_check(
        b"2026-11-%02d,1.000,0.000,,,900,2026-11-%02dT18:00:00+01:00,%d" % (day, day, quarters)
    )


async def test_day_that_is_closed_anew_while_its_month_is_told_is_told_once():
    device("261112182955W")
    make_folders(CARD + "/meter/2026/days.csv")
    for day in (1, 2, 3):
        put("/meter/2026/days.csv", sealed_day(day, 95))
    reply = Reply()
    await month_totals.send(reply, b"2026-11", None)
    days = json.loads(reply.text)["days"]
    assert [(day["day"], day["quarters"]) for day in days] == [
        ("2026-11-01", 95),
        ("2026-11-02", 96),
        ("2026-11-03", 95),
    ]
