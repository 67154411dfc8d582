"""The command `firmware deploy`: install the firmware in the slot (a or b) that is not running."""

import sys
from pathlib import Path

from board_tool import slices
from board_tool.connection import BoardConnection
from build_tool import romfs, signatures
from build_tool.board_folder import LOADER, build_packages, has_table
from build_tool.boards import BOARDS, BoardType
from build_tool.errors import ToolError
from build_tool.package import MPY, OLDEST_MICROPYTHON, SIGNATURES, Package, read_package


def deploy(board: str | None, port: str | None, package: Path | None, own_key: Path | None) -> None:
    """Install the firmware on a board that has MicroPython, and restart the board. The board keeps its settings.

    own_key: file with the owner's public key. From then on, the board also accepts packages signed by this key.
    """
    from board_tool.ports import find_port

    kinds = [BOARDS[board]] if board else list(BOARDS.values())
    with BoardConnection(find_port(port, kinds)) as connection:
        kind = kinds[0] if board else detect_board_type(connection)
        has_image = slices.are_there(connection)
        install(connection, choose_package(kind, package, has_image))
        if own_key:
            connection.write("own_keys.bin", signatures.read_public_key(own_key))
        connection.restart()


def detect_board_type(connection: BoardConnection) -> BoardType:
    """Return the type of the connected board, by the chip that MicroPython reports. ToolError for any other chip."""
    machine = str(connection.evaluate("sys.implementation._machine"))
    for kind in sorted(BOARDS.values(), key=lambda kind: -len(kind.chip)):
        if kind.chip.upper() in machine.upper().replace("-", ""):
            return kind
    raise ToolError(f"no supported board has this chip: {machine}; if yours does, choose it with --board")


def choose_package(kind: BoardType, path: Path | None, has_image: bool = False) -> Package:
    """Return the update package in the file `path`, or build a package from the sources if `path` is None.

    has_image: the board runs its code in the flash, so that it needs a package with an image
    ToolError if the package is for another board, or if the firmware does not support the board.
    """
    if path is None:
        if not has_table(kind) or (has_image and kind.name not in romfs.BOARDS):
            raise ToolError(f"this firmware does not support the {kind.title}")
        return read_package(build_packages(kind.name)[-1 if has_image else 0])
    package = read_package(path)
    if bool(package.architecture) != has_image:
        raise ToolError(
            f"{path.name} is for boards {'with' if package.architecture else 'without'} code in flash"
        )
    if package.board != kind.name:
        raise ToolError(f"{path.name} is for the board {package.board}, but this one is {kind.name}")
    return package


def install(connection: BoardConnection, package: Package) -> None:
    """Copy the loader and the package to the board, and select the new version for the next start.

    If the copy is interrupted, the board starts the previous version.
    """
    check_micropython(connection)
    slot = _free_slot(connection)
    # Copy slot.py before main.py, because main.py imports slot.py.
    loader = {source.name: source for source in sorted(LOADER.glob("*.py"), reverse=True)}
    if package.architecture:
        loader["main.py"] = romfs.MAIN
    for source in loader.values():
        if connection.read(source.name) != source.read_bytes():
            connection.write(source.name, source.read_bytes())
    # Remove the manifest before the other files. A slot without a manifest counts as incomplete, and no board starts an
    # incomplete slot.
    connection.remove(f"{slot}/manifest.json")
    connection.remove(slot)
    done, total = 0, sum(map(len, package.files.values()))
    files = {SIGNATURES: package.signatures} if package.signatures else {}
    for name, content in [*files.items(), *sorted(package.files.items())]:
        _show_progress(f"firmware {package.version}: {100 * done // total} %, {name}")
        if name == romfs.NAME:
            slices.write(connection, slot, content)
        else:
            connection.write(f"{slot}/{name}", content)
        done += len(content)
    connection.write(f"{slot}/manifest.json", package.manifest())
    connection.write("slot.txt", f"{slot} ok\n".encode())
    _show_progress(f"firmware {package.version}: {len(package.files)} files, {total:,} bytes\n")


def check_micropython(connection: BoardConnection) -> None:
    """Raise ToolError if the MicroPython on the board cannot run the firmware's bytecode."""
    release, mpy = connection.evaluate("[sys.implementation.version[:3], sys.implementation._mpy & 255]")
    if tuple(release) < OLDEST_MICROPYTHON or mpy != MPY:
        here, oldest = (".".join(map(str, parts)) for parts in (release, OLDEST_MICROPYTHON))
        raise ToolError(f"this board has MicroPython {here}, but needs {oldest} or newer: run firmware flash")


def _free_slot(connection: BoardConnection) -> str:
    """Return the slot that is not running: "a" or "b". On a new board return "a"."""
    words = (connection.read("slot.txt") or b"").decode(errors="replace").split()
    running = words[0] if words and words[0] in ("a", "b") else "a"
    if connection.read(f"{running}/manifest.json") is None:
        return running
    return "b" if running == "a" else "a"


def _show_progress(line: str) -> None:
    """Show the progress on one line of the terminal.

    If the output is not a terminal, print only the last message. The last message ends with a line break.
    """
    if sys.stdout.isatty():
        print(f"\r\033[K{line}", end="", flush=True)
    elif line.endswith("\n"):
        print(line, end="", flush=True)
