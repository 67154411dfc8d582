"""A register that only counts up never goes back, nor leaps, before an hour of its readings agree."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.p1_monitor.register_guard import Leap, MaxRate, RegisterGuard, RegisterReading

START = datetime(2026, 11, 12, tzinfo=UTC)
# Carries 36 in an hour: 0.01 a second, and a step of 0.1.
PACE = MaxRate(per_hour=36, step=0.1)
HOUR = timedelta(hours=1)


def publish(
    *values: float | tuple[float, str | None],
    every: timedelta = timedelta(seconds=1),
    guard: RegisterGuard | None = None,
) -> list[float | None]:
    """What is published for one value a reading; a tuple is (value, meter id)."""
    guard = guard or RegisterGuard()
    published = []
    for number, given in enumerate(values):
        value, meter_id = given if isinstance(given, tuple) else (given, "a")
        reading = RegisterReading(value=value, read_at=START + number * every, meter_id=meter_id)
        published.append(guard.check(reading, PACE))
    return published


def test_counting_up_is_published() -> None:
    assert publish(1.0, 1.0, 1.001, 1.1) == [1.0, 1.0, 1.001, 1.1]


@pytest.mark.parametrize("glitch", [0.0, 0.5, 50.0, 99_999.0])
@pytest.mark.parametrize("count", [1, 2, 3, 600])
def test_values_that_cannot_be_are_held_for_less_than_an_hour(glitch: float, count: int) -> None:
    assert publish(5.0, *[glitch] * count, 5.1) == [5.0] * (count + 1) + [5.1]


@pytest.mark.parametrize("other", [0.0, 1.0, 4.9])
def test_an_hour_of_readings_that_agree_is_believed(other: float) -> None:
    guard = RegisterGuard()
    values = [other + number / 1000 for number in range(4)]
    published = publish(5.0, *values, every=timedelta(minutes=20), guard=guard)
    assert published == [5.0, 5.0, 5.0, 5.0, values[3]]
    assert guard.leaps == [Leap(last=5.0, first=values[3])]


def test_a_leap_is_believed_after_an_hour_too() -> None:
    published = publish(5.0, *[9000.0] * 61, every=timedelta(minutes=1))
    assert published == [5.0] * 61 + [9000.0]


def test_an_hour_between_two_readings_is_not_enough() -> None:
    assert publish(5.0, 1.0, 1.0, 1.0, every=2 * HOUR) == [5.0, 5.0, 5.0, 1.0]


def test_values_that_disagree_begin_the_hour_again() -> None:
    half = timedelta(minutes=30)
    assert publish(50.0, 1.0, 30.0, 1.0, 1.0, 1.0, every=half) == [50.0] * 5 + [1.0]


def test_a_reading_that_is_repeated_counts_once() -> None:
    guard = RegisterGuard()
    guard.check(RegisterReading(value=5.0, read_at=START), PACE)
    for minutes in (5, 70):
        for _ in range(300):
            wrong = RegisterReading(value=0.0, read_at=START + timedelta(minutes=minutes))
            assert guard.check(wrong, PACE) == 5.0
    right = RegisterReading(value=5.1, read_at=START + timedelta(minutes=75))
    assert guard.check(right, PACE) == 5.1
    assert guard.leaps == []


def test_what_the_connection_can_carry_is_no_leap() -> None:
    assert publish(5.0, 41.0, every=HOUR) == [5.0, 41.0]
    assert publish(5.0, 41.2, every=HOUR) == [5.0, 5.0]


def test_a_clock_that_goes_back_carries_nothing() -> None:
    assert publish(5.0, 5.05, 6.0, every=-HOUR) == [5.0, 5.05, 5.05]


@pytest.mark.parametrize("value", [0.0, 4.0, 6.0, 99_999.0])
def test_another_meter_is_believed_at_once(value: float) -> None:
    guard = RegisterGuard()
    assert publish((5.0, "a"), (value, "b"), (value + 0.1, "b"), guard=guard) == [5.0, value, value + 0.1]
    assert guard.leaps == [Leap(last=5.0, first=value)]


def test_another_meter_is_noticed_after_a_restart() -> None:
    guard = RegisterGuard(RegisterReading(value=5.0, read_at=START - 24 * HOUR, meter_id="a"))
    assert publish((7.0, "b"), guard=guard) == [7.0]
    assert guard.leaps == [Leap(last=5.0, first=7.0)]


def test_a_first_zero_is_believed_at_the_third_reading() -> None:
    assert publish(0.0, 572.0) == [None, 572.0]
    assert publish(0.0, 0.0, 0.0, 0.001) == [None, None, 0.0, 0.001]


def test_a_meter_without_a_number_is_one_meter() -> None:
    guard = RegisterGuard()
    published = publish((5.0, None), (5.0, "a"), (5.0, None), (5.0, "a"), (1.0, None), guard=guard)
    assert published == [5.0] * 5
    assert guard.leaps == []
