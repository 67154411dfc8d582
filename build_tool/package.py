"""Update package: one version of the firmware for one board, in the file p1-monitor-VERSION-BOARD.p1.

The file begins with a manifest. The raw bytes of all files follow, in the order of the manifest. The manifest is one
JSON document, but each of its lines can be read alone, so that a board needs memory for one line only:

    {"format":"p1-monitor 1","version":"0.2.0","build":2,"floor":0,"board":"t8_c3","mpy":6,…,"files":[
    ["signatures",392,"<SHA-256>"],
    ["AUTO.mpy",1357,"<SHA-256>"],
    ["page/index.html.gz",56789,"<SHA-256>"]
    ]}

    build        number of the release. A board needs BOOT to install a lower build than it runs
    floor        a board that has run this package needs BOOT to install a lower build than this number, for ever
    mpy          version of the bytecode
    micropython  oldest version of MicroPython that runs the bytecode, such as [1,25,0]
    room         bytes of flash that the files need

A board that runs its code in the flash takes another package: its head has the format "p1-monitor 2", "kind":"romfs"
and "arch" (the chip's architecture), and its only file is the image firmware.romfs (build_tool/romfs.py).

A signed package has the file `signatures`, always as its first file (build_tool/signatures.py). The signatures are of
the manifest without the line of this file. Therefore version 0.1.0, which knows no signatures, takes the package too.

Modules have the short names that the build gives them. Equal sources give equal packages, byte for byte.
"""

import ast
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from build_tool.errors import ToolError

FORMAT = "p1-monitor 1"
FORMAT_OF_IMAGE = "p1-monitor 2"
SIGNATURES = "signatures"
"""Name of the file with the signatures."""
MPY = 6
OLDEST_MICROPYTHON = (1, 25, 0)
"""First version whose machine.SDCard works on the ESP32-C3 and S2."""

_BLOCK = 4096  # bytes of a flash block; each file uses whole blocks
_FOLDER = 2 * _BLOCK  # bytes of a folder; LittleFS stores each folder in two blocks


@dataclass(frozen=True)
class Package:
    """Update package. `files` maps the name of each file, a path with "/", to the content of the file.

    signatures: content of the file `signatures`, b"" if the package is not signed.
    architecture: the chip's architecture if the only file is an image, else "".
    """

    version: str
    board: str
    files: Mapping[str, bytes]
    build: int = 0
    floor: int = 0
    signatures: bytes = b""
    architecture: str = ""

    @property
    def target(self) -> str:
        """Name of the board, with "-romfs" for a board that runs its code in the flash."""
        return self.board + ("-romfs" if self.architecture else "")

    @property
    def file_name(self) -> str:
        """File name of the package."""
        return f"p1-monitor-{self.version}-{self.target}.p1"

    @property
    def room(self) -> int:
        """Maximum number of bytes of flash that a slot with this package and its signatures needs.

        An image is not in the filesystem, but in a partition of its own.
        """
        if self.architecture:
            return 2 * _BLOCK + _FOLDER  # manifest, signatures
        folders = {name.rpartition("/")[0] for name in self.files}
        files = sum(-(-len(content) // _BLOCK) * _BLOCK for content in self.files.values())
        return files + _BLOCK + (len(folders) + 1) * _FOLDER

    def signed(self, signatures: bytes) -> "Package":
        """Return the same package with these signatures."""
        return replace(self, signatures=signatures)

    def manifest(self) -> bytes:
        """Return the manifest, the first part of the package file."""
        return self._manifest({SIGNATURES: self.signatures} if self.signatures else {})

    def signed_part(self) -> bytes:
        """Return the bytes that are signed: the manifest without the line of the file `signatures`."""
        return self._manifest({})

    def _manifest(self, first: Mapping[str, bytes]) -> bytes:
        head = {
            "format": FORMAT_OF_IMAGE if self.architecture else FORMAT,
            **({"kind": "romfs", "arch": self.architecture} if self.architecture else {}),
            "version": self.version,
            "build": self.build,
            "floor": self.floor,
            "board": self.board,
            "mpy": MPY,
            "micropython": OLDEST_MICROPYTHON,
            "room": self.room,
        }
        rows = [
            _json([name, len(content), hashlib.sha256(content).hexdigest()])
            for name, content in [*first.items(), *sorted(self.files.items())]
        ]
        return (_json(head)[:-1] + ',"files":[\n' + ",\n".join(rows) + "\n]}\n").encode()

    def content(self) -> bytes:
        """Return the content of the package file."""
        files = b"".join(content for _, content in sorted(self.files.items()))
        return self.manifest() + self.signatures + files


def read_folder(folder: Path) -> dict[str, bytes]:
    """Return the files below a folder: {name in a package: content}."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def read_package(path: Path) -> Package:
    """Read an update package and check the hash of each file. ToolError if the package is damaged or incomplete."""
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
        signatures = files.pop(SIGNATURES, b"")
        architecture = manifest.get("arch", "")
        formats = (FORMAT_OF_IMAGE, "romfs") if architecture else (FORMAT, None)
        if (manifest["format"], manifest.get("kind")) != formats or at != len(content):
            raise ValueError
        # Packages of version 0.1.0 have no build number.
        package = Package(
            manifest["version"],
            manifest["board"],
            files,
            manifest.get("build", 0),
            manifest.get("floor", 0),
            signatures,
            architecture,
        )
    except OSError as error:
        raise ToolError(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise ToolError(f"{path} is not an update package, or is damaged") from None
    return package


def version(root: Path) -> str:
    """Return VERSION in firmware/version.py below the folder `root`."""
    return str(ast.literal_eval(_assigned(root, "VERSION")))


def release_number(root: Path, name: str) -> int:
    """Return BUILD or FLOOR in firmware/version.py below the folder `root`."""
    match _assigned(root, name):
        case ast.Call(args=[ast.Constant(value=int(value))]):
            return value
    raise ToolError(f"{name} in firmware/version.py is not a number")


def _assigned(root: Path, name: str) -> ast.expr:
    """Return the value of a name in firmware/version.py. The file is parsed and not run."""
    for statement in ast.parse((root / "firmware" / "version.py").read_text()).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=found)], value=value) if found == name:
                return value
    raise ToolError(f"firmware/version.py does not define {name}")


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
