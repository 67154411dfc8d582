"""Memory of the whole firmware in a heavy half hour, in objects as large as the board's.

The scenario: two quarters are closed and stored on a FAT card, three clients watch, one telegram in ten carries a
message of 1024 characters (3.5 KB). *Steady* is the most that was in use just after a collection. The *smallest
heap* is the least in which nothing runs out of memory, so that it also holds garbage and gaps between objects.
"""

import os
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.figures import BenchmarkError, Figure
from simulator import build
from simulator.board import Board, BoardError
from simulator.clock import moment
from simulator.line import Line
from simulator.source import MeterSource, simulated_meter

KIB = 1024
SCENARIO_S = 2 * 900 + 60  # from 5 s before the hour: two quarters close
CLIENTS = 3
SPEED = 60.0
STEP = 2 * KIB
LEAST, MOST = 72 * KIB, 128 * KIB
_PATHS = ("api/reading", "api/device", "api/quarter", "api/peaks", "api/telegram", "current/quarter")


class LongMessages(MeterSource):
    """A meter of which every tenth telegram carries the longest message there may be."""

    def __init__(self) -> None:
        source = simulated_meter("sagemcom-t211-50217", moment(2026, 1, 15, 17, 59, 55))
        super().__init__(source.meter, source.dialect)
        self._told = 0

    def telegram(self) -> bytes:
        """Every tenth one long."""
        self._told += 1
        self.meter.message = "A" * 1024 if self._told % 10 == 0 else ""
        return super().telegram()


@dataclass
class Run:
    """What a run of the scenario said."""

    heap: int
    log: list[str] = field(default_factory=list)
    problem: str = ""

    @property
    def steady(self) -> int:
        """The most bytes in use after a collection."""
        return max((int(line.split()[1]) for line in self.log if line.startswith("memory ")), default=0)

    @property
    def passed(self) -> bool:
        """Whether memory sufficed and everybody was served."""
        return not self.problem and not any("MemoryError" in line for line in self.log)


def run(heap: int, speed: float = SPEED, seconds: int = SCENARIO_S) -> Run:
    """Play the scenario on a board with a heap of so many bytes."""
    result = Run(heap)
    stopped = threading.Event()
    with (
        tempfile.TemporaryDirectory(prefix="p1-memory-") as folder,
        Line(LongMessages(), speed=speed) as line,
    ):
        # Where files lie is part of the memory: the folder is the current one, as on the board.
        board = Board(
            line,
            card=Path(folder) / "card.img",
            flash=folder,
            small=True,
            firmware=Path(),
            heapsize=str(heap),
            speed=speed,
            stats=True,
            log=result.log.append,
        )
        clients = [threading.Thread(target=_watch, args=(board.url, stopped)) for _ in range(CLIENTS)]
        try:
            with board:
                for client in clients:
                    client.start()
                _play(board, line, result, stopped, seconds, speed)
                stopped.set()
        except (BoardError, OSError) as error:
            result.problem = str(error)
        finally:
            stopped.set()
            for client in clients:
                if client.ident:
                    client.join()
    return result


def _play(
    board: Board, line: Line, result: Run, stopped: threading.Event, seconds: int, speed: float
) -> None:
    asked = _ask(board.url)
    deadline = time.monotonic() + seconds / speed * 3 + 20
    while line.sent + line.damaged < seconds:
        board.check()
        if not result.passed or time.monotonic() > deadline:
            result.problem = result.problem or "the scenario was not finished in time"
            return
        next(asked)
        stopped.wait(max(0.1, 10 / speed))


def _ask(url: str) -> Iterator[None]:
    """One request after the other, as from a page that is open."""
    while True:
        for path in _PATHS:
            with urllib.request.urlopen(url + path, timeout=10) as reply:
                reply.read()
            yield


def _watch(url: str, stopped: threading.Event) -> None:
    while not stopped.is_set():
        try:
            with urllib.request.urlopen(url + "api/live", timeout=10) as reply:
                while not stopped.is_set() and reply.read1(65536):
                    pass
        except OSError:
            stopped.wait(0.2)


def smallest_heap(passes: dict[int, bool]) -> int:
    """The least heap, in steps of 2 KB, in which the scenario passes: two are tried at a time."""
    low, high = LEAST, MOST  # low fails, high passes
    with ThreadPoolExecutor(2) as pool:
        while high - low > STEP:
            steps = (high - low) // STEP
            tries = sorted({low + steps // 3 * STEP, low + max(1, steps * 2 // 3) * STEP} - {low, high})
            for heap, outcome in zip(tries, pool.map(run, tries), strict=True):
                passes[heap] = outcome.passed
            high = min([high, *(heap for heap in tries if passes[heap])])
            low = max([low, *(heap for heap in tries if not passes[heap] and heap < high)])
    return high


def measure() -> Iterator[Figure]:
    """The figures of this group."""
    if not (build.ROOT / ".tools/bin/micropython32").exists():
        raise BenchmarkError("there is no 32-bit MicroPython here; scripts/setup says why")
    build.build()
    os.chdir(build.TARGET)
    roomy = run(MOST)
    if not roomy.passed:
        raise BenchmarkError(f"with {MOST // KIB} KB: {roomy.problem or 'MemoryError'}")
    code = sum(path.stat().st_size for path in build.TARGET.rglob("*.mpy"))
    yield Figure(key="memory.code_bytes", value=code, unit="B", what="all .mpy, those loaded while used too")
    yield Figure(
        key="memory.steady_bytes",
        value=roomy.steady,
        unit="B",
        goal=86 * KIB,
        what="most in use after a collection",
        peer="an ESP32-C3 has 131,072 for Python beside Wi-Fi",
    )
    yield Figure(
        key="memory.smallest_heap_bytes",
        value=smallest_heap({}),
        unit="B",
        goal=122 * KIB,
        what="the least that nothing runs out of",
    )
