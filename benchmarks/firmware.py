"""The firmware's needs on a board: resident code, memory over a day, and time to the first sample.

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
        goal=107 * KIB,
        what="the smallest in which a day passes",
    )
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
