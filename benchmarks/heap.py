"""Runs of the firmware in a limited heap: their memory, clients of the live stream, and the smallest heap."""

import threading
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from benchmarks.figures import BenchmarkError
from simulator.clock import moment
from simulator.interpreters import MICROPYTHON32
from simulator.telegram_source import MeterSource, simulated_meter

KIB = 1024
STEP = 2 * KIB
LEAST, MOST = 72 * KIB, 128 * KIB  # MOST is what an ESP32-C3 has for Python beside Wi-Fi
NEARLY_MOST = MOST - 2 * STEP  # a search that begins here tries one heap
CLIENTS = 3


class LongMessages(MeterSource):
    """A meter with the longest text message in every tenth telegram, which then has 3.5 KB."""

    def __init__(self) -> None:
        source = simulated_meter("sagemcom-t211-50217", moment(2026, 1, 15, 17, 59, 55))
        super().__init__(source.meter, source.dialect)
        self._sent = 0

    def telegram(self) -> bytes:
        """Return the telegram of this second, every tenth one long."""
        self._sent += 1
        self.meter.message = "A" * 1024 if self._sent % 10 == 0 else ""
        return super().telegram()


@dataclass
class Run:
    """The result of a scenario: the firmware's log, a problem if it did not end well, and the areas of the heap."""

    heap: int
    log: list[str] = field(default_factory=list)
    problem: str = ""
    areas: int = 1

    @property
    def steady(self) -> int:
        """The largest number of bytes in use after a collection."""
        return max((int(line.split()[1]) for line in self.log if line.startswith("memory ")), default=0)

    @property
    def passed(self) -> bool:
        """True if memory sufficed and each client was served."""
        return not self.problem and not any("MemoryError" in line for line in self.log)

    def need(self) -> None:
        """Raise BenchmarkError if the run has not passed."""
        if not self.passed:
            raise BenchmarkError(f"with {self.heap // KIB} KB: {self.problem or 'MemoryError'}")


def need_interpreter() -> None:
    """Raise BenchmarkError if there is no 32-bit MicroPython, whose objects are as large as the board's."""
    if not MICROPYTHON32.exists():
        raise BenchmarkError("there is no 32-bit MicroPython here; scripts/setup says why")


@contextmanager
def watched(url: str, stopped: threading.Event) -> Iterator[None]:
    """Keep three clients on the live stream until `stopped`; each connects again when its stream ends."""
    clients = [threading.Thread(target=_watch, args=(url, stopped)) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    try:
        yield
    finally:
        stopped.set()
        for client in clients:
            client.join()


def _watch(url: str, stopped: threading.Event) -> None:
    while not stopped.is_set():
        try:
            with urllib.request.urlopen(url + "api/live", timeout=10) as reply:
                while not stopped.is_set() and reply.read1(65536):
                    pass
        except OSError:
            stopped.wait(0.2)


def smallest_heap(run: Callable[[int], Run], least: int = LEAST, most: int = MOST) -> int:
    """Return the smallest heap above `least` in which `run` passes, in steps of 2 KB. Two heaps are tried at a time."""
    low, high = least, most  # low fails, high passes
    with ThreadPoolExecutor(2) as pool:
        while high - low > STEP:
            steps = (high - low) // STEP
            tries = sorted({low + steps // 3 * STEP, low + max(1, steps * 2 // 3) * STEP} - {low, high})
            passed = {tried.heap: tried.passed for tried in pool.map(run, tries)}
            high = min([high, *(heap for heap in tries if passed[heap])])
            low = max([low, *(heap for heap in tries if not passed[heap] and heap < high)])
    return high
