"""The task that reads the meter: requests telegrams, and turns bytes into readings."""

import gc
import sys

from meter.framer import Framer
from meter.parser import Parser

# After this number of seconds without a telegram, telegrams are requested again. A meter sends a telegram every second,
# or every 10 s under DSMR 4.
_SILENT_S = 10


class Reader:
    """Reader of the serial line. `on_reading()` is called after each valid telegram.

    `line` has two methods. `async read(size)` returns the next bytes, or b"" if no byte arrives for a while.
    `request(on)` sets Data Request, pin 2 of P1. A meter sends telegrams while this pin is high (DSMR P1 5.0.2, 5.7).
    """

    def __init__(self, line, clock, on_reading):
        self.parser = Parser()
        self.framer = Framer(self._take)
        self._line = line
        self._clock = clock
        self._on_reading = on_reading
        self._newest = None  # moment at which the newest telegram was complete
        self._collect = False
        self._asking = False
        self._silent_s = self._before = 0

    def age_ms(self):
        """Return the milliseconds since the newest telegram, None before the first telegram."""
        return None if self._newest is None else self._clock.since(self._newest)

    def health(self):
        """Return the counters of /api/device."""
        framer = self.framer
        return {
            "telegrams": framer.telegrams,
            "crc_errors": framer.crc_errors,
            "overruns": framer.overruns + self._line.overruns,
            "age_ms": self.age_ms(),
        }

    async def run(self, beat=int):
        """Read the meter for ever. After each read of the serial line, this task calls `beat()`."""
        while True:
            try:
                await self._read(beat)
            except MemoryError as error:  # the telegram is lost, but the task continues
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
        """Keep Data Request high, but release Data Request for a second after each 10 s without a telegram."""
        telegrams = self.framer.telegrams
        self._silent_s = 0 if telegrams != self._before else self._silent_s + 1
        self._before = telegrams
        asking = self._silent_s % (_SILENT_S + 1) < _SILENT_S
        if asking != self._asking:
            self._asking = asking
            self._line.request(asking)
