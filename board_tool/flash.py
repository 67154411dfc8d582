"""The command `firmware flash`: put MicroPython and the firmware on a new board."""

import hashlib
import json
import re
import secrets
import shutil
import struct
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

import segno

from board_tool import board_json, slices
from board_tool.connection import BoardConnection, wait_for_board
from board_tool.deploy import check_micropython, choose_package, install
from board_tool.ports import find_port, readable_errors
from build_tool import romfs
from build_tool.board_folder import LOADER
from build_tool.boards import BOARDS, BoardType, Image
from build_tool.errors import ToolError

SETUP_NETWORK = "DigitaleMeterMonitor"
# Characters of a setup password: letters and digits except i, l, o, 0 and 1, because these five look alike.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_LENGTH = 12
_ESPTOOL = [sys.executable, "-m", "esptool"]
KEPT = Path(__file__).resolve().parent.parent / "build" / "kept"
"""Folder with the files of boards whose MicroPython is being replaced."""
_CACHE = Path(__file__).resolve().parent.parent / "build" / "micropython"
# The partition table of ESP-IDF: its address, and a row with its mark, type, subtype, offset, size, name and flags.
_TABLE = 0x8000
_TABLE_BYTES = 0xC00
_ROW = struct.Struct("<HBBII16sI")
_ROW_MARK = 0x50AA


def flash(board: str | None, port: str | None, image: Path | None, package: Path | None) -> None:
    """Put MicroPython and the firmware on a board, and print how to join its setup network."""
    kinds = [BOARDS[board]] if board else list(BOARDS.values())
    address = find_port(port, kinds)
    kind = identify(address, kinds)
    print(f"{kind.title} on {address}")
    firmware = choose_package(kind, package)
    path = image_file(kind.image, image)
    write_micropython(address, kind, path)
    with wait_for_board(lambda: find_port(port, [kind])) as connection:
        check_micropython(connection)
        install(connection, firmware)
        password = ensure_setup_password(connection)
        connection.restart()
    print_setup_network(password)


def flash_image(
    board: str | None, port: str | None, image: Path, package: Path | None, files: Path | None = None
) -> None:
    """Replace the MicroPython of a board by the project's own image, and keep all files of the owner.

    The files are also stored on this computer, until the board has them again. `files` is the folder with these copies,
    of a run that failed after the flash was erased. ToolError if the board does not answer, because its files could
    then not be kept.
    """
    kinds = [kind for kind in BOARDS.values() if kind.name in romfs.BOARDS and board in (None, kind.name)]
    if not kinds:
        raise ToolError(f"there is no image with code in flash for the board {board}")
    if not image.is_file():
        raise ToolError(f"there is no file {image}")
    if files and not files.is_dir():
        raise ToolError(f"there is no folder {files}")
    address = find_port(port, kinds)
    kind = identify(address, kinds)
    check_image(image, kind)
    firmware = choose_package(kind, package, has_image=True)
    if files:
        copy, kept = files, {path.name: path.read_bytes() for path in files.iterdir() if path.is_file()}
    else:
        # Read the files just before the flash is erased, because the firmware has run until now.
        with wait_for_board(lambda: find_port(port, [kind])) as connection:
            kept = read_owners_files(connection)
        copy = store_copy(kept)
    print(f"If this fails, run it again with --files {copy}")
    print(f"{kind.title} on {address}: {len(kept)} files of the board are in {copy}")
    write_micropython(address, kind, image)
    with wait_for_board(lambda: find_port(port, [kind])) as connection:
        check_micropython(connection)
        if not slices.are_there(connection):
            raise ToolError(f"{image} is not an image with code in flash. The board's files are in {copy}")
        for name, content in kept.items():
            connection.write(name, content)
        install(connection, firmware)
        if any(connection.read(name) != content for name, content in kept.items()):
            raise ToolError(f"the board did not store all of its files. They are in {copy}")
        connection.restart()
    shutil.rmtree(copy)
    print("The board has its settings, passwords, keys and waiting quarters again")


def check_image(path: Path, kind: BoardType) -> None:
    """Raise ToolError if an image of MicroPython has no partition for the firmware's code."""
    table = path.read_bytes()[_TABLE - kind.offset :][:_TABLE_BYTES]
    for at in range(0, len(table) - _ROW.size + 1, _ROW.size):
        mark, _, _, _, size, name, _ = _ROW.unpack_from(table, at)
        if mark == _ROW_MARK and name.rstrip(b"\0") == b"romfs" and size == romfs.PARTITION:
            return
    raise ToolError(f"{path} is not an image with code in flash; nothing was changed")


def read_owners_files(connection: BoardConnection) -> dict[str, bytes]:
    """Return the files at the root of the board's flash, without those of the loader and of an update: {name: content}.

    They are the settings, secrets, keys, the Wi-Fi state, crash reports, and the quarters that wait for a card.
    """
    names = connection.evaluate("[entry[0] for entry in os.ilistdir() if entry[1] == 0x8000]")
    loader = {source.name for source in LOADER.glob("*.py")} | {"boot.py", "slot.txt"}
    kept = {}
    for name in names:
        if name not in loader and not name.endswith((".new", ".part", ".py", ".mpy")):
            content = connection.read(name)
            if content is None:
                raise ToolError(f"{name} of the board cannot be read; nothing was changed")
            kept[name] = content
    return kept


def store_copy(files: dict[str, bytes]) -> Path:
    """Store the files of a board on this computer, where only the user can read them. Return the folder."""
    KEPT.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="board-", dir=KEPT))
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def identify(port: str, kinds: list[BoardType]) -> BoardType:
    """Return the type of the board at this port, by the chip that esptool finds at the port.

    `kinds` are the possible types. ToolError if no possible type has this chip, or if no chip answers.
    """
    with readable_errors(port):
        import serial

        serial.serial_for_url(port, exclusive=True).close()
    done = subprocess.run(
        [*_ESPTOOL, "--port", port, "chip-id"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    found = re.search(r"ESP32(?:-\w+)?", done.stdout.partition("Detecting chip type")[2] or done.stdout)
    if done.returncode or not found:
        modes = "\n".join(f"  {kind.title}: {kind.upload_mode}" for kind in kinds)
        raise ToolError(
            f"the board on {port} does not answer. Bring it into upload mode and try again:\n{modes}"
        )
    chip = found.group().replace("-", "").lower()
    for kind in kinds:
        if kind.chip == chip:
            return kind
    titles = " or ".join(kind.title for kind in kinds)
    raise ToolError(f"the chip on {port} is an {found.group()}, not that of a {titles}")


def image_file(image: Image, given: Path | None) -> Path:
    """Return the path of a MicroPython image: `given` if the owner named a file, otherwise the board's standard image.

    The standard image is downloaded once, and then stored on this computer.
    """
    if given:
        if not given.is_file():
            raise ToolError(f"there is no file {given}")
        return given
    if image.sha256 is None:
        raise ToolError(f"download {image.url}\nand give its path: firmware flash --micropython FILE")
    path = _CACHE / image.name
    if not path.exists() or not _matches(image, path.read_bytes()):
        print(f"MicroPython: {image.url}")
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with urllib.request.urlopen(image.url, timeout=30) as reply:
                content = reply.read()
        except (urllib.error.URLError, TimeoutError) as error:
            raise ToolError(
                f"{image.url} cannot be downloaded ({error}): download it yourself and use --micropython FILE"
            ) from None
        if not _matches(image, content):
            raise ToolError(f"{image.url} is not the expected file; nothing was written")
        path.write_bytes(content)
    return path


def _matches(image: Image, content: bytes) -> bool:
    return hashlib.sha256(content).hexdigest() == image.sha256


def write_micropython(port: str, kind: BoardType, path: Path) -> None:
    """Erase the board's flash and write MicroPython. esptool prints the progress."""
    done = subprocess.run(
        [
            *(*_ESPTOOL, "--port", port, "--chip", kind.chip, "--baud", "460800"),
            *("write-flash", "--erase-all", hex(kind.offset), str(path)),
        ],
        check=False,
    )
    if done.returncode:
        raise ToolError(
            "MicroPython was not written, see above. Bring the board into upload mode and try again:\n"
            f"  {kind.upload_mode}"
        )


def ensure_setup_password(connection: BoardConnection) -> str:
    """Return the board's setup password.

    If the board has no setup password, store a random password. The board's other secrets stay unchanged.
    """
    stored = json.loads(connection.read("secrets.json") or b"{}")
    password = stored.get("setup_password") or "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    connection.write("secrets.json", board_json.encode({**stored, "setup_password": password}))
    return str(password)


def print_setup_network(password: str) -> None:
    """Print how to join the board's setup network: name, password and a QR code for a telephone."""
    print(
        f"\nThe board opens the Wi-Fi network {SETUP_NETWORK}, password {password}. Keep the password. To join, scan:\n"
    )
    segno.make_qr(f"WIFI:T:WPA;S:{SETUP_NETWORK};P:{password};;").terminal(compact=True)
    print("\nThe page that opens then asks for your own network. If no page opens, go to http://192.168.4.1")
