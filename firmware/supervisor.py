"""Supervisor of all tasks: restarts a task that fails, and feeds the hardware watchdog unless a task hangs."""

import asyncio
import gc
from micropython import const

STEP_S = 0.1
# A task that has not called its beat() for this number of seconds counts as hanging. The limit cannot be shorter,
# because a failing card or a slow name server can block all tasks this long.
_SILENT_S = const(30)


class Supervisor:
    """Supervisor of all tasks: restarts a task that fails, and no longer feeds the watchdog if a task hangs.

    Each task calls its `beat()` at least every 30 s. Periodic work is not a task, because a task needs 0.5 KB of
    memory. Instead, the supervisor calls the functions in `each_step` ten times a second and the functions in
    `each_second` once a second.

    The supervisor does not watch for low memory. app.py sets when garbage is collected. Each task handles a MemoryError
    itself.
    """

    def __init__(self, board, log):
        self.each_step = []
        self.each_second = []
        self._board = board
        self._log = log
        self._silent_s = {}  # dict from task name to seconds since the task's newest beat
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
        """Run for ever: call the functions of each step and of each second, and feed the watchdog."""
        clock = self._board.clock
        before = None
        while True:
            try:
                begin = clock.now()
                self._call(self.each_step)
                # Call uptime_s() often: after 12.4 days without a call, the clock misses a wrap of the ticks.
                now = clock.uptime_s()
                if now != before:
                    before = now
                    self._call(self.each_second)
                    # If the clock runs fast, the 30 s may pass in a moment. Therefore a task counts as hanging only
                    # after at least three seconds of real time.
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
