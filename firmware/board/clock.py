"""The clock of all modules, for ticks in ms, for the uptime in s, and for all waits of more than a second.

On a board the clock runs in real time. On the host board the clock can run faster for simulations, and can start
shortly before the tick counter wraps. A board's tick counter wraps after 12.4 days.
"""

import asyncio
import time

_PERIOD = 1 << 30  # period of time.ticks_ms() in ms, on a 32-bit MicroPython


class Clock:
    """The clock. A moment is (uptime in s, tick in ms). Long spans are measured in seconds, because the ticks wrap."""

    def __init__(self, speed=1, start=0):
        self.speed = speed
        self._start = start
        self._zero = time.ticks_ms()
        self._uptime_s = 0
        self._counted = self.ticks()

    def ticks(self):
        """Return the tick counter in ms, which wraps at 2**30."""
        passed = time.ticks_diff(time.ticks_ms(), self._zero)
        return (self._start + int(passed * self.speed)) % _PERIOD

    def uptime_s(self):
        """Return the seconds since the start.

        If 12.4 days pass without a call, the clock misses a wrap of the ticks. The supervisor calls uptime_s() often.
        """
        passed = (self.ticks() - self._counted) % _PERIOD // 1000
        self._counted = (self._counted + passed * 1000) % _PERIOD
        self._uptime_s += passed
        return self._uptime_s

    def now(self):
        return self.uptime_s(), self.ticks()

    def since(self, moment):
        """Return the milliseconds since a moment of `now()`. Spans of more than a day are exact to a second only."""
        seconds = self.uptime_s() - moment[0]
        if seconds > 86400:
            return seconds * 1000
        return (self.ticks() - moment[1]) % _PERIOD

    async def sleep(self, seconds):
        await asyncio.sleep_ms(max(1, int(seconds * 1000 / self.speed)))

    async def limit(self, awaitable, seconds):
        """Return the result of `awaitable`. Raise asyncio.TimeoutError after `seconds` of this clock.

        `awaitable` waits for a network peer, which does not run faster when this clock does. Therefore at least 1 s of
        real time is allowed.
        """
        return await asyncio.wait_for(awaitable, max(seconds / self.speed, 1))
