"""The firmware and the integration under attack, and the price of the protection for a request.

The tests of the attacks measure their figures. With P1_LONG=1 in the environment they attack for longer. The price is a
count of instructions, relative to version 0.1.0.
"""

import hashlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256

from benchmarks.figures import BenchmarkError, Figure
from benchmarks.instructions import count as count_instructions, need_callgrind
from benchmarks.of_tests import measured
from build_tool import bytecode, first_release
from build_tool.errors import ToolError
from simulator import package_keys
from simulator.clock import moment
from simulator.interpreters import CALLGRIND, MICROPYTHON32, NO_MICROPYTHON32
from simulator.telegram_source import telegrams

INTERPRETER = "micropython, micropython32"
REQUESTS = 100
_ATTACKS = (
    "tests/attacks/test_places.py",
    "tests/attacks/test_requests.py",
    "tests/attacks/test_cards.py",
    "tests/attacks/test_packages.py",
    "tests/home_assistant/test_strangers.py",
)
# Without the plugin of Home Assistant, whose import takes longer than this test.
_QUICK = (
    *("-p", "no:homeassistant"),
    "tests/attacks/test_cards.py::test_damaged_directory_stops_nothing[micropython]",
)
_GET_READING = Path(__file__).parent / "board" / "get_reading.py"
_SIGNATURE = Path(__file__).parent / "board" / "signature.py"
_RUNS = 5
_HEAP = "256k"  # corresponds to 128 KB on a board, because objects here are twice as large

# The figures of the tests, without their values.
_FIGURES = (
    Figure(
        key="security.household_served_of_20",
        value=0,
        unit="requests",
        goal=20,
        more_is_better=True,
        what="of a household in less than 3 s, beside a guest who takes all that he can",
    ),
    Figure(
        key="security.ha_stream_back_s",
        value=0,
        unit="s",
        goal=5,
        what="until a token's live stream has its first reading, beside that guest",
    ),
    Figure(
        key="security.requests_mutated",
        value=0,
        unit="requests",
        what="answered or incomplete, and none of them stopped anything",
    ),
    Figure(
        key="security.cards_tried",
        value=0,
        unit="cards",
        what="of a stranger, and none of them stopped anything",
    ),
    Figure(
        key="security.strangers_heard_a_secret",
        value=0,
        unit="hosts",
        goal=0,
        what="without a proof that got a token or a password from Home Assistant",
    ),
    Figure(
        key="security.packages_refused",
        value=0,
        unit="packages",
        what="unsigned, foreign, forged or older, while nobody presses BOOT",
    ),
    Figure(
        key="security.unsigned_ran",
        value=0,
        unit="packages",
        goal=0,
        what="of them that the board ran",
    ),
)
# The value of a figure that several tests have. A count is their sum.
_COMBINED = {"security.household_served_of_20": min, "security.ha_stream_back_s": max}


def measure(short: bool = False) -> Iterator[Figure]:
    """Yield the figures of this group. `short` runs all of its code in a few seconds."""
    yield from measured(_QUICK if short else _ATTACKS, _FIGURES, _COMBINED)
    yield from _signature()
    need_callgrind()
    count = 1 if short else REQUESTS
    now = instructions(bytecode.TARGET, count)
    try:
        before = instructions(first_release.tree() / "build/firmware", count)
    except ToolError as error:
        raise BenchmarkError(f"no comparison with {first_release.VERSION}: {error}") from None
    yield Figure(
        key="security.request_instructions_ratio",
        value=now / before,
        unit="times",
        goal=1.1,
        interpreter=CALLGRIND.name,
        what=f"GET /api/reading, relative to {first_release.VERSION}",
        peer=f"{now:,.0f} x64 instructions, in {first_release.VERSION} {before:,.0f}",
    )


def _signature() -> Iterator[Figure]:
    """Yield the time of a signature's check, and the smallest heap in pieces of 1 KB that suffices for it."""
    if not MICROPYTHON32.exists():
        raise BenchmarkError(NO_MICROPYTHON32)
    digest = hashlib.sha256(b"a manifest").digest()
    key = package_keys.private_key("release")
    signature = key.sign(digest, PKCS1v15(), Prehashed(SHA256()))
    with tempfile.TemporaryDirectory(prefix="p1-security-") as folder:
        case = Path(folder) / "case"
        case.write_text("\n".join(part.hex() for part in (package_keys.modulus(), signature, digest)))
        yield Figure(
            key="security.signature_ms",
            value=min(_check(case, 0) or 0 for _ in range(_RUNS)),
            unit="ms",
            interpreter=MICROPYTHON32.name,
            what=f"to check a signature on this computer, the fastest of {_RUNS}",
        )
        holes = next(holes for holes in range(1, 100) if _check(case, holes))
    yield Figure(
        key="security.signature_heap_bytes",
        value=holes * 1024,
        unit="bytes",
        goal=6500,
        interpreter=MICROPYTHON32.name,
        what="of the heap, in pieces of 1 KB, that suffice for the check",
    )


def _check(case: Path, holes: int) -> float | None:
    """Return the ms that a check takes in a heap with free pieces of 1 KB. None if memory does not suffice."""
    done = subprocess.run(
        [MICROPYTHON32, "-X", "heapsize=128k", _SIGNATURE, case, str(holes)],
        env={**os.environ, "MICROPYPATH": f"{bytecode.TARGET}:.frozen"},
        cwd=bytecode.ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode and "MemoryError" not in done.stderr:
        raise BenchmarkError(f"the check of a signature failed: {done.stderr.strip().splitlines()[-1:]}")
    return None if done.returncode else float(done.stdout)


def instructions(firmware: Path, count: int) -> float:
    """Return the x64 instructions of one GET /api/reading, the mean of `count`, with a compiled firmware."""
    with tempfile.TemporaryDirectory(prefix="p1-security-") as folder:
        telegram = Path(folder) / "telegram"
        telegram.write_bytes(next(iter(telegrams("spec-1.7.1", moment(2026, 1, 15, 18, 7, 0), 1))))
        environment = {"P1_LINE": "/dev/null", "P1_FLASH": folder}
        all_of_them, none = (
            count_instructions(
                _GET_READING, firmware, telegram, requests, heap=_HEAP, environment=environment
            )
            for requests in (count, 0)
        )
    return (all_of_them - none) / count
