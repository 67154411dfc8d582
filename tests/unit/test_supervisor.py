"""supervisor.py: how often the parts of the device get their turn."""

from supervisor import Supervisor


class Ended(Exception):
    """The end of the test's time."""


class Clock:
    """A clock that stands still but for `work_ms` and the waits. It ends after a second."""

    speed = 1
    ms = 0

    def now(self):
        return self.ms // 1000, self.ms

    def since(self, moment):
        return self.ms - moment[1]

    def uptime_s(self):
        return self.ms // 1000

    async def sleep(self, seconds):
        self.ms += max(1, int(seconds * 1000 + 0.5))
        if self.ms >= 1000:
            raise Ended


class Board:
    """A board of which only the clock is used."""

    def __init__(self):
        self.clock = Clock()

    def feed(self):
        pass


async def steps_of_a_second(work_ms):
    """The number of steps in a second if each takes so long."""
    board = Board()
    steps = []

    def work():
        steps.append(None)
        board.clock.ms += work_ms

    supervisor = Supervisor(board, None)
    supervisor.each_step.append(work)
    try:
        await supervisor.run()
    except Ended:
        return len(steps)


async def test_ten_steps_a_second_also_if_each_takes_a_while():
    assert await steps_of_a_second(0) == 10
    assert await steps_of_a_second(30) == 10


async def test_step_of_over_a_tenth_of_a_second_delays_the_next_one_only():
    assert await steps_of_a_second(250) == 4
