"""The firmware's needs on a board: resident code, memory over a day, time to the first sample, system memory.

The smallest heap is searched with the first hour of a day (benchmarks/day.py), which contains all activities. It
counts only after a whole day has passed in it. In another day, MicroPython may take further memory for its heap, as on
a board.
"""

import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.day import HOURS, firmware, play
from benchmarks.figures import NONE, BenchmarkError, Figure
from benchmarks.heap import KIB, LEAST, MOST, STEP, Run, need_interpreter, smallest_heap
from benchmarks.of_tests import measured
from benchmarks.resident import resident
from simulator.board import Board, BoardError
from simulator.clock import moment
from simulator.interpreters import MICROPYTHON32, is_like_board
from simulator.p1_port import P1Port
from simulator.telegram_source import simulated_meter

INTERPRETER = "micropython32"
STARTS = 5
SHORT_H = 0.1
OFFER = 36_000  # bytes in one piece, of which a third area of the heap could be made
_TESTS = "tests/device/board/test_system_memory.py"
_QUICK = f"{_TESTS}::test_page_takes_little_and_comes_soon[micropython32]"
# The figures of the tests, without their values.
_SYSTEM_MEMORY = (
    Figure(
        key="firmware.page_idf_bytes",
        value=0,
        unit="B",
        goal=9 * KIB,
        what="of the system memory for one page, by the model",
    ),
    Figure(
        key="firmware.page_s_at_50ms",
        value=0,
        unit="s",
        goal=1.5,
        what="for a page of 57 KB with a round trip of 50 ms, by the model",
    ),
    Figure(
        key="firmware.idf_lowest_bytes",
        value=0,
        unit="B",
        goal=26 * KIB,
        more_is_better=True,
        what="lowest free system memory, with three views, pages, queries and an update, by the model",
    ),
    Figure(
        key="firmware.idf_largest_bytes",
        value=0,
        unit="B",
        goal=12 * KIB,
        more_is_better=True,
        what="the largest piece of it then",
    ),
)
_COMBINED = {
    "firmware.page_idf_bytes": max,
    "firmware.page_s_at_50ms": max,
    "firmware.idf_lowest_bytes": min,
    "firmware.idf_largest_bytes": min,
}


def first_sample_s(starts: int) -> float:
    """Return the seconds from power-on to the first 5 s sample of the quarter, in the slowest of `starts` starts.

    The meter sends each second, also before the board starts, as a real one does. The card has a FAT filesystem.
    """
    slowest = 0.0
    for _ in range(starts):
        source = simulated_meter(start=moment(2026, 1, 15, 18, 7, 0))
        with TemporaryDirectory(prefix="p1-start-") as folder, P1Port(source, wait=False) as line:
            board = Board(line, card=Path(folder) / "card.img", small=True, compiled=True)
            begin = time.monotonic()
            with board:
                while urllib.request.urlopen(board.url + "watt", timeout=5).read() == b"-1":
                    board.check()
                    time.sleep(0.01)
                slowest = max(slowest, time.monotonic() - begin)
    return slowest


def days(hours: float = HOURS, hours_of_try: float = 1, least: int = LEAST) -> tuple[Run, int]:
    """Return a day with all the memory of an ESP32-C3 and more on offer, and the smallest heap in which a day passes.

    The day lasts `hours`. The search for the heap begins at `least` with days of `hours_of_try`.
    """
    files = firmware()
    heap = smallest_heap(lambda heap: play(heap, files, hours_of_try), least)
    with ThreadPoolExecutor(2) as pool:
        roomy, tight = pool.map(play, (MOST, heap), (files, files), (hours, hours), (OFFER, 0))
    roomy.need()
    while not tight.passed:
        heap += STEP
        tight = play(heap, files, hours)
    return roomy, heap


def measure(short: bool = False) -> Iterator[Figure]:
    """Yield the figures of this group. `short` runs all of its code in a few seconds."""
    need_interpreter()
    yield Figure(
        key="firmware.resident_mpy_bytes",
        value=sum(resident().values()),
        unit="B",
        goal=31 * KIB,
        interpreter=NONE,
        what="code that stays in memory; docs/memory.md lists it",
    )
    try:
        starts = 1 if short else STARTS
        seconds = first_sample_s(starts)
        roomy, heap = days(SHORT_H, SHORT_H, MOST - STEP) if short else days()
    except (BoardError, OSError) as error:
        raise BenchmarkError(str(error)) from None
    yield Figure(
        key="firmware.first_sample_s",
        value=round(seconds, 2),
        unit="s",
        goal=3,
        what=f"from power to the first sample, the slowest of {starts} starts",
    )
    yield Figure(
        key="firmware.day_steady_bytes",
        value=roomy.steady,
        unit="B",
        goal=84 * KIB,
        what="most in use after a collection, over a day",
    )
    yield Figure(
        key="firmware.smallest_heap_bytes",
        value=heap,
        unit="B",
        goal=108 * KIB,
        what="the smallest in which a day passes",
    )
    yield from measured((_QUICK if short else _TESTS,), _SYSTEM_MEMORY, _COMBINED)
    if not is_like_board(MICROPYTHON32):
        raise BenchmarkError("this 32-bit MicroPython has a heap in one piece; scripts/setup says why")
    yield Figure(
        key="firmware.areas",
        value=roomy.areas,
        unit="",
        goal=2,
        what=f"of Python's heap in a day, with {OFFER:,} bytes for a third one",
        peer="the third one would take the memory of Wi-Fi",
    )
