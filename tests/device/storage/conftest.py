"""Runs scripts of this folder or of the benchmarks under the 64-bit MicroPython: cards of gigabytes, years of days."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from build_tool import bytecode
from simulator import fat

SCRIPTS = Path(__file__).parent / "on_board", bytecode.ROOT / "benchmarks" / "board"
_PATH = bytecode.TARGET, bytecode.ROOT / "tests" / "unit" / "fixtures", *SCRIPTS, ".frozen"
LONG = bool(os.environ.get("P1_LONG"))
"""All that the suite has no time for."""


def run(script: str, *arguments: object, heap: str = "64m", seconds: int = 300) -> Any:
    """What a script printed last, as JSON."""
    bytecode.build()
    done = subprocess.run(
        [
            Path(sys.executable).with_name("micropython"),
            "-X",
            f"heapsize={heap}",
            *(folder / script for folder in SCRIPTS if (folder / script).exists()),
            *map(str, arguments),
        ],
        cwd=bytecode.ROOT,
        env={**os.environ, "MICROPYPATH": ":".join(map(str, _PATH))},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture
def on_board() -> Callable[..., Any]:
    """Runs a script and gives what it printed last, as JSON."""
    return run


def format_card(image: Path, *options: str, size: int) -> Path:
    """A card as a PC formats it, of `size` bytes. Skips the test where no card can be formatted."""
    try:
        return fat.format_card(image, *options, size=size)
    except FileNotFoundError as error:
        pytest.skip(str(error))
