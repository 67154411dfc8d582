"""board/button.py: presses in a row are counted, and a long press erases."""

from board.button import Button


class Clock:
    """A clock in steps of a tenth of a second."""

    def __init__(self):
        self.step = 0

    def now(self):
        return self.step

    def since(self, moment):
        return (self.step - moment) * 100


def played(readings):
    """The counts that are reported, and how often the hold is, for readings like ".##..": # is pressed."""
    counts, held, clock = [], [], Clock()
    button = Button(lambda: readings[clock.step] == "#", clock, lambda: held.append(1), counts.append)
    while clock.step < len(readings):
        button.step()
        clock.step += 1
    return counts, len(held)


def test_presses_in_a_row_are_counted_two_seconds_after_the_last():
    press, end = "##...", "." * 20
    for count in (1, 2, 3, 4, 7):
        assert played(press * count + "." * 16) == ([], 0)
        assert played(press * count + end) == ([count], 0)
    assert played("##" + "." * 18 + "##" + end) == ([2], 0)
    assert played("##" + end + "##" + end) == ([1, 1], 0)


def test_quick_presses_are_counted():
    for count in (1, 2, 3, 4):
        assert played("#." * count + "." * 20) == ([count], 0)


def test_slow_press_is_one():
    assert played("#" * 150 + ".." + "#" * 40 + "." * 20) == ([2], 0)


def test_press_of_20_s_erases_once_and_approves_nothing():
    assert played("##.." + "#" * 500 + "." * 60) == ([], 1)
    assert played("#" * 250 + "." * 30 + "##" + "." * 20) == ([1], 1)
