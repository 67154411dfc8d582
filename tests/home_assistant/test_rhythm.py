"""When states are written: a telegram comes every second, a history cannot hold them all."""

from collections.abc import Awaitable, Callable

import pytest
from homeassistant.core import HomeAssistant

from custom_components.p1_monitor import entity as module
from custom_components.p1_monitor.coordinator import P1MonitorCoordinator

from .conftest import SetUp, until, value
from .device import P1Monitor

type Second = Callable[..., Awaitable[None]]


class Clock:
    """A clock that the test moves."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "monotonic", clock)
    return clock


@pytest.fixture
def second(monitor: P1Monitor, clock: Clock) -> Second:
    """One second and its telegram, with changes of the reading and of the quarter."""

    async def pass_by(
        coordinator: P1MonitorCoordinator,
        reading: dict[str, object] | None = None,
        quarter: dict[str, object] | None = None,
        seconds: float = 1.0,
    ) -> None:
        clock.now += seconds
        before = coordinator.data
        monitor.push(reading=reading or {}, quarter=quarter or {})
        await until(lambda: coordinator.data is not before)

    return pass_by


async def test_power_waits_for_ten_seconds(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, second: Second
) -> None:
    coordinator = (await set_up(monitor)).runtime_data
    for passed in range(1, 10):
        await second(coordinator, {"power_import_w": 3180 + passed})
        assert value(hass, "power") == "3180"
    await second(coordinator, {"power_import_w": 3190})
    assert value(hass, "power") == "3190"


@pytest.mark.parametrize(("power", "shown"), [(3280, "3280"), (3080, "3080"), (3279, "3180"), (3081, "3180")])
async def test_a_change_of_100_w_is_written_at_once(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, second: Second, power: int, shown: str
) -> None:
    coordinator = (await set_up(monitor)).runtime_data
    await second(coordinator, {"power_import_w": power})
    assert value(hass, "power") == shown


async def test_a_telegram_that_comes_a_little_early_counts_as_ten_seconds(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, second: Second
) -> None:
    coordinator = (await set_up(monitor)).runtime_data
    await second(coordinator, {"power_import_w": 3181}, seconds=9.9)
    assert value(hass, "power") == "3181"


async def test_energy_waits_for_ten_seconds_or_the_end_of_the_quarter(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, second: Second
) -> None:
    coordinator = (await set_up(monitor)).runtime_data
    await second(coordinator, {"energy_import_kwh": 572.2})
    assert value(hass, "energy_import") == "572.12"
    await second(coordinator, {"energy_import_kwh": 572.3}, {"id": 436931659})
    assert value(hass, "energy_import") == "572.3"
    await second(coordinator, {"energy_import_kwh": 572.4})
    assert value(hass, "energy_import") == "572.3"
    await second(coordinator, {"energy_import_kwh": 572.5}, seconds=10)
    assert value(hass, "energy_import") == "572.5"


async def test_demand_waits_for_ten_seconds(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, second: Second, all_enabled: None
) -> None:
    coordinator = (await set_up(monitor)).runtime_data
    change = {"demand_w": 2000, "projected_w": 4000, "allowed_w": 100, "headroom_w": -900}
    await second(coordinator, quarter=change)
    before = {
        "average_demand": "0.62",
        "projected_demand": "3.181",
        "allowed_power": "3215",
        "headroom": "35",
    }
    assert {key: value(hass, key) for key in before} == before
    await second(coordinator, seconds=9)
    after = {"average_demand": "2.0", "projected_demand": "4.0", "allowed_power": "100", "headroom": "-900"}
    assert {key: value(hass, key) for key in after} == after


async def test_risk_and_unavoidable_are_written_at_once(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, second: Second
) -> None:
    coordinator = (await set_up(monitor)).runtime_data
    await second(coordinator, quarter={"at_risk": True, "unavoidable": True})
    assert value(hass, "peak_at_risk", "binary_sensor") == "on"
    assert value(hass, "peak_unavoidable", "binary_sensor") == "on"


async def test_a_value_that_goes_or_comes_is_written_at_once(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, second: Second
) -> None:
    coordinator = (await set_up(monitor)).runtime_data
    await second(coordinator, {"power_import_w": None})
    assert value(hass, "power") == "unknown"
    await second(coordinator, {"power_import_w": 3181})
    assert value(hass, "power") == "3181"


async def test_every_second_lifts_it(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp, second: Second
) -> None:
    coordinator = (await set_up(monitor, every_second=True)).runtime_data
    await second(
        coordinator,
        {"power_import_w": 3181, "energy_import_kwh": 572.121},
        {"demand_w": 621, "headroom_w": 34},
    )
    expected = {"power": "3181", "energy_import": "572.121", "average_demand": "0.621", "headroom": "34"}
    assert {key: value(hass, key) for key in expected} == expected


async def test_new_attributes_are_written_although_the_value_stays(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    await set_up(monitor)
    monitor.push(peaks={"months": [{"month": "2026-10", "power_w": 2982, "end": None}]})

    def months() -> object:
        found = hass.states.get("sensor.p1_meter_average_peak_demand_12_months")
        return found.attributes["months"] if found else None

    await until(lambda: months() == [{"month": "2026-10", "kW": 2.982, "time": None}])
