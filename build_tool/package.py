"""The update package: one version of the firmware for one board in one file, p1-monitor-VERSION-BOARD.p1.

A manifest comes first, then the raw bytes of its files in the same order. The manifest is one JSON document, but each
of its lines can be read alone, so that a board needs memory for one line only:

    {"format":"p1-monitor 1","version":"0.1.0","board":"t8_c3","mpy":6,"micropython":[1,25,0],"room":520192,"files":[
    ["AUTO.mpy",1357,"<SHA-256>"],
    ["page/index.html.gz",56789,"<SHA-256>"]
    ]}

mpy: version of the bytecode. micropython: oldest version that runs it. room: bytes of flash that the files take.
Modules have the short names that the build gives them.
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
"""First version whose machine.SDCard works on the ESP32-C3 and S2."""

_BLOCK = 4096  # of the flash; a file takes whole blocks
_FOLDER = 2 * _BLOCK  # LittleFS keeps each folder in a pair of blocks


@dataclass(frozen=True)
class Package:
    """An update package. `files` maps names, which are paths with "/", to contents."""

    version: str
    board: str
    files: Mapping[str, bytes]

    @property
    def file_name(self) -> str:
        """The name of its file."""
        return f"p1-monitor-{self.version}-{self.board}.p1"

    @property
    def room(self) -> int:
        """The most bytes of flash that a slot with this package takes."""
        folders = {name.rpartition("/")[0] for name in self.files}
        files = sum(-(-len(content) // _BLOCK) * _BLOCK for content in self.files.values())
        return files + (len(folders) + 1) * _FOLDER

    def manifest(self) -> bytes:
        """Return the manifest, with which the file begins."""
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
        """Return the whole file."""
        return self.manifest() + b"".join(content for _, content in sorted(self.files.items()))


def read_folder(folder: Path) -> dict[str, bytes]:
    """Return the contents of all files below a folder, by their names in a package."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def read_package(path: Path) -> Package:
    """Return the package in a file, after a check of every hash. ToolError if the file is not a whole package."""
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
        raise ToolError(f"{path} is not an update package, or is damaged") from None
    return package


def version(root: Path) -> str:
    """Return the version of the firmware below this folder, without running it."""
    for statement in ast.parse((root / "firmware" / "version.py").read_text()).body:
        if isinstance(statement, ast.Assign):
            return str(ast.literal_eval(statement.value))
    raise ToolError("firmware/version.py contains no version")


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
