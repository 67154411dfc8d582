"""Power, voltage and current belong together, as far as each kind of connection lets them."""

import math

from hypothesis import given, strategies as st

from simulator.clock import parse
from simulator.grid import star, total_only, two_wattmeters, virtual_neutral

NOW = parse("2026-11-12")
moments = st.integers(NOW, NOW + 86_400)
powers = st.lists(st.integers(-6_000, 9_000), min_size=3, max_size=3)


@given(moments, st.lists(st.integers(-6_000, 9_000), min_size=1, max_size=3))
def test_each_phase_has_the_current_that_its_power_needs(at: int, power_w: list[int]) -> None:
    seen = star(at, power_w)

    assert seen.power_w == power_w
    for watts, decivolt, milliampere in zip(power_w, seen.voltage_dv, seen.current_ma, strict=True):
        apparent = decivolt * milliampere / 10_000
        assert 2070 < decivolt < 2530  # EN 50160: 230 V, 10 % up and down
        # A meter prints volts to a tenth, so the product may fall short by as much.
        assert apparent > abs(watts) * 0.999 - 1
        assert apparent < math.hypot(watts, 29 + 0.08 * abs(watts)) * 1.001 + 1


@given(moments, powers)
def test_two_wattmeters_agree_on_the_sum_only(at: int, power_w: list[int]) -> None:
    seen = two_wattmeters(at, power_w)

    assert sum(seen.power_w) == sum(power_w)
    assert (seen.power_w[1], seen.voltage_dv[1]) == (0, 0)
    # What flows in on two lines flows out on the third: no current is longer than the other two together.
    first, second, third = sorted(seen.current_ma)
    assert third <= first + second + 2


@given(moments, powers)
def test_landis_shows_no_power_per_phase(at: int, power_w: list[int]) -> None:
    seen = total_only(at, power_w)

    assert list(seen.power_w) == [0, 0, 0]
    assert (seen.voltage_dv[1], seen.current_ma[1]) == (0, 0)


@given(moments, powers)
def test_a_virtual_neutral_keeps_power_and_current_together(at: int, power_w: list[int]) -> None:
    seen = virtual_neutral(at, power_w)

    for watts, decivolt, milliampere in zip(power_w, seen.voltage_dv, seen.current_ma, strict=True):
        assert 1195 < decivolt < 1461
        assert decivolt * milliampere / 10_000 > abs(watts) * 0.999 - 1
