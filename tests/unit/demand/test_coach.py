"""demand/coach.py against the vectors it shares with Home Assistant, and its rules one by one."""

from vectors import group, moment

from demand.coach import Coach, allowed_w, projected_w
from demand.quarter import quarter_id
from meter import timestamp

START = "240112231500W"


def coach_of(vector):
    coach = Coach()
    coach.area = vector.get("area")
    coach.own_target_w = vector.get("own_target_w")
    coach.warning_percent = vector.get("warning_percent", 100)
    return coach


class Meter:
    """The meter of a vector: gives each second's (local_s, summer, power, export, demand, register)."""

    def __init__(self, vector):
        self.now = moment(vector["start"])
        self.wh = vector.get("register_wh", 0)  # whole Wh and the rest, so that no number gets big
        self.rest_ws = 0
        self.used_ws = vector.get("used_ws", 0)
        self.late_s = vector.get("late_s", 0)
        self.last_demand = 0
        self.vector = vector

    def turn(self, now):
        old, new = quarter_id(*self.now), quarter_id(*now)
        if old != new:
            self.last_demand = self.used_ws // 900
            self.used_ws = 0
        self.now = now

    def telegrams(self):
        for run in self.vector["runs"]:
            if run[0] == "clock":
                self.turn(moment(run[1]))
                continue
            seconds, power, export = run[:3]
            sends = run[3] if len(run) > 3 else self.vector["sends"]
            for _ in range(seconds):
                if sends:
                    yield self.telegram(power, export, sends)
                self.used_ws += power
                self.rest_ws += power
                self.wh += self.rest_ws // 3600
                self.rest_ws %= 3600
                self.turn(timestamp.shift(*self.now, 1))

    def telegram(self, power, export, sends):
        late = self.now[0] % 900 < self.late_s
        demand = self.last_demand if late else self.used_ws // 900
        return self.now + (
            power if "p" in sends else None,
            export if "p" in sends else None,
            demand if "d" in sends else None,
            self.wh if "r" in sends else None,
        )


def figures(coach):
    return [
        coach.quarter_id,
        coach.elapsed,
        coach.source,
        coach.demand_w,
        coach.projected_w,
        coach.target_w,
        coach.allowed_w,
        coach.headroom_w,
        coach.at_risk,
        coach.unavoidable,
    ]


def test_formulas():
    for t, demand, power, export, target, projected, allowed, headroom, unavoidable in group("formulas"):
        assert projected_w(demand, power, t) == projected
        if target is not None:
            assert allowed_w(target, demand, t) == allowed
            assert allowed - (power - export) == headroom
            assert (demand >= target) == unavoidable


def test_series_of_telegrams():
    for vector in group("series"):
        coach = coach_of(vector)
        expected, changes, warnings, closed = (
            vector[key] for key in ("figures", "changes", "warnings", "closed")
        )
        at_risk = False
        for telegram in Meter(vector).telegrams():
            if coach.closes(telegram[0], telegram[1]):
                assert closed.pop(0) == [coach.quarter_id, coach.average_w()], vector["name"]
            warning = coach.update(*telegram, peak_w=vector.get("peak_w"))
            now = telegram[:2]
            if expected and moment(expected[0][0]) == now:
                row = expected.pop(0)
                assert figures(coach) == row[1:], (vector["name"], row, figures(coach))
            if coach.at_risk != at_risk:
                at_risk = coach.at_risk
                change = changes.pop(0)
                assert (moment(change[0]), change[1]) == (now, at_risk), (vector["name"], change)
            if warning:
                assert moment(warnings.pop(0)) == now, vector["name"]
        assert [expected, changes, warnings, closed] == [[]] * 4, vector["name"]


def run(coach, seconds, power, start=START, **sent):
    """Telegrams of constant power for so many seconds from a stamp on; whether a warning came."""
    now = moment(start)
    warned = False
    for _ in range(seconds):
        warned = coach.update(*now, power, 0, **sent) or warned
        now = timestamp.shift(*now, 1)
    return warned


def test_before_the_first_telegram_nothing_is_known():
    coach = Coach()
    assert figures(coach) == [None] * 8 + [False, False]
    assert not coach.closes(*moment(START))


def test_quarter_closes_at_the_first_telegram_of_another():
    coach = Coach()
    run(coach, 900, 100)
    assert not coach.closes(*moment("240112232959W"))
    assert coach.closes(*moment("240112233000W"))
    assert coach.closes(*moment("240112223000W"))
    assert coach.closes(*moment("240113231500W"))


def test_closed_quarter_is_there_to_be_stored_until_the_next_telegram_is_taken():
    coach = Coach()
    run(coach, 900, 1200, demand_w=77)
    assert coach.closes(*moment("240112233000W"))
    assert coach.quarter.mean(0, 180) == 1200
    assert (coach.quarter.quarter_id, coach.average_w()) == (coach.quarter_id, 77)
    coach.update(*moment("240112233000W"), 500)
    assert coach.quarter.mean(0, 180) == 500
    assert coach.quarter.quarter_id == coach.quarter_id == quarter_id(*moment("240112233000W"))


def test_implausible_demand_is_left_from_the_quarter_before():
    coach = Coach()
    for t, most in ((0, 1111), (5, 1666), (62, 8000), (899, 101000)):
        now = moment(START)[0] + t
        coach.update(now, False, 100, 0, most)
        assert coach.source == "meter"
        coach.update(now, False, 100, 0, most + 1)
        assert coach.source == "samples"


def test_connection_bounds_the_allowed_power_only():
    coach = Coach()
    for limit_w in (2300, 56000):
        coach.limit_w = limit_w
        coach.own_target_w = 56000
        coach.update(moment(START)[0] + 850, False, 100, 0, 40000)
        assert (coach.source, coach.demand_w, coach.allowed_w) == ("meter", 40000, limit_w)


def test_register_that_ran_impossibly_does_not_serve():
    coach = Coach()
    run(coach, 100, 360, import_wh=16000000)
    now = moment("240112231640W")
    coach.update(*now, 360, 0, None, 9000000)  # one tariff's line was unreadable: the other alone
    assert coach.source == "samples"
    coach.update(*now, 360, 0, None, 16000010)
    assert (coach.source, coach.demand_w) == ("registers", 40)
    coach.update(*now, 360, 0, None, 25000000)
    assert coach.source == "samples"


def test_register_that_ran_back_does_not_serve():
    coach = Coach()
    run(coach, 100, 360, import_wh=1000)
    coach.update(*moment("240112231640W"), 360, 0, None, 999)
    assert coach.source == "samples"


def test_average_counts_only_if_the_beginning_was_seen():
    for start, average in (("240112231515W", 100), ("240112231516W", None)):
        coach = Coach()
        run(coach, 884, 100, start, import_wh=0)
        coach.update(*moment("240112232959W"), 100, 0, None, 25)
        assert coach.average_w() == (average and coach.demand_w), start
        assert coach.demand_w in (101, 100)


def test_one_telegram_without_register_loses_nothing():
    coach = Coach()
    run(coach, 100, 360, import_wh=1000)
    coach.update(*moment("240112231640W"), 360, 0, None, None)
    assert coach.source == "samples"
    coach.update(*moment("240112231641W"), 360, 0, None, 1010)
    assert (coach.source, coach.demand_w) == ("registers", 40)


def test_no_telegram_with_power_leaves_only_what_the_meter_says():
    coach = Coach()
    coach.update(*moment(START), None, None, None, None)
    assert figures(coach)[2:] == [None, None, None, 2500, None, None, False, False]
    coach.update(*moment("240112231600W"), None, None, 500, None)
    assert figures(coach)[2:] == ["meter", 500, None, 2500, 2142, None, False, False]


def test_raised_target_ends_the_risk_after_60_s():
    coach = Coach()
    assert run(coach, 300, 3000)
    assert coach.at_risk
    coach.own_target_w = 5000
    run(coach, 60, 3000, "240112232000W")
    assert coach.at_risk
    run(coach, 1, 3000, "240112232100W")
    assert not coach.at_risk


def test_area_without_tariff_ends_the_risk_at_once():
    coach = Coach()
    run(coach, 300, 3000)
    coach.area = "no_capacity_tariff"
    run(coach, 1, 3000, "240112232000W")
    assert (coach.at_risk, coach.target_w, coach.allowed_w, coach.headroom_w) == (False, None, None, None)


def test_headroom_may_exceed_what_the_connection_gives_by_what_is_exported():
    coach = Coach()
    coach.update(moment(START)[0] + 890, False, 0, 4000, 0)
    assert (coach.allowed_w, coach.headroom_w) == (25000, 29000)
