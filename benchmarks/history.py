"""The card: sectors written and read, time of queries, and losses by power cuts or damaged telegrams.

The card is an image formatted as a PC does: FAT32, clusters of 32 KB, two FATs. Sectors are counted below the real
VfsFat. Times are those of HTTP requests to the firmware with that card, on this computer.
"""

import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.figures import BenchmarkError, Figure
from benchmarks.instructions import NS_PER_INSTRUCTION, count as count_instructions, need_callgrind
from build_tool import bytecode
from simulator import clock, fat
from simulator.board import Board, BoardError
from simulator.interpreters import CALLGRIND
from simulator.p1_port import P1Port
from simulator.telegram_source import simulated_meter, telegrams

INTERPRETER = "micropython"
DAY = "/api/days/2025-06-15"
YEAR = "/api/history?from=2025-01-01&to=2026-01-01"
QUARTERS = 365 * 96
HOURS = 20
YEARS = 10
RUNS = 31  # the fastest counts, because other programs slow the rest
CUT_STEP = 11
FUZZED = 20_000
ALL_STEPS = 1_000_000
STEP_S = 0.1  # firmware/supervisor.py
_BOARD = Path(__file__).parent / "board"
_ENVIRONMENT = {"MICROPYPATH": f"{bytecode.TARGET}:{_BOARD}:.frozen"}
_METERS = ("spec-1.7.1", "sagemcom-t211-50217", "landis-e360-50221", "iskra-ie5-2026", "sibelga-s210")


def _micropython(script: str, *arguments: object) -> Any:
    """Run a script of board/ under MicroPython; return the JSON in its last line. BenchmarkError if it fails."""
    done = subprocess.run(
        [
            Path(sys.executable).with_name("micropython"),
            "-X",
            "heapsize=64m",
            _BOARD / script,
            *map(str, arguments),
        ],
        cwd=bytecode.ROOT,
        env={**os.environ, **_ENVIRONMENT},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BenchmarkError((done.stderr or done.stdout).strip().splitlines()[-1])
    return json.loads(done.stdout.splitlines()[-1])


def _card(image: Path, *, kind: int = 32) -> Path:
    """Make a card with FAT16 or FAT32, formatted as a PC does. BenchmarkError without mkfs.fat."""
    sectors, size = ("64", 4 << 30) if kind == 32 else ("8", 256 << 20)
    try:
        return fat.format_card(image, "-F", str(kind), "-s", sectors, size=size)
    except FileNotFoundError as error:
        raise BenchmarkError(str(error)) from None


def _get(board: Board, path: str, accept: str = "*/*") -> tuple[float, int]:
    """Return (seconds, bytes) of a request, from its connection to the last byte of its reply."""
    begin = time.perf_counter()
    connection = http.client.HTTPConnection(board.host, board.port, timeout=60)
    connection.request("GET", path, headers={"Accept": accept})
    reply = connection.getresponse()
    length = 0
    while piece := reply.read(1 << 16):
        length += len(piece)
    connection.close()
    if reply.status != 200:
        raise BenchmarkError(f"{path} gave {reply.status}")
    return time.perf_counter() - begin, length


def _running(card: Path) -> tuple[P1Port, Board]:
    line = P1Port(simulated_meter("spec-1.7.1", clock.moment(2026, 1, 15, 18, 7, 0)))
    return line, Board(line, card=card, compiled=True)


def measure(short: bool = False) -> Iterator[Figure]:
    """Yield the figures of this group. `short` runs all of its code in a few seconds."""
    with tempfile.TemporaryDirectory(prefix="p1-history-") as name:
        folder = Path(name)
        try:
            yield from _writes(folder, 2 if short else HOURS)
            yield from _queries(folder, 2 if short else YEARS, 1 if short else RUNS)
            yield from _cuts(folder, 300 if short else CUT_STEP)
            yield from _rebuild(folder, 2 if short else 31, 1 if short else RUNS)
        except (BoardError, OSError) as error:
            raise BenchmarkError(str(error)) from None
        yield from _fuzz(folder, 100 if short else FUZZED)


def _writes(folder: Path, hours: int) -> Iterator[Figure]:
    sectors = _micropython("card.py", "writes", _card(folder / "writes"), hours)
    yield Figure(
        key="history.sectors_per_quarter",
        value=sectors["ours"],
        unit="sectors",
        goal=32,
        what="written for a quarter, its journal included: 15 of them",
    )
    yield Figure(
        key="history.sectors_per_quarter_old_firmware",
        value=sectors["old"],
        unit="sectors",
        what="for the quarter's only file; a power cut loses the quarter",
    )


def _queries(folder: Path, years: int, runs: int) -> Iterator[Figure]:
    one, more = _card(folder / "one.img"), _card(folder / "more.img")
    _micropython("card.py", "fill", one, 1)
    _micropython("card.py", "fill", more, years)
    reads, reads_of_more = _micropython("card.py", "reads", one), _micropython("card.py", "reads", more)
    (line, board), (other_line, other) = _running(one), _running(more)
    with line, other_line, board, other:
        for each in (board, other):
            _get(each, DAY)
        # The two boards take turns, so that other programs on this machine slow both alike.
        pairs = [(_get(board, DAY)[0], _get(other, DAY)[0]) for _ in range(runs)]
        csv = min(_get(board, YEAR, "text/csv")[0] for _ in range(min(3, runs)))
        ndjson = min(_get(board, YEAR)[0] for _ in range(min(3, runs)))
    yield Figure(
        key="history.day_ms",
        value=min(first for first, _ in pairs) * 1000,
        unit="ms",
        goal=12,
        what=f"a day's 96 quarters in one request, the fastest of {runs}",
    )
    yield Figure(
        key="history.day_sector_reads",
        value=max(reads["day"], reads_of_more["day"]),
        unit="sectors",
        goal=30,
        what=f"read for a day, on a card just mounted; {reads['day']} with a year, {reads_of_more['day']} with {years}",
    )
    yield Figure(
        key="history.year_sector_reads",
        value=max(reads["year"], reads_of_more["year"]),
        unit="sectors",
        goal=120,
        what="read for the days of a year",
    )
    for key, seconds, goal in (("csv", csv, 200_000), ("ndjson", ndjson, 30_000)):
        yield Figure(
            key=f"history.{key}_quarters_per_s",
            value=QUARTERS / seconds,
            unit="quarters/s",
            goal=goal,
            more_is_better=True,
            what="of a year, over HTTP",
        )
    yield Figure(
        key="history.ten_years_ratio",
        value=min(second for _, second in pairs) / min(first for first, _ in pairs),
        unit="times",
        goal=1.25,
        what=f"the time for a day with {years} years on the card, relative to one year",
    )


def _cuts(folder: Path, step: int) -> Iterator[Figure]:
    tried = lost = 0
    for kind in (16, 32):
        image = _card(folder / f"cut{kind}", kind=kind)
        _card(folder / f"cut{kind}.cut", kind=kind)
        seen = _micropython("power_cuts.py", image, fat.FSCK, "261130230000W", step, 0, "clean", "torn")
        tried += seen["tried"]
        lost += len(seen["wrong"])
    yield Figure(
        key="history.power_cuts_tried",
        value=tried,
        unit="cuts",
        what=f"one write of {step} around a month's end, clean and torn, FAT16 and FAT32",
    )
    yield Figure(
        key="history.power_cuts_lost", value=lost, unit="cuts", goal=0, what="after which anything was lost"
    )


def _rebuild(folder: Path, days: int, runs: int) -> Iterator[Figure]:
    month = _micropython("rebuild.py", _card(folder / "month"), days, 1, ALL_STEPS)
    yield Figure(
        key="history.rebuild_quarters_per_s",
        value=days * 96 / (month["steps"] * STEP_S),
        unit="quarters/s",
        goal=9,
        more_is_better=True,
        what="read from an old card in a year that is full, at ten steps a second",
    )
    need_callgrind()
    day = _micropython("rebuild.py", _card(folder / "day"), 1, runs, ALL_STEPS)
    all_of_them, none = (
        count_instructions(
            _BOARD / "rebuild.py", _card(folder / "day"), 1, 1, steps, heap="8m", environment=_ENVIRONMENT
        )
        for steps in (ALL_STEPS, 0)
    )
    ms = (all_of_them - none) * NS_PER_INSTRUCTION / 1e6
    yield Figure(
        key="history.rebuild_step_ms",
        value=ms * day["longest_us"] / day["us"],
        unit="ms",
        interpreter=CALLGRIND.name,
        goal=20,
        what=f"the longest step, as on an ESP32-C3; the mean is {ms / day['steps']:.1f} ms",
    )
    yield Figure(
        key="history.rebuild_step_sector_reads",
        value=day["reads"],
        unit="sectors",
        goal=36,
        what="read in a step at most, once a day; for a quarter up to 21",
    )


def _fuzz(folder: Path, count: int) -> Iterator[Figure]:
    file = folder / "telegrams"
    good = [each for meter in _METERS for each in telegrams(meter, clock.moment(2026, 1, 15, 18, 7, 0), 5)]
    file.write_bytes(b"".join(good))
    seen = _micropython("fuzz.py", file, count, 1)
    if seen["wrong"]:
        raise BenchmarkError(f"fuzzed telegrams: {seen['wrong'][0]}")
    yield Figure(
        key="history.fuzzed_telegrams",
        value=seen["fed"],
        unit="telegrams",
        what="damaged, none of them believed, and each good one after them read",
    )
