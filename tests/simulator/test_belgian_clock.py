"""The Belgian clock against the time zone database of Python."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from simulator import clock

BRUSSELS = ZoneInfo("Europe/Brussels")
moments = st.integers(clock.parse("2001-01-01"), clock.parse("2060-01-01"))


@given(moments)
def test_local_time_is_that_of_brussels(at: int) -> None:
    there = clock.utc(at).astimezone(BRUSSELS)

    assert clock.local(at) == there.replace(tzinfo=None)
    assert clock.iso(at) == there.isoformat()
    assert clock.stamp(at) == there.strftime("%y%m%d%H%M%S") + ("S" if there.dst() else "W")


@given(moments)
def test_a_moment_survives_text(at: int) -> None:
    assert clock.parse(clock.iso(at)) == at
    letter = clock.stamp(at)[-1]
    assert clock.parse(clock.local(at).isoformat() + letter) == at


@given(moments)
def test_a_month_holds_its_moments(at: int) -> None:
    assert clock.month_start(at) <= at < clock.next_month(at)
    assert clock.next_month(clock.previous_month(at)) == clock.month_start(at)


@pytest.mark.parametrize(
    ("day", "quarters"), [("2026-03-29", 92), ("2026-10-25", 100), ("2026-10-24", 96), ("2027-03-28", 92)]
)
def test_the_days_of_the_change_have_92_and_100_quarters(day: str, quarters: int) -> None:
    assert clock.quarters_of_day(clock.parse(day)) == quarters


def test_the_doubled_hour_counts_first_as_summer() -> None:
    first, second = clock.parse("2026-10-25T02:30:00S"), clock.parse("2026-10-25T02:30:00W")

    assert second - first == 3600
    assert clock.parse("2026-10-25T02:30") == first
    assert [clock.stamp(first), clock.stamp(second)] == ["261025023000S", "261025023000W"]


def test_day_tariff_is_7_to_22_on_weekdays() -> None:
    def tariff(text: str) -> int:
        return 1 if clock.is_day_tariff(clock.parse(text)) else 2

    thursday = [tariff(f"2026-11-12T{time}") for time in ("06:59:59", "07:00:00", "21:59:59", "22:00:00")]
    assert thursday == [2, 1, 1, 2]
    assert tariff("2026-11-14T12:00") == 2


def test_quarter_id_is_that_of_the_original_device() -> None:
    assert clock.quarter_id(clock.parse("2023-12-02T09:45")) == 386662951
    assert clock.quarter_id(clock.parse("2024-07-01T18:15")) == 403112393


def test_an_unreadable_time_says_how_to_write_one() -> None:
    with pytest.raises(ValueError, match="write it as 2026-11-12T18:29:30"):
        clock.parse("tomorrow")


def test_now_is_this_computers_clock() -> None:
    assert abs(clock.utc(clock.now()).timestamp() - datetime.now().timestamp()) < 2
