"""Lets CPython import the parts of the firmware that touch no board, for more cases than MicroPython has time for."""

import sys
from pathlib import Path
from types import ModuleType

micropython = ModuleType("micropython")
micropython.const = lambda value: value  # type: ignore[attr-defined]
sys.modules.setdefault("micropython", micropython)
sys.path.append(str(Path(__file__).parents[2] / "firmware"))
