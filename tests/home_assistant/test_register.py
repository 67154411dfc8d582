"""A register that only counts up never goes back on the word of one telegram."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.p1_monitor.register import Register

START = datetime(2026, 11, 12, tzinfo=UTC)


def publish(*values: float | tuple[float, str] | None) -> list[float | None]:
    """What is published for one value a second; a tuple is (value, meter id)."""
    register = Register()
    published = []
    for second, given in enumerate(values):
        value, meter_id = given if isinstance(given, tuple) else (given, "a")
        published.append(register.believe(value, meter_id, START + timedelta(seconds=second)))
    return published


def test_counting_up_is_published() -> None:
    assert publish(1.0, 1.0, 1.001, 9.0) == [1.0, 1.0, 1.001, 9.0]


def test_a_missing_value_is_none() -> None:
    assert publish(1.0, None, 1.1) == [1.0, None, 1.1]


@pytest.mark.parametrize("glitch", [0.0, 0.5])
def test_one_or_two_lower_values_are_held(glitch: float) -> None:
    assert publish(5.0, glitch, glitch, 5.1) == [5.0, 5.0, 5.0, 5.1]


def test_three_agreeing_lower_values_are_believed() -> None:
    assert publish(5.0, 1.0, 1.0, 1.001, 1.002) == [5.0, 5.0, 5.0, 1.001, 1.002]


def test_lower_values_that_disagree_are_not() -> None:
    assert publish(50.0, 1.0, 30.0, 2.0, 10.0, 51.0) == [50.0] * 5 + [51.0]


def test_a_decrease_of_another_meter_is_believed_at_once() -> None:
    assert publish((5.0, "a"), (0.0, "b"), (0.1, "b")) == [5.0, 0.0, 0.1]


def test_a_zero_to_begin_with_must_prove_itself() -> None:
    assert publish(0.0, 572.0) == [None, 572.0]
    assert publish(0.0, 0.0, 0.0, 0.001) == [None, None, 0.0, 0.001]


def test_a_meter_without_a_number_is_one_meter() -> None:
    register = Register()
    for second, meter_id in enumerate((None, "a", None, "a")):
        assert register.believe(5.0, meter_id, START + timedelta(seconds=second)) == 5.0
    assert register.believe(1.0, None, START) == 5.0


def test_one_telegram_proves_itself_once() -> None:
    register = Register()
    register.believe(5.0, "a", START)
    for _ in range(9):
        assert register.believe(1.0, "a", START + timedelta(seconds=1)) == 5.0
