"""The blueprints over days of a simulated household with solar panels and an electric car.

The target is what the household reaches without its car, and a little more: with the car and nothing that steers, many
quarters end above it; with a blueprint, none. With P1_LONG=1 in the environment it is two whole days of each.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

from custom_components.p1_monitor.demand import QUARTER_S, allowed_w
from simulator.household import Household

from .conftest import HEADROOM, House

LONG = bool(os.environ.get("P1_LONG"))
# A cold evening and a sunny day: when they begin, and for how many hours.
EVENING = (datetime(2026, 1, 21, 17, tzinfo=UTC), 48 if LONG else 3)
SUN = (datetime(2026, 5, 12, 10, tzinfo=UTC), 48 if LONG else 3)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
STEP_S = 10
VOLTS = 230
ARRIVES_H = 17.5
WANTS_WS = 15_000 * 3600
MARGIN_W = 300


class Home:
    """The household with a car that draws what it is let, and the meter that adds up its quarters."""

    def __init__(self, house: House, car_w: Callable[[], int]) -> None:
        self.house = house
        self.car_w = car_w
        self.household = Household(3, 3, 5000, car=False)
        self.averages_w: list[int] = []
        self.charged_ws = 0
        self.target_w = 0
        self.first_day = house.now.date()

    @property
    def at(self) -> int:
        """Seconds since 2000."""
        return round((self.house.now - EPOCH).total_seconds())

    def begin(self, now: datetime, hours: int) -> None:
        """Start a span, with a car that has nothing yet, and for a target what the house needs by itself."""
        self.house.begin(now)
        quarters = range(self.at, self.at + hours * 3600, QUARTER_S)
        alone = [self.household.energy_ws(begin, begin + QUARTER_S)[0] // QUARTER_S for begin in quarters]
        self.target_w = max(2500, *alone) + MARGIN_W
        self.first_day = now.date()
        self.quarter_ws = self.charged_ws = 0

    def drawn_w(self) -> int:
        """What the car draws: it is away until the evening, but at home on a sunny day, and full some time.

        Each day it drives as much.
        """
        now = self.house.now
        home = now.hour + now.minute / 60 >= ARRIVES_H or now.month == 5
        wants_ws = WANTS_WS * (1 + (now.date() - self.first_day).days)
        return self.car_w() if home and self.charged_ws < wants_ws else 0

    def headroom_w(self) -> int:
        """Ten seconds later: what the meter has counted, and what may still be used."""
        car_w, at = self.drawn_w(), self.at
        net_w = [sum(self.household.power_w(second)) + car_w for second in range(at - STEP_S + 1, at + 1)]
        self.quarter_ws += sum(max(0, power) for power in net_w)
        self.charged_ws += car_w * STEP_S
        elapsed_s = at % QUARTER_S
        if elapsed_s == 0:
            self.averages_w.append(self.quarter_ws // QUARTER_S)
            self.quarter_ws = 0
        return allowed_w(self.target_w, self.quarter_ws // QUARTER_S, elapsed_s) - net_w[-1]

    def above(self) -> list[int]:
        """The quarters that ended above the target."""
        return [average for average in self.averages_w if average > self.target_w]


async def live(home: Home, span: tuple[datetime, int]) -> None:
    begin, hours = span
    home.begin(begin, hours)
    home.house.headroom_w = home.headroom_w
    await home.house.run(hours * 3600)
    assert len(home.averages_w) == hours * 4


@pytest.fixture
async def devices(hass: HomeAssistant, house: House) -> House:
    switches = {name: {"initial": True} for name in ("car", "charging")}
    assert await async_setup_component(hass, "input_boolean", {"input_boolean": switches})
    assert await async_setup_component(hass, "input_text", {"input_text": {"p1_memory": {"max": 255}}})
    assert await async_setup_component(
        hass, "input_number", {"input_number": {"current": {"min": 6, "max": 16, "initial": 16}}}
    )
    house.tell(0)
    return house


@pytest.mark.parametrize("span", [EVENING, SUN], ids=["evening", "sun"])
async def test_without_steering_the_car_makes_peaks(devices: House, span: tuple[datetime, int]) -> None:
    begin, hours = span
    home = Home(devices, lambda: 16 * VOLTS)
    home.begin(begin, hours)
    for _ in range(hours * 3600 // STEP_S):
        devices.now += timedelta(seconds=STEP_S)
        home.headroom_w()
    assert len(home.above()) >= 2


@pytest.mark.timeout(1200 if LONG else 240)
@pytest.mark.parametrize("phases", [1, 3])
@pytest.mark.parametrize("span", [EVENING, SUN], ids=["evening", "sun"])
async def test_car_is_charged_without_a_peak(devices: House, span: tuple[datetime, int], phases: int) -> None:
    def car_w() -> int:
        if devices.state("input_boolean.charging") != "on":
            return 0
        return round(float(devices.state("input_number.current"))) * VOLTS * phases

    home = Home(devices, car_w)
    await devices.automate(
        "ev_charger",
        headroom=HEADROOM,
        current="input_number.current",
        charging="input_boolean.charging",
        phases=str(phases),
    )
    await live(home, span)
    assert home.above() == []
    assert home.charged_ws > 2_000 * 3600


@pytest.mark.timeout(1200 if LONG else 240)
@pytest.mark.parametrize("span", [EVENING, SUN], ids=["evening", "sun"])
async def test_car_is_switched_without_a_peak(devices: House, span: tuple[datetime, int]) -> None:
    home = Home(devices, lambda: 3650 if devices.state("input_boolean.car") == "on" else 0)
    await devices.automate(
        "shed_loads",
        headroom=HEADROOM,
        loads=["input_boolean.car"],
        memory="input_text.p1_memory",
        room=3650,
        minimum_on=0,
        minimum_off=5,
        patience=30,
    )
    await live(home, span)
    assert home.above() == []
    assert home.charged_ws > 1_000 * 3600
