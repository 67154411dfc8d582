"""The blueprint that charges the car, with cars that follow their current late.

The household does not change for an hour. With P1_LONG=1 in the environment it is three hours, with many more lags.
"""

import os
from datetime import timedelta

import pytest
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.setup import async_setup_component

from custom_components.p1_monitor.original_advice import QUARTER_S, allowed_w

from .conftest import HEADROOM, House

LONG = bool(os.environ.get("P1_LONG"))
CURRENT, CHARGING = "input_number.current", "input_boolean.charging"
HOUSE_W = 400
STEP_S = 10
HOURS = 3 if LONG else 1


class SlowCar:
    """A car that follows each change `lag_s` later, and the meter of its house."""

    def __init__(self, house: House, lag_s: int, phases: int, room_a: float) -> None:
        self.house = house
        self.lag_s = lag_s
        self.volts = 230 * phases
        self.target_w = HOUSE_W + round(room_a * self.volts)
        # When the car was asked for which power, and how often it was paused since.
        self.asked: list[tuple[float, float]] = [(0, self.asked_w())]
        self.changed_at: list[float] = []
        self.pauses = 0
        self.quarter_ws = 0.0
        self.averages_w: list[float] = []
        house.hass.bus.async_listen("state_changed", self._note)

    def asked_w(self) -> float:
        """The power that the charger allows."""
        on = self.house.state(CHARGING) == "on"
        return float(self.house.state(CURRENT)) * self.volts if on else 0

    def drawn_w(self, at: float) -> float:
        """The power that the car draws at a moment."""
        return next(power for since, power in reversed(self.asked) if since <= at - self.lag_s or not since)

    def headroom_w(self) -> int:
        """Ten seconds later: the headroom, as the device computes it."""
        now = self.house.now.timestamp()
        for second in range(STEP_S):
            self.quarter_ws += HOUSE_W + self.drawn_w(now - STEP_S + second)
        elapsed_s = round(now) % QUARTER_S
        if elapsed_s == 0:
            self.averages_w.append(self.quarter_ws / QUARTER_S)
            self.quarter_ws = 0
        allowed = allowed_w(self.target_w, round(self.quarter_ws / QUARTER_S), elapsed_s)
        return allowed - round(HOUSE_W + self.drawn_w(now - 1))

    def most_changes_in_an_hour(self) -> int:
        return max(
            (sum(at <= other < at + 3600 for other in self.changed_at) for at in self.changed_at), default=0
        )

    @callback
    def _note(self, event: Event[EventStateChangedData]) -> None:
        if event.data["entity_id"] in (CURRENT, CHARGING):
            now = self.house.now.timestamp()
            self.asked.append((now, self.asked_w()))
            self.changed_at.append(now)
            self.pauses += event.data["entity_id"] == CHARGING and self.house.state(CHARGING) == "off"


async def drive(house: House, lag_s: int, phases: int, room_a: float, first_a: int = 10) -> SlowCar:
    """Charge, from the start of a quarter-hour on."""
    hass = house.hass
    house.begin(house.now - timedelta(minutes=house.now.minute))
    assert await async_setup_component(
        hass, "input_boolean", {"input_boolean": {"charging": {"initial": True}}}
    )
    assert await async_setup_component(
        hass, "input_number", {"input_number": {"current": {"min": 0, "max": 32, "initial": first_a}}}
    )
    car = SlowCar(house, lag_s, phases, room_a)
    house.headroom_w = car.headroom_w
    house.tell(car.target_w - HOUSE_W - first_a * car.volts)
    await house.automate(
        "ev_charger",
        headroom=HEADROOM,
        current=CURRENT,
        charging=CHARGING,
        phases=str(phases),
        lag=lag_s,
    )
    await house.run(HOURS * 3600)
    assert len(car.averages_w) == HOURS * 4
    return car


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("lag_s", "phases", "room_a"),
    [
        (lag, phases, room)
        for lag in range(0, 61, 10)
        for phases in (1, 3)
        for room in (6.4, 7.6, 9.3, 12.7, 20)
    ]
    if LONG
    else [(0, 3, 12.7), (30, 1, 9.3), (60, 3, 7.6)],
)
async def test_slow_car_settles_below_the_target(
    hass: HomeAssistant, house: House, lag_s: int, phases: int, room_a: float
) -> None:
    car = await drive(house, lag_s, phases, room_a)
    assert max(car.averages_w) <= car.target_w
    assert car.most_changes_in_an_hour() <= 20
    assert car.pauses == 0


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("lag_s", "phases", "room_a"),
    [(lag, phases, room) for lag in (0, 30, 60) for phases in (1, 3) for room in (2.1, 5.5)]
    if LONG
    else [(30, 3, 5.5)],
)
async def test_house_that_leaves_less_than_6_a_makes_few_changes(
    hass: HomeAssistant, house: House, lag_s: int, phases: int, room_a: float
) -> None:
    car = await drive(house, lag_s, phases, room_a, 6)
    assert max(car.averages_w) <= car.target_w
    assert car.most_changes_in_an_hour() <= 20
    assert car.pauses <= HOURS * 4


async def test_current_that_is_too_high_at_the_start_is_lowered(hass: HomeAssistant, house: House) -> None:
    car = await drive(house, 60, 1, 7.2, 16)
    assert max(car.averages_w) <= car.target_w
    assert car.pauses == 0
