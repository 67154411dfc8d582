"""meter/reader.py: the task that reads the line, its counters, and how it asks the meter to send."""

import asyncio

from telegrams import HOUSE, MESSAGE_1024, instead, read, telegram, told

from board.clock import Clock
from meter.reader import Reader

GOOD = telegram(*HOUSE)
LONG = telegram(*instead(MESSAGE_1024))


class Line:
    """Gives prepared chunks, then nothing more; keeps what was asked of the request line."""

    overruns = 0

    def __init__(self, *chunks):
        self.chunks = list(chunks)
        self.requests = []
        self.empty = asyncio.Event()

    async def read(self, size):
        if not self.chunks:
            self.empty.set()
            await asyncio.sleep(60)
        chunk = self.chunks[0]
        self.chunks[0] = chunk[size:]
        if not self.chunks[0]:
            del self.chunks[0]
        await asyncio.sleep_ms(0)
        return chunk[:size]

    def request(self, on):
        self.requests.append(on)


class Ticks:
    """A clock that a test sets."""

    def __init__(self):
        self.ms = 0

    def now(self):
        return self.ms

    def since(self, moment):
        return self.ms - moment


def nothing():
    pass


async def read_all(reader, line):
    task = asyncio.create_task(reader.run())
    await asyncio.wait_for(line.empty.wait(), 10)
    task.cancel()


async def test_each_good_telegram_is_told_once_with_its_reading_ready():
    powers = []

    def on_reading():
        powers.append(reader.parser.reading["power_import_w"])

    line = Line(GOOD + telegram(*instead("1-0:1.7.0(00.512*kW)")), GOOD[:300], LONG)
    reader = Reader(line, Ticks(), on_reading)
    await read_all(reader, line)
    assert powers == [2340, 512, 2340]


async def test_counters_tell_good_damaged_and_too_long():
    line = Line(GOOD, GOOD[:200], GOOD, GOOD.replace(b"02.340", b"03.340"), b"/" + b"x" * 5000, GOOD)
    line.overruns = 4
    reader = Reader(line, Ticks(), nothing)
    await read_all(reader, line)
    health = reader.health()
    assert (health["telegrams"], health["crc_errors"], health["overruns"]) == (3, 2, 5)


async def test_age_is_none_before_the_first_telegram_and_grows_after():
    line = Line(GOOD)
    clock = Ticks()
    reader = Reader(line, clock, nothing)
    assert reader.health()["age_ms"] is None
    await read_all(reader, line)
    clock.ms += 350
    assert reader.health()["age_ms"] == 350


async def test_age_is_right_while_the_tick_counter_wraps():
    line = Line(GOOD)
    clock = Clock(1, (1 << 30) - 40)  # 40 ms before the wrap
    reader = Reader(line, clock, nothing)
    await read_all(reader, line)
    for _ in range(12):
        await asyncio.sleep_ms(10)
        assert 0 <= reader.age_ms() < 5000
    assert reader.age_ms() >= 120


async def test_telegram_that_finds_no_memory_costs_only_itself():
    seen = []
    failing = [2]

    def on_reading():
        failing[0] -= 1
        if failing[0] == 0:
            raise MemoryError
        seen.append(reader.parser.reading["power_import_w"])

    line = Line(*[telegram(*instead("1-0:1.7.0(00.%03d*kW)" % number)) for number in (101, 102, 103, 104)])
    reader = Reader(line, Ticks(), on_reading)
    await read_all(reader, line)
    assert seen == [101, 103, 104]


async def test_no_memory_in_the_middle_of_a_reading_leaves_no_mixture():
    line = Line(GOOD, GOOD[:600], GOOD[600:], GOOD)
    reader = Reader(line, Ticks(), nothing)
    clock = reader.parser.clock

    def fail_once(line, at):
        reader.parser.clock = clock
        raise MemoryError

    reader.parser.clock = fail_once  # the fourth line of the first telegram
    await read_all(reader, line)
    assert told(reader.parser.reading) == read(*HOUSE)


def test_request_line_stays_up_while_telegrams_come():
    line = Line()
    reader = Reader(line, Ticks(), nothing)
    for second in range(60):
        if second % 9 == 0:  # DSMR 4 sends every 10 s
            reader.framer.telegrams += 1
        reader.each_second()
    assert line.requests == [True]


def test_silent_meter_is_asked_anew_and_again():
    line = Line()
    reader = Reader(line, Ticks(), nothing)
    changes = []
    for second in range(60):
        before = len(line.requests)
        reader.each_second()
        if len(line.requests) > before:
            changes.append((second, line.requests[-1]))
    assert line.requests[:5] == [True, False, True, False, True]
    assert 8 <= changes[1][0] <= 12
    assert changes[2][0] - changes[1][0] == 1  # let go for one second


def test_meter_that_sends_again_after_a_silence_is_left_in_peace():
    line = Line()
    reader = Reader(line, Ticks(), nothing)
    for _ in range(40):
        reader.each_second()
    line.requests.clear()
    for _ in range(60):
        reader.framer.telegrams += 1
        reader.each_second()
    assert line.requests in ([], [True])
