"""Speed of the firmware's parser, compared with the parser that Home Assistant's built-in integration uses.

Both read the same 60 telegrams of one minute. The firmware's parser runs under MicroPython and gets bytes as from the
line; dsmr-parser runs under CPython and gets complete texts. Counts of instructions do not depend on the machine's
speed.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

from dsmr_parser.parsers import TelegramParser
from dsmr_parser.telegram_specifications import BELGIUM_FLUVIUS

from benchmarks.figures import Figure
from benchmarks.instructions import NS_PER_INSTRUCTION, count as count_instructions, need_callgrind
from build_tool import bytecode
from simulator.clock import moment
from simulator.interpreters import CALLGRIND
from simulator.telegram_source import telegrams

INTERPRETER = "micropython"
TELEGRAMS = 60
RUNS = 9
_READ = Path(__file__).with_name("read_telegrams.py")
_HEAP = "256k"  # corresponds to 128 KB on a board, because objects here are twice as large


def firmware_us(file: Path, count: int) -> float:
    """Return the firmware's median microseconds per telegram of a file with `count` telegrams."""
    command = [
        str(Path(sys.executable).with_name("micropython")),
        str(_READ),
        str(bytecode.TARGET),
        str(file),
    ]
    output = subprocess.run([*command, "5", "0", "1"], stdout=subprocess.PIPE, check=True, text=True).stdout
    return statistics.median(int(line) for line in output.split()) / count


def dsmr_parser_us(texts: Sequence[str]) -> float:
    """Return the microseconds per telegram of dsmr-parser."""
    parse = TelegramParser(BELGIUM_FLUVIUS).parse
    begin = time.perf_counter()
    for text in texts:
        parse(text)
    return (time.perf_counter() - begin) * 1e6 / len(texts)


def instructions(file: Path, count: int, native: int = 1) -> float:
    """Return the x64 instructions per telegram of a file with `count` telegrams, with native code or without.

    As on the board, garbage is collected after each telegram. The collection itself is left out, because it depends
    more on the rest of the firmware: its share is the difference to a run that collects twice.
    """
    runs = ((0, 1), (1, 1), (1, 2))
    idle, once, twice = (_counted(file, *run, native) for run in runs)
    return (once - idle - (twice - once)) / count


def _counted(file: Path, runs: int, collections: int, native: int) -> int:
    return count_instructions(_READ, bytecode.TARGET, file, runs, collections, native, heap=_HEAP)


def measure(short: bool = False) -> Iterator[Figure]:
    """Yield the figures of this group. `short` runs all of its code in a few seconds."""
    count, runs = (5, 1) if short else (TELEGRAMS, RUNS)
    minute = list(telegrams("spec-1.7.1", moment(2026, 1, 15, 18, 7, 0), count))
    with tempfile.TemporaryDirectory(prefix="p1-parser-") as folder:
        first, all_of_them = Path(folder) / "first", Path(folder) / "all"
        first.write_bytes(minute[0])
        all_of_them.write_bytes(b"".join(minute))
        texts = [telegram.decode() for telegram in minute]
        # The two parsers take turns, so that other programs on this machine slow both alike.
        pairs = [(dsmr_parser_us(texts), firmware_us(all_of_them, count)) for _ in range(runs)]
        theirs, ours = (statistics.median(run) for run in zip(*pairs, strict=True))
        peer = f"dsmr-parser {version('dsmr-parser')} on CPython takes {theirs:.0f} µs, the firmware {ours:.0f} µs"
        yield Figure(
            key="parser.speedup_vs_dsmr_parser",
            value=statistics.median(their / our for their, our in pairs),
            unit="times",
            goal=7.5,
            more_is_better=True,
            what="faster on this machine",
            peer=peer,
        )
        need_callgrind()
        mean = instructions(all_of_them, count)
        cold = instructions(first, 1)
        plain = instructions(all_of_them, count, native=0)
    yield _figure("parser.instructions", mean, 600_000, "per telegram, mean of a minute")
    yield _figure("parser.first_instructions", cold, 3_000_000, "for the first telegram")
    yield _figure("parser.bytecode_instructions", plain, 1_100_000, "the mean without native code of the CRC")
    yield Figure(
        key="parser.esp32_c3_ms",
        value=mean * NS_PER_INSTRUCTION / 1e6,
        unit="ms",
        interpreter=CALLGRIND.name,
        what=f"the mean, as on an ESP32-C3; the first {cold * NS_PER_INSTRUCTION / 1e6:.1f} ms",
    )


def _figure(key: str, value: float, goal: float, what: str) -> Figure:
    return Figure(
        key=key, value=round(value), unit="x64 instr.", goal=goal, what=what, interpreter=CALLGRIND.name
    )
