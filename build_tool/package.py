"""The update package: one version of the firmware for one board in one file, p1-monitor-VERSION-BOARD.p1.

First a manifest, then the bytes of its files in its order, raw. The manifest is JSON as a whole, and each of its lines
can be read alone, so that a board needs memory for one line only:

    {"format":"p1-monitor 1","version":"0.1.0","board":"t8_c3","mpy":6,"micropython":[1,25,0],"room":200704,"files":[
    ["board/clock.mpy",1234,"<SHA-256>"],
    ["web/server.mpy",5678,"<SHA-256>"]
    ]}

mpy: version of the bytecode. micropython: the oldest that runs it. room: bytes that the files take in the flash.
The same sources give the same package, byte for byte.
"""

import ast
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from build_tool.errors import ToolError

FORMAT = "p1-monitor 1"
MPY = 6
OLDEST_MICROPYTHON = (1, 25, 0)
"""The first whose machine.SDCard works on the ESP32-C3 and S2."""

_BLOCK = 4096  # of the flash: what a file takes is rounded up to it
_FOLDER = 2 * _BLOCK  # LittleFS keeps each folder in a pair of blocks


@dataclass(frozen=True)
class Package:
    """`files` holds the content of each by its name, a path with "/"."""

    version: str
    board: str
    files: Mapping[str, bytes]

    @property
    def file_name(self) -> str:
        return f"p1-monitor-{self.version}-{self.board}.p1"

    @property
    def room(self) -> int:
        """Bytes of flash that one of the two folders needs, at most."""
        folders = {name.rpartition("/")[0] for name in self.files}
        files = sum(-(-len(content) // _BLOCK) * _BLOCK for content in self.files.values())
        return files + (len(folders) + 1) * _FOLDER

    def manifest(self) -> bytes:
        head = {
            "format": FORMAT,
            "version": self.version,
            "board": self.board,
            "mpy": MPY,
            "micropython": OLDEST_MICROPYTHON,
            "room": self.room,
        }
        rows = [
            _json([name, len(content), hashlib.sha256(content).hexdigest()])
            for name, content in sorted(self.files.items())
        ]
        return (_json(head)[:-1] + ',"files":[\n' + ",\n".join(rows) + "\n]}\n").encode()

    def content(self) -> bytes:
        """The whole file."""
        return self.manifest() + b"".join(content for _, content in sorted(self.files.items()))


def read_folder(folder: Path) -> dict[str, bytes]:
    """All files below a folder, by their names in a package."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def read_package(path: Path) -> Package:
    """The package in a file, every hash of it checked. ToolError when it is none."""
    try:
        content = path.read_bytes()
        at = content.index(b"]}\n") + 3
        manifest = json.loads(content[:at])
        files = {}
        for name, size, digest in manifest["files"]:
            files[name] = content[at : at + size]
            at += size
            if hashlib.sha256(files[name]).hexdigest() != digest:
                raise ValueError
        package = Package(manifest["version"], manifest["board"], files)
        if manifest["format"] != FORMAT or package.content() != content:
            raise ValueError
    except OSError as error:
        raise ToolError(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise ToolError(f"{path} is no update package, or a damaged one") from None
    return package


def version(root: Path) -> str:
    """The version of the firmware below this folder, read without running it."""
    for statement in ast.parse((root / "firmware" / "version.py").read_text()).body:
        if isinstance(statement, ast.Assign):
            return str(ast.literal_eval(statement.value))
    raise ToolError("firmware/version.py holds no version")


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
