"""The meter's registers and demand objects, as the e-MUCS P1 specification describes them."""

from itertools import pairwise

import pytest
from hypothesis import given, settings, strategies as st

from simulator.clock import DAY_S, QUARTER_S, next_month, parse, stamp
from simulator.household import Household
from simulator.meter import Meter
from simulator.meter_history import ClosedMonth, MeterHistory, Peak
from simulator.scripted_load import ScriptedLoad
from simulator.telegram_source import simulated_meter

START = parse("2026-11-12T18:00:00")


def scripted(
    *changes: tuple[int, int], power_w: int = 0, start: int = START, history: MeterHistory | None = None
) -> Meter:
    return Meter(ScriptedLoad(power_w, changes), start, history)


def test_registers_grow_by_the_power_of_each_second() -> None:
    meter = Meter(Household(3), parse("2026-06-11T11:00:00"))
    imported = exported = 0
    for _ in range(4000):
        before = sum(meter.import_ws), sum(meter.export_ws)
        meter.advance()
        net = sum(meter.phase_w)
        assert sum(meter.import_ws) - before[0] == max(net, 0)
        assert sum(meter.export_ws) - before[1] == max(-net, 0)
        imported, exported = imported + max(net, 0), exported + max(-net, 0)

    assert sum(meter.import_wh) == pytest.approx(imported / 3600, abs=2)
    assert exported > 0


@settings(max_examples=10)
@given(st.lists(st.integers(1, 4000), min_size=1, max_size=8))
def test_it_does_not_matter_in_what_steps_time_passes(steps: list[int]) -> None:
    one, many = (simulated_meter(start=START - 1234).meter for _ in range(2))
    one.advance(sum(steps))
    for step in steps:
        many.advance(step)

    assert one.import_ws == many.import_ws
    assert (one.demand_w, one.peak, one.moment) == (many.demand_w, many.peak, many.moment)
    assert [each.volume_ml for each in one.devices] == [each.volume_ml for each in many.devices]


def test_night_counts_on_the_second_register() -> None:
    meter = scripted(power_w=3600, start=parse("2026-11-12T21:59:50"))
    meter.advance(10)
    assert (meter.import_wh, meter.tariff) == ([10, 0], 2)

    meter.advance(5)
    assert meter.import_wh == [10, 5]


def test_demand_is_the_energy_of_the_quarter_divided_by_15_minutes() -> None:
    meter = scripted(power_w=133)
    meter.advance(175)
    assert meter.demand_w == 133 * 175 // 900

    meter.advance(QUARTER_S - 176)
    assert meter.demand_w == 133 * 899 // 900

    meter.advance(1)
    assert meter.demand_w == 0


def test_demand_never_falls_within_a_quarter_and_export_does_not_count() -> None:
    meter = scripted((START + 300, -4000), (START + 600, 1000), power_w=2000)
    demands = []
    for _ in range(QUARTER_S - 1):
        meter.advance()
        demands.append(meter.demand_w)

    assert demands == sorted(demands)
    assert demands[-1] == (2000 * 300 + 1000 * 299) // 900


def test_a_meter_that_starts_within_a_quarter_knows_the_whole_of_it() -> None:
    meter = scripted(power_w=900, start=START + 450)

    assert meter.demand_w == 450


def test_the_month_peak_is_the_highest_completed_quarter_with_the_stamp_of_its_end() -> None:
    meter = scripted((START + 900, 5000), (START + 1800, 2000), power_w=3000)
    meter.advance(899)
    assert meter.peak.power_w == 0

    meter.advance(1)
    assert (meter.peak.power_w, stamp(meter.peak.end or 0)) == (3000, "261112181500W")

    meter.advance(900)
    assert (meter.peak.power_w, stamp(meter.peak.end or 0)) == (5000, "261112183000W")

    meter.advance(1800)
    assert meter.peak.power_w == 5000


def test_the_first_of_two_equal_quarters_is_the_peak() -> None:
    meter = scripted(power_w=3000)
    meter.advance(1800)

    assert meter.peak.end == START + 900


def test_a_month_closes_on_the_first_of_the_next_and_its_last_quarter_still_counts() -> None:
    meter = scripted(power_w=4000, start=parse("2026-11-30T23:45:00"))
    meter.advance(900)

    closing = parse("2026-12-01")
    assert meter.closed == [ClosedMonth(closing, Peak(4000, closing))]
    assert meter.peak == Peak(0, closing)


def test_at_most_13_months_are_kept_oldest_first() -> None:
    start = parse("2026-11-30T23:59:59")
    history = MeterHistory.generate(1, start)
    meter = scripted(start=start, history=history)
    meter.advance(1)

    assert [month.closing for month in meter.closed[:-1]] == [month.closing for month in history.closed[1:]]
    assert len(meter.closed) == 13
    closings = [month.closing for month in meter.closed]
    assert closings == sorted(closings)
    assert all(next_month(early) == late for early, late in pairwise(closings))


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.integers(parse("2021-01-01"), parse("2032-01-01")), st.integers(0, 13))
def test_every_made_up_past_is_possible(seed: int, start: int, months: int) -> None:
    history = MeterHistory.generate(seed, start, months)

    assert len(history.closed) == months
    for month in history.closed:
        assert month.peak.end is not None
        opening = parse(stamp_of_month_before(month.closing))
        assert opening < month.peak.end <= month.closing <= start
        assert month.peak.end % QUARTER_S == 0
    if history.peak and history.peak.end:
        assert history.peak.end <= start


def stamp_of_month_before(closing: int) -> str:
    text = stamp(closing - DAY_S)
    return f"20{text[:2]}-{text[2:4]}-01"


@pytest.mark.parametrize(("day", "quarters"), [("2026-03-29", 92), ("2026-10-25", 100), ("2026-10-26", 96)])
def test_dst_days_have_their_quarters(day: str, quarters: int) -> None:
    meter = scripted(power_w=1000, start=parse(day))
    ended: list[str] = []
    meter.on_quarter = lambda start, _: ended.append(stamp(start))
    while stamp(meter.moment)[:6] == day[2:].replace("-", ""):
        meter.advance(QUARTER_S)

    assert len(ended) == len(set(ended)) == quarters


def test_without_power_the_clock_runs_on_and_the_registers_stand() -> None:
    meter = scripted(power_w=3600)
    meter.advance(100)
    meter.advance(200, powered=False)

    assert (meter.moment, sum(meter.import_wh), meter.demand_w) == (START + 300, 100, 400)

    meter.advance(900, powered=False)

    assert (meter.demand_w, meter.peak.power_w) == (0, 400)


def test_a_clock_that_jumps_within_the_quarter_goes_on_counting() -> None:
    meter = scripted(power_w=900)
    meter.advance(100)
    meter.set_clock(300)
    meter.advance(1)

    assert (meter.moment, meter.demand_w) == (START + 401, 101)


def test_a_clock_that_jumps_out_of_the_quarter_leaves_it_without_a_peak() -> None:
    meter = scripted(power_w=900)
    meter.advance(500)
    meter.set_clock(3600)
    meter.advance(1)

    assert (meter.moment, meter.demand_w, meter.peak.power_w) == (START + 4101, 1, 0)


def test_gas_is_captured_every_five_minutes_with_a_lagging_stamp() -> None:
    meter = Meter(ScriptedLoad(gas_ml_s=10), START, gas=1)
    gas = meter.devices[0]
    seen = set()
    for _ in range(1800):
        meter.advance()
        assert 0 <= meter.moment - gas.captured < 300
        seen.add((gas.captured, gas.volume_ml))

    assert len(seen) in (6, 7)
    assert gas.volume_ml == 10 * (gas.captured - min(at for at, _ in seen))


@pytest.mark.parametrize(("gas", "water"), [(2, 2), (5, 1), (-1, None)])
def test_a_channel_is_1_to_4_and_holds_one_device(gas: int, water: int | None) -> None:
    with pytest.raises(ValueError, match="M-Bus channel"):
        Meter(ScriptedLoad(), START, gas=gas, water=water)
