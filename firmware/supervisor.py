"""Keeps the tasks going, and the hardware watchdog fed as long as all of them are alive."""

import asyncio
import gc
from micropython import const

STEP_S = 0.1
_SILENT_S = const(30)  # as long as a card that dies may block everything, and a name server


class Supervisor:
    """Starts tasks, restarts those that fail, and stops feeding the watchdog when one hangs.

    Each task says that it is alive by the `beat()` that it is given, at least every 30 s. What is done by time is no
    task of its own, which costs half a kilobyte: functions in `each_step` and `each_second` are called in turn.
    """

    def __init__(self, board, log):
        self.each_step = []
        self.each_second = []
        self._board = board
        self._log = log
        self._silent_s = {}  # by the name of the task
        self._told = False

    def start(self, name, run):
        """Run the async function `run(beat)` for ever."""
        asyncio.create_task(self._keep(name, run))

    async def _keep(self, name, run):
        def beat():
            self._silent_s[name] = 0

        while True:
            beat()
            try:
                await run(beat)
            except Exception as error:
                self._log.fault(name, error)
            await self._board.clock.sleep(1)

    async def run(self):
        """Steps of a tenth of a second, and once a second what is done by time, and the watchdog."""
        clock = self._board.clock
        before = None
        while True:
            try:
                self._call(self.each_step)
                now = clock.uptime_s()  # counts on before the ticks wrap
                if now != before:
                    before = now
                    self._call(self.each_second)
                    # At least three seconds, also when the clock runs fast.
                    self._watch(max(_SILENT_S, 3 * clock.speed))
                await clock.sleep(STEP_S)
            except MemoryError:
                gc.collect()

    def _call(self, parts):
        for part in parts:
            try:
                part()
            except Exception as error:
                self._log.fault("timer", error)

    def _watch(self, limit_s):
        hangs = None
        for name in self._silent_s:
            self._silent_s[name] += 1
            if self._silent_s[name] > limit_s:
                hangs = name
        if hangs is None:
            self._board.feed()
        elif not self._told:
            self._told = True
            self._log.fault(hangs, None)
