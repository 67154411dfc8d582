"""Memory of the whole firmware in a busy half hour, with objects as large as the board's.

In the scenario two quarters are closed and stored on a FAT card, three clients watch the live stream, and one
telegram in ten has a message of 1024 characters (3.5 KB). *Steady* is the most in use just after a collection. The
*smallest heap* is the smallest one without a MemoryError; it includes garbage and gaps between objects.
"""

import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import chdir
from functools import partial
from pathlib import Path

from benchmarks.figures import NONE, Figure
from benchmarks.heap import (
    KIB,
    LEAST,
    MOST,
    NEARLY_MOST,
    LongMessages,
    Run,
    need_interpreter,
    smallest_heap,
    watched,
)
from build_tool import bytecode
from simulator.board import Board, BoardError
from simulator.p1_port import P1Port

INTERPRETER = "micropython32"
SCENARIO_S = 2 * 900 + 60  # from 5 s before the hour: two quarters close
SHORT_S = 30  # one quarter closes
SPEED = 60.0
_PATHS = ("api/reading", "api/device", "api/quarter", "api/peaks", "api/telegram", "current/quarter")


def run(heap: int, speed: float = SPEED, seconds: int = SCENARIO_S) -> Run:
    """Play the scenario on a board with a heap of `heap` bytes."""
    result = Run(heap)
    stopped = threading.Event()
    with (
        tempfile.TemporaryDirectory(prefix="p1-memory-") as folder,
        P1Port(LongMessages(), speed=speed) as line,
    ):
        # The folder is the current one, as on the board, because the files' paths take memory too.
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
        try:
            with board, watched(board.url, stopped):
                _play(board, line, result, stopped, seconds, speed)
        except (BoardError, OSError) as error:
            result.problem = str(error)
    return result


def _play(
    board: Board, line: P1Port, result: Run, stopped: threading.Event, seconds: int, speed: float
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
    """Send one request in each step, as an open page does."""
    while True:
        for path in _PATHS:
            with urllib.request.urlopen(url + path, timeout=10) as reply:
                reply.read()
            yield


def measure(short: bool = False) -> Iterator[Figure]:
    """Yield the figures of this group. `short` runs all of its code in a few seconds."""
    need_interpreter()
    played = partial(run, seconds=SHORT_S) if short else run
    with chdir(bytecode.SHORT):
        roomy = played(MOST)
        roomy.need()
        smallest = smallest_heap(played, NEARLY_MOST if short else LEAST)
    code = sum(path.stat().st_size for path in bytecode.SHORT.glob("*.mpy"))
    yield Figure(
        key="memory.code_bytes",
        value=code,
        unit="B",
        interpreter=NONE,
        what="all bytecode, that loaded while used too",
    )
    yield Figure(
        key="memory.steady_bytes",
        value=roomy.steady,
        unit="B",
        goal=84 * KIB,
        what="most in use after a collection",
        peer="an ESP32-C3 has 131,072 for Python beside Wi-Fi",
    )
    yield Figure(
        key="memory.smallest_heap_bytes",
        value=smallest,
        unit="B",
        goal=104 * KIB,
        what="the smallest without a MemoryError",
    )
