"""The task that reads the meter: asks it to send, and turns what comes into readings."""

import gc
import sys

from meter.framer import Framer
from meter.parser import Parser

_SILENT_S = 10  # a meter sends every second (DSMR 4: every 10 s): after this it is asked anew


class Reader:
    """Feeds the bytes of `line` to the parser and calls `on_reading()` after each good telegram.

    `line` has `async read(size)`, bytes as they come or b"" after a while, and `request(on)`, the Data Request of
    P1 pin 2: a meter sends while it is high (DSMR P1 5.0.2, 5.7).
    """

    def __init__(self, line, clock, on_reading):
        self.parser = Parser()
        self.framer = Framer(self._take)
        self._line = line
        self._clock = clock
        self._on_reading = on_reading
        self._newest = None  # moment of the clock at which the newest telegram was complete
        self._collect = False
        self._asking = False
        self._silent_s = self._before = 0

    def age_ms(self):
        """Milliseconds since the newest telegram, None before the first."""
        return None if self._newest is None else self._clock.since(self._newest)

    def health(self):
        """The counters of /api/device."""
        framer = self.framer
        return {
            "telegrams": framer.telegrams,
            "crc_errors": framer.crc_errors,
            "overruns": framer.overruns + self._line.overruns,
            "age_ms": self.age_ms(),
        }

    async def run(self, beat=int):
        """Read for ever; `beat()` is called whenever the line was looked at."""
        while True:
            try:
                await self._read(beat)
            except MemoryError as error:  # costs this telegram, not the reading of meters
                self.framer.reset()
                self.parser.lines = ()
                gc.collect()
                sys.print_exception(error)

    async def _read(self, beat):
        read = self._line.read
        feed = self.framer.feed
        while True:
            feed(await read(256))
            beat()
            if self._collect:
                self._collect = False
                gc.collect()

    def _take(self, lines):
        self._newest = self._clock.now()
        self.parser.take(lines)
        self._on_reading()
        self._collect = True

    def each_second(self):
        """Hold the request line up; let it go for a second when the meter stays silent, as a new start."""
        telegrams = self.framer.telegrams
        self._silent_s = 0 if telegrams != self._before else self._silent_s + 1
        self._before = telegrams
        asking = self._silent_s % (_SILENT_S + 1) < _SILENT_S
        if asking != self._asking:
            self._asking = asking
            self._line.request(asking)
