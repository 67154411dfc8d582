"""Restarts tasks that fail, and feeds the hardware watchdog as long as all tasks are alive."""

import asyncio
import gc
from micropython import const

STEP_S = 0.1
_SILENT_S = const(30)  # a dying card or a slow name server can block everything this long


class Supervisor:
    """Starts tasks, restarts those that fail, and stops feeding the watchdog if one hangs.

    Each task calls its `beat()` at least every 30 s. Periodic work is not a task, because a task costs half a kilobyte:
    functions in `each_step` are called ten times a second, those in `each_second` once.

    Nothing watches for low memory. app.py sets when memory is collected, and each task handles its own MemoryError.
    """

    def __init__(self, board, log):
        self.each_step = []
        self.each_second = []
        self._board = board
        self._log = log
        self._silent_s = {}  # seconds since the last beat, by task name
        self._told = False

    def start(self, name, run):
        """Start a task that runs the async function `run(beat)` for ever."""
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
        """Run for ever: each step of a tenth of a second, each second, and the watchdog."""
        clock = self._board.clock
        before = None
        while True:
            try:
                begin = clock.now()
                self._call(self.each_step)
                now = clock.uptime_s()  # read regularly, so that the clock counts each wrap of the ticks
                if now != before:
                    before = now
                    self._call(self.each_second)
                    # At least three real seconds, also if the clock runs fast.
                    self._watch(max(_SILENT_S, 3 * clock.speed))
                await clock.sleep(STEP_S - clock.since(begin) / 1000)
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
