"""board/clock.py: spans and uptime, also while the tick counter wraps."""

import asyncio

from board.clock import Clock

PERIOD = 1 << 30


class Ticking(Clock):
    """A clock whose ticks a test counts."""

    def __init__(self, start=0):
        self.tick = start
        super().__init__()

    def ticks(self):
        return self.tick % PERIOD


def test_span_is_right_over_the_wrap():
    clock = Ticking(PERIOD - 100)
    moment = clock.now()
    clock.tick += 350
    assert clock.since(moment) == 350


def test_span_over_a_day_is_in_whole_seconds_and_never_falls_back():
    clock = Ticking()
    moment = clock.now()
    for hour in range(1, 24 * 40):
        clock.tick += 3600 * 1000
        assert abs(clock.since(moment) - hour * 3600 * 1000) <= 1000, hour


def test_uptime_counts_on_over_several_wraps():
    clock = Ticking(PERIOD - 5)
    for day in range(1, 60):
        for _ in range(24):
            clock.tick += 3600 * 1000
            clock.uptime_s()
        assert clock.uptime_s() == day * 86400


def test_uptime_asked_for_often_loses_nothing():
    clock = Ticking()
    for _ in range(1000):
        clock.tick += 999
        clock.uptime_s()
    assert clock.uptime_s() == 999


async def test_faster_clock_waits_less_and_counts_the_same():
    clock = Clock(100)
    moment = clock.now()
    await clock.sleep(5)
    assert 5000 <= clock.since(moment) < 500000  # what it would count in five seconds


async def forever():
    await asyncio.sleep(60)


async def test_limit_ends_what_takes_too_long():
    clock = Clock(1000)
    try:
        await clock.limit(forever(), 5)
    except asyncio.TimeoutError:
        return
    raise AssertionError
