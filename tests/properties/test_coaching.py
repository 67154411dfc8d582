"""demand/coach.py: true for every source of demand, and calm whatever the household or the clock does."""

from itertools import pairwise

from hypothesis import given, strategies as st

from demand.coach import Coach, allowed_w, projected_w  # type: ignore[import-not-found]
from demand.quarter import quarter_id  # type: ignore[import-not-found]
from meter import timestamp  # type: ignore[import-not-found]

START = timestamp.seconds(2026, 11, 12, 18, 30)
TARGET = 2500

POWER = st.integers(0, 25000)
# A quarter as runs of (seconds, W).
LOADS = st.lists(st.tuples(st.integers(1, 400), POWER), min_size=1, max_size=12)


def seconds_of(loads: list[tuple[int, int]]) -> list[int]:
    """The power of each second of one quarter; the last load stays."""
    powers = [power for count, power in loads for _ in range(count)][:900]
    return powers + [loads[-1][1]] * (900 - len(powers))


def coached(powers: list[int], source: str, first: int = 0):
    """Per second: (t, W·s used so far, coach) of a meter that has this source of demand."""
    coach = Coach()
    used = sum(powers[:first])
    for t in range(first, 900):
        coach.warned = coach.update(
            START + t,
            False,
            powers[t],
            0,
            used // 900 if source == "meter" else None,
            16384123 + used // 3600 if source == "registers" else None,
        )
        yield t, used, coach
        used += powers[t]


@given(LOADS)
def test_demand_from_1_4_0_is_exact(loads: list[tuple[int, int]]):
    for _, used, coach in coached(seconds_of(loads), "meter"):
        assert (coach.source, coach.demand_w) == ("meter", used // 900)


@given(LOADS, st.integers(0, 899))
def test_demand_from_registers_is_exact_to_its_steps(loads: list[tuple[int, int]], first: int):
    powers = seconds_of(loads)
    for t, used, coach in coached(powers, "registers", first):
        if coach.source == "registers":
            # what was used before the first telegram is taken to be as what came after
            truth = (used - sum(powers[:first])) * t / ((t - first) * 900)
            assert abs(coach.demand_w - truth) <= 4 * t / (t - first) + 1 <= 33
        else:
            assert t > 8 * (t - first) or t == first


@given(LOADS)
def test_demand_from_samples_is_exact_to_the_running_slot(loads: list[tuple[int, int]]):
    powers = seconds_of(loads)
    swing = max(powers) - min(powers)
    for _, used, coach in coached(powers, "samples"):
        assert coach.source == "samples"
        assert abs(coach.demand_w - used / 900) <= swing * 5 / 900 + 2


@given(LOADS, st.sampled_from(("meter", "registers", "samples")))
def test_at_risk_is_slow_to_come_and_slow_to_go(loads: list[tuple[int, int]], source: str):
    states = []
    warnings = 0
    for t, _, coach in coached(seconds_of(loads), source):
        states.append(coach.at_risk)
        warnings += coach.warned
        assert not (coach.at_risk and t < 180)
        assert not coach.warned or coach.at_risk
    assert warnings == any(states)
    turns = [t for t, (one, other) in enumerate(pairwise(states), 1) if one != other]
    assert all(later - sooner >= 60 for sooner, later in pairwise(turns))


@given(
    st.lists(st.tuples(st.integers(1, 400), st.integers(0, TARGET)), min_size=1),
    st.sampled_from(("meter", "samples")),
)
def test_house_that_stays_below_the_target_is_never_warned(loads: list[tuple[int, int]], source: str):
    for _, _, coach in coached(seconds_of(loads), source):
        assert not coach.at_risk


@given(st.integers(TARGET + 10, 25000))
def test_house_that_stays_above_the_target_is_warned_at_180_s(power: int):
    for t, _, coach in coached([power] * 900, "meter"):
        assert coach.at_risk == (t >= 180)
        assert coach.warned == (t == 180)


@given(LOADS, st.sampled_from(("meter", "registers", "samples")))
def test_target_passed_for_120_s_is_always_warned_of(loads: list[tuple[int, int]], source: str):
    since = None
    for t, _, coach in coached(seconds_of(loads), source):
        if coach.demand_w <= TARGET:
            since = None
        elif since is None:
            since = t
        elif t - since >= 120 and t >= 180:
            assert coach.at_risk
            assert coach.unavoidable


@given(st.integers(0, 25000), st.integers(0, 25000), st.integers(0, 884))
def test_allowed_power_ends_the_quarter_at_the_target(target: int, demand: int, t: int):
    allowed = allowed_w(target, demand, t)
    assert 0 <= allowed <= 25000
    if demand <= target:
        assert projected_w(demand, allowed, t) <= target
        if allowed < 25000:
            assert projected_w(demand, allowed + 1, t) >= target - 1


CLOCK_STEP = st.integers(-20, 20) | st.integers(-90000, 90000)


@given(st.lists(st.tuples(CLOCK_STEP, st.booleans(), POWER | st.none()), max_size=60))
def test_quarter_closes_when_and_only_when_it_changes(steps: list[tuple[int, bool, int | None]]):
    coach = Coach()
    now = START
    for step, summer, power in steps:
        now += step
        closes = coach.closes(now, summer)
        before = coach.quarter_id
        coach.update(now, summer, power, 0, None, now // 10)
        assert closes == (before is not None and coach.quarter_id != before)
        assert coach.quarter.quarter_id == coach.quarter_id
        assert coach.quarter_id == quarter_id(coach.start, coach.summer)
        assert 0 <= coach.elapsed < 900
        assert coach.demand_w is None or coach.demand_w >= 0
