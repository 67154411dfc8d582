"""The blueprint that warns of a new peak."""

import pytest
from homeassistant.core import ServiceCall

from .conftest import AT_RISK, House, settle, warn_of


async def danger(house: House, state: str = "on") -> None:
    house.hass.states.async_set(AT_RISK, state)
    await settle()


PAUSE = [{"action": "test.pause"}]


async def test_it_says_how_much_must_go_off(house: House, sent: list[ServiceCall]) -> None:
    await warn_of(house, reply=PAUSE)
    await danger(house)
    (call,) = sent
    assert call.data["message"] == "This quarter-hour is heading for 4.2 kW. Switch off 1830 W."
    assert call.data["title"] == "A new peak is near"
    assert [action["title"] for action in call.data["data"]["actions"]] == ["Switch off now"]


async def test_the_button_does_what_was_chosen(house: House, sent: list[ServiceCall]) -> None:
    pauses = house.collect("test", "pause")
    await warn_of(house, reply=PAUSE)
    await danger(house)
    house.hass.bus.async_fire("mobile_app_notification_action", {"action": "P1_of_another"})
    await settle()
    assert not pauses
    house.hass.bus.async_fire(
        "mobile_app_notification_action", {"action": sent[0].data["data"]["actions"][0]["action"]}
    )
    await settle()
    assert len(pauses) == 1
    assert sent[-1].data["message"] == "clear_notification"
    assert sent[-1].data["data"]["tag"] == sent[0].data["data"]["tag"]


async def test_it_disappears_when_the_danger_is_over(house: House, sent: list[ServiceCall]) -> None:
    await warn_of(house, reply=PAUSE)
    await danger(house)
    await danger(house, "off")
    assert [call.data["message"] == "clear_notification" for call in sent] == [False, True]


async def test_it_disappears_after_a_quarter_hour_at_the_latest(
    house: House, sent: list[ServiceCall]
) -> None:
    await warn_of(house)
    await danger(house)
    assert sent[0].data["data"]["actions"] == []
    await house.run(900)
    assert [call.data["message"] == "clear_notification" for call in sent] == [False, True]


@pytest.mark.parametrize("before", ["unavailable", "unknown"])
async def test_a_restart_is_no_news(house: House, sent: list[ServiceCall], before: str) -> None:
    await warn_of(house)
    await danger(house, before)
    await danger(house)
    assert not sent


@pytest.mark.parametrize(
    ("begin", "end", "quiet"),
    [
        ("16:00:00", "18:00:00", True),
        ("18:00:00", "07:00:00", False),
        ("16:30:00", "07:00:00", True),
        ("17:00:00", "17:00:00", False),
    ],
)
async def test_quiet_hours(house: House, sent: list[ServiceCall], begin: str, end: str, quiet: bool) -> None:
    await house.hass.config.async_set_time_zone("UTC")
    await warn_of(house, quiet_from=begin, quiet_until=end)
    await danger(house)
    assert bool(sent) is not quiet
