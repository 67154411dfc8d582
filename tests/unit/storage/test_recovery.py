"""storage/recovery.py: what a reset or a power cut costs the running quarter."""

import json

from ramcard import content
from recorded import DAY, device, quarters
from recording import Device, moment

from board.mount_point import CARD


def test_reset_costs_the_slots_of_the_restart():
    found = device("261112182955W")
    found.run_until("261112183730W")
    found.meter.run(20)
    again = Device(found.board, found.meter)
    again.run_until("261112184505W")
    file = json.loads(content(CARD + "/meter/" + DAY + "1830W.json"))
    samples = file["consumed_power_interval_avgs"]
    assert samples.count(None) <= 4
    assert len(samples) == 180
    assert quarters()[-1][1] == "2000"
    assert quarters()[-1][-1] == "registers"


def test_power_cut_costs_at_most_the_last_minute():
    found = device("261112182955W")
    found.run_until("261112183755W")
    found.board.power_off()
    found.meter.run(20)
    again = Device(found.board, found.meter)
    again.run_until("261112184505W")
    samples = json.loads(content(CARD + "/meter/" + DAY + "1830W.json"))["consumed_power_interval_avgs"]
    assert None in samples
    assert samples.count(None) <= 12 + 4
    assert abs(int(quarters()[-1][1]) - 2000) <= 8
    assert quarters()[-1][-1] == "registers"


def test_quarter_that_the_board_does_not_see_end_is_partial():
    found = device("261112182955W")
    found.run_until("261112183755W")
    found.board.power_off()
    found.meter.run(3600)
    again = Device(found.board, found.meter)
    again.run_until("261112200005W")
    samples = json.loads(content(CARD + "/meter/" + DAY + "1830W.json"))["consumed_power_interval_avgs"]
    assert samples[-1] is None
    assert samples[:-1] == [2000] * (len(samples) - 1)
    assert 84 <= len(samples) <= 96
    assert [(line[0][11:16], line[-1]) for line in quarters()] == [
        ("18:30", "partial"),
        ("19:30", "samples"),
        ("19:45", "registers"),
    ]


def test_quarter_in_which_the_house_was_off_is_exact():
    found = device("261112182955W", power_w=40)
    found.run_until("261112183805W")
    found.board.power_off()
    found.meter.now = moment("261112193000W")  # its register stood still
    again = Device(found.board, found.meter)
    again.run(10)
    assert quarters()[-1][0] == "2026-11-12T18:30:00+01:00"
    assert quarters()[-1][-1] == "registers"
    assert abs(int(quarters()[-1][1]) - 40 * 485 // 900) <= 8
