"""MicroPython for this computer, installed by scripts/setup: a 64-bit program, and a 32-bit program as on the board.

The environment variable P1_MICROPYTHON32 can name the path of another 32-bit program, which runs in an emulator.
`scripts/test --rv32` sets this variable.
"""

import os
import subprocess
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
MICROPYTHON = _ROOT / ".venv/bin/micropython"
MICROPYTHON32 = Path(os.environ.get("P1_MICROPYTHON32", _ROOT / ".tools/bin/micropython32"))
EMULATED = "P1_MICROPYTHON32" in os.environ
"""True if the 32-bit MicroPython is about ten times slower."""
CALLGRIND = _ROOT / ".tools/bin/micropython-callgrind"
"""A plain program, whose instructions valgrind can count."""
NO_MICROPYTHON32 = "no micropython32 here; scripts/setup says why"
_LIKE_BOARD = "like_esp32"  # name of the build in scripts/tools/micropython
# The processor for each number that MicroPython gives to a kind of native code (py/persistentcode.h).
_ARCHITECTURES = {1: "x86", 2: "x64", 11: "RISC-V"}
_FACTS = """
import sys
print(
    "%d.%d.%d" % sys.implementation[1][:3],
    sys.implementation._build,
    sys.implementation._mpy >> 10,
    "single" if 16777217.0 == 16777216.0 else "double",
)
"""


@cache
def _facts(interpreter: Path) -> tuple[str, str, str, str]:
    """Return (version, name of the build, processor, "single" or "double" floats) of a MicroPython program."""
    command = [str(interpreter), "-c", _FACTS]
    told = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    version, build, architecture, floats = told.split()
    return version, build, _ARCHITECTURES.get(int(architecture), "another processor"), floats


def is_like_board(interpreter: Path) -> bool:
    """True if the heap of this MicroPython program consists of areas, as on the board."""
    return _facts(interpreter)[1] == _LIKE_BOARD


def described(interpreter: Path) -> str:
    """Return a description of this MicroPython program: its version, processor, floats and heap.

    Measured figures depend on each of these four properties.
    """
    version, _, architecture, floats = _facts(interpreter)
    heap = "a heap of two areas, as on the board" if is_like_board(interpreter) else "a heap in one piece"
    return f"MicroPython {version} for {architecture}, {floats} floats, {heap}"
