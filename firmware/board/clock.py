"""The one clock of every tick and of every wait over a second.

On a board it runs at the speed of time. The host board runs it faster for simulations, and may start it shortly
before the tick counter wraps, which on a board happens after 12.4 days.
"""

import asyncio
import time

_PERIOD = 1 << 30  # of time.ticks_ms() on a 32-bit MicroPython


class Clock:
    """A moment is (seconds of uptime, tick in ms): the tick for short spans, the seconds for those over a day."""

    def __init__(self, speed=1, start=0):
        self.speed = speed
        self._start = start
        self._zero = time.ticks_ms()
        self._uptime_s = 0
        self._counted = self.ticks()

    def ticks(self):
        """Milliseconds, counted round a period of 2**30."""
        passed = time.ticks_diff(time.ticks_ms(), self._zero)
        return (self._start + int(passed * self.speed)) % _PERIOD

    def uptime_s(self):
        """Seconds since the start. To be asked for at least every six days, which a supervisor does."""
        passed = (self.ticks() - self._counted) % _PERIOD // 1000
        self._counted = (self._counted + passed * 1000) % _PERIOD
        self._uptime_s += passed
        return self._uptime_s

    def now(self):
        return self.uptime_s(), self.ticks()

    def since(self, moment):
        """Milliseconds since a moment of `now()`; from a day on in whole seconds."""
        seconds = self.uptime_s() - moment[0]
        if seconds > 86400:
            return seconds * 1000
        return (self.ticks() - moment[1]) % _PERIOD

    async def sleep(self, seconds):
        await asyncio.sleep_ms(max(1, int(seconds * 1000 / self.speed)))

    async def limit(self, awaitable, seconds):
        """What `awaitable` gives, or asyncio.TimeoutError: the longest that a peer on the network is waited for.

        The peer does not run faster when the clock does, so a second is left to it.
        """
        return await asyncio.wait_for(awaitable, max(seconds / self.speed, 1))
