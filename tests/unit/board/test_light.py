"""board/light.py, board/light_patterns.py: what is shown first, how bright, and when it is dark."""

from board.light import Light
from board.light_patterns import steps

MINUTE = 60
EVENING, NIGHT, MORNING, NOON = 22 * 3600, 3 * 3600, 7 * 3600, 12 * 3600


class Led:
    def __init__(self):
        self.duties = []

    def led(self, duty):
        self.duties.append(duty)


def light(state="dim", **config):
    """A light that has shown how a start looks, and its LED."""
    led = Led()
    found = Light(led, config, lambda: state)
    for _ in range(len(steps("start")) + len(steps("hi"))):
        found.step()
    return found, led


def shown(found, led, count):
    led.duties.clear()
    for _ in range(count):
        found.step()
    return led.duties


def test_patterns_are_digits():
    for name in ("start", "hi", "wifi", "sos", "bye", "risk", "dim"):
        assert steps(name).isdigit(), name


def test_word_is_spelled_in_dots_and_dashes_of_one_and_three_steps():
    assert steps("bye") == "999090909000999090999099900090"


def test_light_is_set_only_when_it_changes():
    found, led = light()
    assert len(shown(found, led, 50)) <= 1


def test_brightness_scales_all_of_it():
    found, led = light(brightness=50)
    found.telegram(NOON)
    assert shown(found, led, 1)[-1] == 511
    found, led = light(brightness=0)
    found.telegram(NOON)
    assert set(led.duties) == {0}
    assert shown(found, led, 20) == []


def test_quiet_hours_over_midnight_are_dark():
    for local_s, is_dark in ((EVENING, True), (NIGHT, True), (MORNING, False), (NOON, False)):
        found, led = light(quiet_from="22:00", quiet_to="07:00")
        found.telegram(local_s)
        found.step()
        assert (led.duties[-1] == 0) == is_dark, local_s


def test_quiet_hours_within_a_day_are_dark():
    for local_s, is_dark in (
        (EVENING, False),
        (NOON, True),
        (NOON + 59 * MINUTE, True),
        (NOON + 60 * MINUTE, False),
    ):
        found, led = light(quiet_from="12:00", quiet_to="13:00")
        found.telegram(local_s)
        found.step()
        assert (led.duties[-1] == 0) == is_dark, local_s


def test_no_hours_are_quiet_before_the_meter_has_told_the_time():
    found, led = light(quiet_from="00:00", quiet_to="23:59")
    found.step()
    assert led.duties[-1] > 0


def test_who_asks_is_shown_in_quiet_hours_too_and_at_once():
    found, led = light(state="sos", quiet_from="22:00", quiet_to="07:00")
    found.telegram(NIGHT)
    found.step()
    found.show("bye")
    found.step()
    assert led.duties[-1] == 1023


def test_warning_comes_within_a_step_of_dim_and_pulses_are_for_dim_alone():
    states = ["dim"]
    led = Led()
    found = Light(led, {}, lambda: states[0])
    for _ in range(len(steps("start")) + len(steps("hi")) + 1):
        found.step()
    states[0] = "risk"
    assert shown(found, led, 10) == [1023, 12, 1023, 12, 1023, 12]
    found.telegram(NOON)
    assert shown(found, led, 10)[0] == 1023
