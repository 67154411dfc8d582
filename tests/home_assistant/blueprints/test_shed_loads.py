"""The blueprint that switches loads off for the peak."""

from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

from .conftest import HEADROOM, House

BOILER, DRYER, CAR = "input_boolean.boiler", "input_boolean.dryer", "input_boolean.car"
MEMORY = "input_text.p1_memory"


@pytest.fixture
async def loads(hass: HomeAssistant, house: House) -> House:
    names = ("boiler", "dryer", "car")
    assert await async_setup_component(
        hass, "input_boolean", {"input_boolean": {name: {"initial": True} for name in names}}
    )
    assert await async_setup_component(hass, "input_text", {"input_text": {"p1_memory": {"max": 255}}})
    house.tell(500)
    return house


def settings(**more: Any) -> dict[str, Any]:
    inputs = {"headroom": HEADROOM, "loads": [BOILER, DRYER, CAR], "memory": MEMORY}
    return {**inputs, "room": 2000, "minimum_on": 0, "minimum_off": 2, "patience": 60, **more}


async def shed(house: House, **more: Any) -> None:
    await house.automate("shed_loads", **settings(**more))


def on(house: House) -> list[str]:
    return [load for load in (BOILER, DRYER, CAR) if house.state(load) == "on"]


async def turn(house: House, load: str, how: str) -> None:
    await house.hass.services.async_call("input_boolean", f"turn_{how}", {"entity_id": load}, blocking=True)


async def test_loads_go_off_in_order_until_there_is_headroom(loads: House) -> None:
    await shed(loads)
    loads.headroom_w = lambda: -1500 + 1000 * (3 - len(on(loads)))
    await loads.run(50)
    assert on(loads) == [BOILER, DRYER, CAR]  # a kettle would be done by now
    await loads.run(30)
    assert on(loads) == [DRYER, CAR]
    await loads.run(30)
    assert on(loads) == [CAR]
    await loads.run(300)
    assert on(loads) == [CAR]
    assert loads.state(MEMORY) == f"{BOILER},{DRYER}"


async def test_they_come_on_again_in_the_opposite_order_after_their_time_off(loads: House) -> None:
    await shed(loads)
    loads.headroom_w = lambda: -500 if len(on(loads)) > 1 else 100
    await loads.run(200)
    assert on(loads) == [CAR]
    loads.headroom_w = lambda: 1900
    await loads.run(300)
    assert on(loads) == [CAR]  # too little room
    loads.headroom_w = lambda: 2000
    await loads.run(60)
    assert on(loads) == [DRYER, CAR]
    await loads.run(60)
    assert on(loads) == [BOILER, DRYER, CAR]
    assert loads.state(MEMORY) == ""


async def test_slow_appliances_are_waited_for(loads: House) -> None:
    await shed(loads, lag=120)
    loads.headroom_w = lambda: -500  # what goes off still runs
    await loads.run(100)
    assert on(loads) == [DRYER, CAR]
    await loads.run(70)
    assert on(loads) == [DRYER, CAR]
    await loads.run(60)
    assert on(loads) == [CAR]
    loads.headroom_w = lambda: 2500  # what comes on does not run yet
    await loads.run(200)
    assert on(loads) == [DRYER, CAR]
    await loads.run(60)
    assert on(loads) == [DRYER, CAR]
    await loads.run(120)
    assert on(loads) == [BOILER, DRYER, CAR]


async def test_only_what_it_switched_off_comes_on_again(loads: House) -> None:
    await turn(loads, DRYER, "off")
    await shed(loads)
    loads.headroom_w = lambda: -500 if BOILER in on(loads) else 100
    await loads.run(120)
    assert on(loads) == [CAR]
    await turn(loads, BOILER, "on")  # by hand: ours no more
    loads.headroom_w = lambda: 100
    await loads.run(120)
    await turn(loads, BOILER, "off")
    loads.headroom_w = lambda: 5000
    await loads.run(600)
    assert on(loads) == [CAR]


async def test_times_on_and_off_are_kept(loads: House) -> None:
    await shed(loads, minimum_on=5, minimum_off=15)
    await loads.run(600)
    await turn(loads, BOILER, "off")
    await turn(loads, BOILER, "on")
    loads.headroom_w = lambda: 100 if len(on(loads)) < 3 else -500
    await loads.run(100)
    assert on(loads) == [BOILER, CAR]  # the boiler has just come on, so the next one
    await loads.run(220)
    loads.headroom_w = lambda: 100 if len(on(loads)) < 2 else -500
    await loads.run(100)
    assert on(loads) == [CAR]
    loads.headroom_w = lambda: 5000
    await loads.run(400)
    assert on(loads) == [CAR]
    await loads.run(600)
    assert on(loads) == [BOILER, DRYER, CAR]


async def test_after_a_restart_it_still_knows_what_it_switched_off(hass: HomeAssistant, house: House) -> None:
    assert await async_setup_component(
        hass,
        "input_boolean",
        {
            "input_boolean": {
                "boiler": {"initial": False},
                "dryer": {"initial": False},
                "car": {"initial": True},
            }
        },
    )
    assert await async_setup_component(hass, "input_text", {"input_text": {"p1_memory": {"initial": BOILER}}})
    house.tell("unavailable")
    await house.automate_at_start("shed_loads", **settings())
    house.headroom_w = lambda: None
    await house.run(300)
    assert on(house) == [CAR]  # nobody knows whether there is room
    house.headroom_w = lambda: 3000
    await house.run(180)
    assert on(house) == [BOILER, CAR]
    assert house.state(MEMORY) == ""


async def test_a_headroom_that_is_short_at_the_start_counts(loads: House) -> None:
    loads.tell(-500)
    await loads.automate_at_start("shed_loads", **settings())
    loads.headroom_w = lambda: -500 if BOILER in on(loads) else 100
    await loads.run(90)
    assert on(loads) == [DRYER, CAR]


async def test_an_appliance_that_is_away_waits_for_its_return(loads: House) -> None:
    await shed(loads)
    loads.headroom_w = lambda: -500 if BOILER in on(loads) else 100
    await loads.run(120)
    loads.hass.states.async_set(BOILER, "unavailable")
    loads.headroom_w = lambda: 3000
    await loads.run(300)
    assert loads.state(MEMORY) == BOILER
    loads.hass.states.async_set(BOILER, "off")
    await loads.run(240)
    assert on(loads) == [BOILER, DRYER, CAR]
