"""A register that only counts up never goes back, nor leaps, on the word of one telegram."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.p1_monitor.register_guard import MaxRate, RegisterGuard

START = datetime(2026, 11, 12, tzinfo=UTC)
# Carries 36 in an hour: with the overload 0.0125 a second, and a step of 0.1.
PACE = MaxRate(per_hour=36, step=0.1)


def publish(*values: float | tuple[float, str] | None, every_s: float = 1) -> list[float | None]:
    """What is published for one value a telegram; a tuple is (value, meter id)."""
    register = RegisterGuard(PACE)
    published = []
    for number, given in enumerate(values):
        value, meter_id = given if isinstance(given, tuple) else (given, "a")
        at = START + timedelta(seconds=number * every_s)
        published.append(register.check(value, meter_id, at))
    return published


def test_counting_up_is_published() -> None:
    assert publish(1.0, 1.0, 1.001, 1.1) == [1.0, 1.0, 1.001, 1.1]


def test_a_missing_value_is_none() -> None:
    assert publish(1.0, None, 1.1) == [1.0, None, 1.1]


@pytest.mark.parametrize("glitch", [0.0, 0.5, 5.2, 99_999.0])
def test_one_or_two_values_that_cannot_be_are_held(glitch: float) -> None:
    assert publish(5.0, glitch, glitch, 5.1) == [5.0, 5.0, 5.0, 5.1]


@pytest.mark.parametrize("other", [1.0, 700.0])
def test_three_agreeing_values_are_believed(other: float) -> None:
    published = publish(5.0, other, other, other + 0.001, other + 0.002)
    assert published == [5.0, 5.0, 5.0, other + 0.001, other + 0.002]


def test_values_that_disagree_are_not() -> None:
    assert publish(50.0, 1.0, 30.0, 2.0, 10.0, 50.1) == [50.0] * 5 + [50.1]


def test_agreeing_for_ten_seconds_is_enough_where_telegrams_are_seldom() -> None:
    assert publish(5.0, 700.0, 700.0, every_s=10) == [5.0, 5.0, 700.0]
    assert publish(5.0, 700.0, 700.0, every_s=9) == [5.0, 5.0, 5.0]


def test_what_the_connection_can_carry_is_no_leap() -> None:
    """1.25 times 36 an hour, since the last accepted value."""
    assert publish(5.0, 50.0, every_s=3600) == [5.0, 50.0]
    assert publish(5.0, 50.2, every_s=3600) == [5.0, 5.0]


def test_a_clock_that_goes_back_carries_nothing() -> None:
    register = RegisterGuard(PACE)
    register.check(5.0, "a", START)
    assert register.check(5.05, "a", START - timedelta(hours=1)) == 5.05
    assert register.check(6.0, "a", START - timedelta(hours=2)) == 5.05


def test_a_meter_that_is_read_every_five_minutes() -> None:
    """What counts is when the register was read, not when the telegram came."""
    register = RegisterGuard(PACE)
    register.check(5.0, "g", START, START)
    telegram = START + timedelta(minutes=5)
    assert register.check(5.0, "g", telegram, START) == 5.0
    assert register.check(8.0, "g", telegram + timedelta(seconds=1), START + timedelta(minutes=5)) == 8.0


@pytest.mark.parametrize("value", [0.0, 99_999.0])
def test_another_meter_is_believed_at_once(value: float) -> None:
    assert publish((5.0, "a"), (value, "b"), (value + 0.1, "b")) == [5.0, value, value + 0.1]


def test_a_true_zero_is_a_value() -> None:
    assert publish(0.0, 572.0) == [None, 572.0]
    assert publish(0.0, 0.0, 0.0, 0.001) == [None, None, 0.0, 0.001]


def test_a_meter_without_a_number_is_one_meter() -> None:
    register = RegisterGuard(PACE)
    for second, meter_id in enumerate((None, "a", None, "a")):
        assert register.check(5.0, meter_id, START + timedelta(seconds=second)) == 5.0
    assert register.check(1.0, None, START) == 5.0


def test_a_meter_without_a_clock_counts_up_as_it_likes() -> None:
    register = RegisterGuard(PACE)
    assert [register.check(value, "a", None) for value in (5.0, 700.0, 1.0, 1.0, 1.0)] == [
        5.0, 700.0, 700.0, 700.0, 1.0,
    ]  # fmt: skip


def test_one_telegram_proves_itself_once() -> None:
    register = RegisterGuard(PACE)
    register.check(5.0, "a", START)
    for _ in range(9):
        assert register.check(1.0, "a", START + timedelta(seconds=1)) == 5.0
