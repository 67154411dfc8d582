"""Build step for native code: modules that are compiled to the machine code of a chip, beside their bytecode.

Such a module contains `_NATIVE = const(0)`, and a second form of its code behind `if _NATIVE:`. The compiler leaves out
the form that is not selected. Each board gets the bytecode, because bytecode runs on every chip. A board also gets the
native code for its own chip, in a folder named after the chip's architecture. firmware/native_code.py uses the native
code in place of the bytecode.
"""

from collections.abc import Mapping
from pathlib import Path

from build_tool.boards import BOARDS

_MARK, _SELECTED = "_NATIVE = const(0)", "_NATIVE = const(1)"
_OF_CHIP = {"esp32": "xtensawin", "esp32s2": "xtensawin", "esp32c3": "rv32imc"}
_OF_HOST = ("x64", "x86")
ARCHITECTURES = (*_OF_HOST, *sorted({*_OF_CHIP.values()}))
"""The architectures for which native code is built, by their names in mpy-cross (-march)."""


def modules(sources: Mapping[str, Path]) -> list[str]:
    """Return the modules that have a second form for native code. `sources` is {"folder.module": path}."""
    return [module for module, source in sources.items() if _MARK in source.read_text()]


def select(text: str) -> str:
    """Return a module's source with _NATIVE set to 1, so that the form for native code is compiled."""
    return text.replace(_MARK, _SELECTED)


def architectures(board: str) -> tuple[str, ...]:
    """Return the architectures for which a board gets native code.

    The board "host", this computer, gets x64 and x86, because this computer may run a 64-bit or a 32-bit
    MicroPython.
    """
    if board == "host":
        return _OF_HOST
    chip = BOARDS[board].chip
    return (_OF_CHIP[chip],) if chip in _OF_CHIP else ()
