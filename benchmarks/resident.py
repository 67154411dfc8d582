"""Resident code of the firmware, code that is loaded on demand, and native code: the tables of docs/memory.md.

A module that another one imports stays in memory, because load() (firmware/overlay.py) removes only modules that it
loaded itself. Two loaded classes stay as long as their objects.
"""

import ast
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from build_tool import bytecode, native_code, short_names
from build_tool.boards import BOARDS

_STAY = {"net.wifi", "net.ssdp"}
PAGE = bytecode.ROOT / "docs" / "memory.md"
_OTHER_BOARDS = {"board.host", *(f"board.{name}" for name in BOARDS)}


def resident(board: str = "t8_c3") -> dict[str, int]:
    """Return bytes of .mpy by module, of all that stay while a board of this type runs on Wi-Fi, largest first."""
    stay = {"main", "board.esp32", *_STAY}
    for name in _sources():
        if name not in _OTHER_BOARDS - {f"board.{board}"}:
            stay |= _imports(name)
    return _sizes(stay & _sources().keys() - _OTHER_BOARDS)


def on_demand(board: str = "t8_c3") -> dict[str, int]:
    """Return bytes of .mpy by module, of all that are loaded on demand, largest first."""
    others = _OTHER_BOARDS - {f"board.{board}"}
    return _sizes(_sources().keys() - resident(board).keys() - others)


def native() -> dict[str, int]:
    """Return bytes of .mpy with native code, by architecture of a board, largest first.

    A module's native code takes the place of its bytecode, which resident() counts.
    """
    sizes = {
        architecture: sum(file.stat().st_size for file in (bytecode.SHORT / architecture).iterdir())
        for board in BOARDS
        for architecture in native_code.architectures(board)
    }
    return dict(sorted(sizes.items(), key=lambda item: (-item[1], item[0])))


def _sources() -> dict[str, Path]:
    return short_names.modules()


@cache
def _built() -> Mapping[str, str]:
    """Return the sources as the build changes them: an import of constants alone is gone from those."""
    return short_names.of_firmware().sources


def _imports(name: str) -> set[str]:
    """Return the names that a module imports on a board, as "folder.module"; some are not modules of ours."""
    found = set()
    for node in ast.walk(ast.parse(_built()[name])):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def _sizes(names: set[str]) -> dict[str, int]:
    short = short_names.of_firmware()
    sizes = {name: bytecode.on_board(name, names=short).stat().st_size for name in names}
    return dict(sorted(sizes.items(), key=lambda item: (-item[1], item[0])))


def tables() -> dict[str, Mapping[str, int]]:
    """Return the tables of docs/memory.md by name, from the build."""
    return {"stays": resident(), "on_demand": on_demand(), "native": native()}


def documented() -> dict[str, dict[str, int]]:
    """Return the same tables as they are in docs/memory.md."""
    return {
        name: {
            module: int(size.replace(",", ""))
            for module, size in re.findall(r"^\| `([\w.]+)` \| ([\d,]+) \|", text, re.MULTILINE)
        }
        for name, text in re.findall(r"<!-- (\w+) -->(.*?)<!-- end -->", PAGE.read_text(), re.DOTALL)
    }


def write() -> None:
    """Update the tables of docs/memory.md from the build."""
    page = PAGE.read_text()
    for name, sizes in tables().items():
        rows = [f"| `{module}` | {size:,} | {_about(module)} |" for module, size in sizes.items()]
        kind = "architecture" if name == "native" else "module"
        if name != "native":  # a board has the code of one architecture
            rows.append(f"| all {len(sizes)} | {sum(sizes.values()):,} | |")
        table = "\n".join([f"| {kind} | bytes of .mpy | what it is |", "|---|---:|---|", *rows])
        before, mark, rest = page.partition(f"<!-- {name} -->\n")
        page = f"{before}{mark}\n{table}\n\n{rest[rest.index('<!-- end -->') :]}"
    PAGE.write_text(page)


def _about(name: str) -> str:
    """Return the first line of a module's docstring, or the modules that have native code for an architecture."""
    if name in native_code.ARCHITECTURES:
        return ", ".join(f"`{module}`" for module in native_code.modules(_sources()))
    return (ast.get_docstring(ast.parse(_sources()[name].read_bytes())) or "").split("\n")[0]


if __name__ == "__main__":
    bytecode.build()
    write()
