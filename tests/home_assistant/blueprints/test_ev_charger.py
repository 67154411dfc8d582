"""The blueprint that charges the car within the peak."""

from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

from .conftest import HEADROOM, House

CURRENT, CHARGING = "input_number.current", "input_boolean.charging"


@pytest.fixture
async def charger(hass: HomeAssistant, house: House) -> House:
    """A car that charges with 10 A, and nothing to spare."""
    assert await async_setup_component(
        hass, "input_boolean", {"input_boolean": {"charging": {"initial": True}}}
    )
    assert await async_setup_component(
        hass, "input_number", {"input_number": {"current": {"min": 0, "max": 32, "initial": 10}}}
    )
    house.tell(0)
    return house


INPUTS = {"headroom": HEADROOM, "current": CURRENT, "charging": CHARGING, "reserve": 0}


async def charge(house: House, **more: Any) -> None:
    await house.automate("ev_charger", **{**INPUTS, **more})
    await house.run(60)


def amps(house: House) -> float:
    return float(house.state(CURRENT)) if house.state(CHARGING) == "on" else 0


async def turn(house: House, how: str) -> None:
    await house.hass.services.async_call(
        "input_boolean", f"turn_{how}", {"entity_id": CHARGING}, blocking=True
    )


def spare(house: House, amps_left: float, volts: int = 230) -> None:
    """There is room for so many amps, the car's included."""
    house.headroom_w = lambda: round((amps_left - amps(house)) * volts)


async def test_whole_amps_down_at_once(charger: House) -> None:
    await charge(charger)
    spare(charger, 8.9)
    await charger.step()
    assert amps(charger) == 8


async def test_up_to_the_maximum_with_at_least_60_s_between(charger: House) -> None:
    await charge(charger, maximum=14)
    spare(charger, 11.5)
    await charger.step()
    assert amps(charger) == 11
    spare(charger, 20)
    await charger.run(50)
    assert amps(charger) == 11
    await charger.step()
    assert amps(charger) == 14


async def test_three_phases_take_three_times_as_much(charger: House) -> None:
    await charge(charger, phases="3", maximum=16)
    spare(charger, 12.5, 690)
    await charger.step()
    assert amps(charger) == 12


async def test_pause_after_two_minutes_below_6_a(charger: House) -> None:
    await charge(charger)
    spare(charger, 5.9)
    await charger.run(110)
    assert amps(charger) == 6
    await charger.run(30)
    assert amps(charger) == 0


async def test_pause_at_once_where_two_minutes_would_make_the_peak(charger: House) -> None:
    await charge(charger)
    await charger.run(9 * 60 + 40)  # 17:12:40: 140 s are left
    spare(charger, 4)
    await charger.run(20)
    assert amps(charger) == 0


async def test_reserve_is_kept_of_the_average(charger: House) -> None:
    await charge(charger, reserve=230)
    await charger.run(4 * 60 + 20 + 10)  # 17:07:30: half of the quarter is left, so twice as much is kept
    spare(charger, 12.5)
    await charger.step()
    assert amps(charger) == 10


async def test_a_short_dip_is_no_pause(charger: House) -> None:
    await charge(charger)
    spare(charger, 3)
    await charger.run(100)
    spare(charger, 7.5)
    await charger.run(120)
    assert amps(charger) == 7


async def test_resume_after_five_minutes_with_enough(charger: House) -> None:
    await charge(charger)
    spare(charger, 3)
    await charger.run(150)
    assert amps(charger) == 0
    spare(charger, 9.5)
    await charger.run(280)
    assert amps(charger) == 0
    await charger.run(30)
    assert amps(charger) == 6
    await charger.run(50)
    assert amps(charger) == 6  # also where the current was 6 A for long
    await charger.run(20)
    assert amps(charger) == 9


async def test_no_jump_in_the_first_minute_of_a_quarter(charger: House) -> None:
    await charge(charger)
    await charger.run(12 * 60 + 10)  # 17:15:10
    spare(charger, 16.5)
    await charger.run(40)
    assert amps(charger) == 10
    await charger.run(20)
    assert amps(charger) == 16
    spare(charger, 8.5)
    await charger.run(15 * 60 - 60)  # 17:30:10
    spare(charger, 7.5)
    await charger.step()
    assert amps(charger) == 7  # less is always at once


async def test_no_raise_in_the_last_minute_of_a_quarter(charger: House) -> None:
    await charge(charger)
    await charger.run(10 * 60 + 50)  # 17:13:50
    spare(charger, 16.5)
    await charger.run(120)  # 17:15:50
    assert amps(charger) == 10
    await charger.step()
    assert amps(charger) == 16


async def test_next_decision_comes_when_the_lag_has_passed(charger: House) -> None:
    await charge(charger, lag=60)
    charger.headroom_w = lambda: -200  # the car does not follow
    await charger.step()
    assert amps(charger) == 9
    await charger.run(60)
    assert amps(charger) == 9
    await charger.step()
    assert amps(charger) == 8


async def test_no_lag_is_waited_for_where_that_would_make_the_peak(charger: House) -> None:
    await charge(charger, lag=60)
    await charger.run(7 * 60)  # 17:10
    spare(charger, 9.5)
    await charger.step()
    assert amps(charger) == 9
    charger.headroom_w = lambda: -6000
    await charger.step()
    assert amps(charger) == 0


async def test_quarter_in_which_it_resumed_ends_with_the_least_current(charger: House) -> None:
    await charge(charger)
    spare(charger, 3)
    await charger.run(130)
    assert amps(charger) == 0
    spare(charger, 9.5)
    await charger.run(400)
    assert amps(charger) == 9
    spare(charger, 12.5)
    await charger.run(80)
    assert amps(charger) == 9  # raised once
    await charger.run(60)  # 17:14:10
    assert amps(charger) == 9
    await charger.step()  # the lag and 15 s before the end
    assert amps(charger) == 6


async def test_no_raise_that_the_car_follows_in_the_next_quarter(charger: House) -> None:
    await charge(charger, lag=80)
    await charger.run(10 * 60 + 20)  # 17:13:20
    spare(charger, 12.5)
    await charger.step()
    assert amps(charger) == 10


async def test_raise_leaves_20_w_of_the_average(charger: House) -> None:
    await charge(charger)
    spare(charger, 12.1)
    await charger.step()
    assert amps(charger) == 11
    spare(charger, 11)
    await charger.run(60)
    assert amps(charger) == 11


async def test_reserve_may_be_used_in_the_last_five_minutes(charger: House) -> None:
    spare(charger, 13.1)  # the reserve counts for 3 A in the last five minutes
    await charge(charger, reserve=230, maximum=10)
    await charger.run(11 * 60)  # 17:14
    assert amps(charger) == 10
    spare(charger, 12.9)
    await charger.step()
    assert amps(charger) == 9


async def test_headroom_in_kilowatts(charger: House) -> None:
    charger.unit = "kW"
    await charge(charger)
    spare(charger, 8.9)
    await charger.step()
    assert amps(charger) == 8
    spare(charger, 3)
    await charger.run(130)
    assert amps(charger) == 0
    spare(charger, 6.5)
    await charger.run(320)
    assert amps(charger) == 6


async def test_no_resume_in_the_first_minute_of_a_quarter(charger: House) -> None:
    await charge(charger)  # 17:03
    await turn(charger, "off")
    spare(charger, 0)
    await charger.run(7 * 60 + 10)  # 17:10:10
    spare(charger, 9.5)
    await charger.run(5 * 60 + 20)  # 17:15:30
    assert amps(charger) == 0
    await charger.run(40)
    assert amps(charger) == 6


@pytest.mark.parametrize(("safe", "expected"), [(0, 0), (7, 7)])
async def test_safe_current_when_the_figures_are_missing(charger: House, safe: int, expected: int) -> None:
    await charge(charger, safe=safe)
    charger.headroom_w = lambda: None
    charger.tell("unavailable")
    await charger.step()
    assert amps(charger) == expected


async def test_safe_current_when_the_figures_are_30_s_old(charger: House) -> None:
    await charge(charger, safe=6)
    charger.headroom_w = lambda: None
    await charger.run(30)
    assert amps(charger) == 10
    await charger.step()
    assert amps(charger) == 6
    spare(charger, 12.5)
    await charger.run(60)
    assert amps(charger) == 12


async def test_what_is_short_at_the_start_counts(charger: House) -> None:
    charger.tell(-3000)
    spare(charger, 2)
    await charger.automate_at_start("ev_charger", **INPUTS)
    await charger.run(110)
    assert amps(charger) == 6
    await charger.run(30)
    assert amps(charger) == 0


async def test_a_pause_from_before_the_start_ends_too(charger: House) -> None:
    await turn(charger, "off")
    charger.tell(4000)
    spare(charger, 9.5)
    await charger.automate_at_start("ev_charger", **INPUTS)
    await charger.run(290)
    assert amps(charger) == 0
    await charger.run(30)
    assert amps(charger) == 6
