"""A household is repeatable, and its energy is the sum of its powers."""

import time

from hypothesis import given, settings, strategies as st

from simulator.clock import DAY_S, month_start, next_month, parse
from simulator.household import Household
from simulator.scripted_load import ScriptedLoad

NOVEMBER, JUNE = parse("2026-11-12"), parse("2026-06-11")
HOUSEHOLD = Household(7)


def test_the_same_seed_and_moment_give_the_same_power() -> None:
    again, other = Household(7), Household(8)
    moments = range(NOVEMBER, NOVEMBER + DAY_S, 37)

    powers = [HOUSEHOLD.power_w(at) for at in moments]

    assert [again.power_w(at) for at in reversed(moments)] == powers[::-1]
    assert [other.power_w(at) for at in moments] != powers


@settings(max_examples=25)
@given(st.integers(JUNE, JUNE + 2 * DAY_S), st.integers(1, 3000))
def test_energy_is_the_sum_of_the_powers_of_its_seconds(begin: int, length: int) -> None:
    net = [sum(HOUSEHOLD.power_w(at)) for at in range(begin + 1, begin + length + 1)]

    energy = HOUSEHOLD.energy_ws(begin, begin + length)

    assert energy == (sum(max(power, 0) for power in net), -sum(min(power, 0) for power in net))


@settings(max_examples=25)
@given(st.integers(NOVEMBER, NOVEMBER + DAY_S), st.lists(st.integers(0, 5000), min_size=1, max_size=4))
def test_volumes_add_up_however_they_are_asked_for(begin: int, lengths: list[int]) -> None:
    at, gas, water = begin, 0, 0
    for length in lengths:
        gas += HOUSEHOLD.gas_ml(at, at + length)
        water += HOUSEHOLD.water_ml(at, at + length)
        at += length

    assert (gas, water) == (HOUSEHOLD.gas_ml(begin, at), HOUSEHOLD.water_ml(begin, at))


def test_the_sun_exports_in_june_and_not_at_night() -> None:
    day = HOUSEHOLD.energy_ws(JUNE + 8 * 3600, JUNE + 20 * 3600)
    night = HOUSEHOLD.energy_ws(JUNE + 23 * 3600, JUNE + 27 * 3600)

    assert day[1] > 3_600_000
    assert night[1] == 0


def test_a_month_is_that_of_an_ordinary_household() -> None:
    begin = month_start(NOVEMBER)

    imported, exported = HOUSEHOLD.energy_ws(begin, next_month(begin))

    assert 400 < imported / 3_600_000 < 1300
    assert 10 < exported / 3_600_000 < 250


def test_a_day_takes_a_fraction_of_a_second() -> None:
    started = time.process_time()
    Household(9).energy_ws(NOVEMBER, NOVEMBER + 5 * DAY_S)

    assert time.process_time() - started < 2.5


def test_a_scripted_load_switches_at_its_moments() -> None:
    load = ScriptedLoad(100, [(50, 3000), (60, -500)])

    assert [load.power_w(at)[0] for at in (50, 51, 60, 61)] == [100, 3000, 3000, -500]
    assert load.energy_ws(40, 70) == (100 * 10 + 3000 * 10, 500 * 10)

    load.switch(65, 0)

    assert load.energy_ws(60, 70) == (0, 500 * 5)
    assert [sum(load.power_w(at)) for at in range(41, 71)][-10:] == [-500] * 5 + [0] * 5
