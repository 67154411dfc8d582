"""The colours of the Walloon tariff Impact."""

from datetime import datetime

import pytest
from homeassistant.core import HomeAssistant

from custom_components.p1_monitor.impact import colour, next_change

from .conftest import SetUp, state
from .device import P1Monitor


@pytest.mark.parametrize(
    ("now", "expected", "change"),
    [
        ("2026-07-01T00:30:00+02:00", "medium", "2026-07-01T01:00:00+02:00"),
        ("2026-07-01T01:00:00+02:00", "eco", "2026-07-01T07:00:00+02:00"),
        ("2026-07-01T10:59:59+02:00", "medium", "2026-07-01T11:00:00+02:00"),
        ("2026-07-01T16:59:59+02:00", "eco", "2026-07-01T17:00:00+02:00"),
        ("2026-07-01T17:00:00+02:00", "pic", "2026-07-01T22:00:00+02:00"),
        ("2026-07-01T22:00:00+02:00", "medium", "2026-07-02T01:00:00+02:00"),
        ("2026-12-31T23:00:00+01:00", "medium", "2027-01-01T01:00:00+01:00"),
        ("2026-07-01T15:00:00+00:00", "pic", "2026-07-01T22:00:00+02:00"),
    ],
)
def test_colours(now: str, expected: str, change: str) -> None:
    moment = datetime.fromisoformat(now)
    assert colour(moment) == expected
    assert next_change(moment) == datetime.fromisoformat(change)


async def test_only_who_has_this_tariff_sees_its_colour(
    hass: HomeAssistant, monitor: P1Monitor, set_up: SetUp
) -> None:
    monitor.device["capacity"]["area"] = "wallonia_impact"
    await set_up(monitor)
    found = state(hass, "impact_tariff")
    assert found
    assert found.state == "pic"
    assert found.attributes["next_change"] == "2026-11-12T22:00:00+01:00"
