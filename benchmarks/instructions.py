"""Instructions of the firmware's code, counted by callgrind, and the time that they take on an ESP32-C3.

An x64 instruction corresponds to about 13 ns of an ESP32-C3 at 160 MHz (within 40 %, by pystone on both).
"""

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from benchmarks.figures import BenchmarkError
from build_tool import bytecode

NS_PER_INSTRUCTION = 13  # ESP32-C3 at 160 MHz
_TOOLS = bytecode.ROOT / ".tools/bin"


def need_callgrind() -> None:
    """BenchmarkError if instructions cannot be counted here."""
    if not (_TOOLS / "valgrind").exists() or not (_TOOLS / "micropython-callgrind").exists():
        raise BenchmarkError("instructions are not counted without valgrind; scripts/setup --bench says why")


def count(script: Path, *arguments: object, heap: str, environment: Mapping[str, str] | None = None) -> int:
    """Return the x64 instructions of a script that runs under MicroPython. BenchmarkError if it fails."""
    report = subprocess.run(
        [
            *(_TOOLS / "valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"),
            *(_TOOLS / "micropython-callgrind", "-X", f"heapsize={heap}", script),
            *map(str, arguments),
        ],
        cwd=bytecode.ROOT,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    found = re.search(r"Collected : (\d+)", report.stderr)
    if report.returncode or not found:
        raise BenchmarkError(f"callgrind failed: {report.stderr.strip().splitlines()[-1]}")
    return int(found[1])
