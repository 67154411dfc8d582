"""The firmware packages inside a release of this integration. A clone of the sources has no packages.

The module does not depend on Home Assistant. build_tool/package.py defines the format of a package. The module does not
check the files in a package, because the board checks each file (firmware/update/receive.py).
"""

import json
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "firmware"
_FORMAT = "p1-monitor 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmwarePackage:
    """An update package: one version of the firmware for one kind of board."""

    version: str
    board: str
    path: Path


def bundled_packages(folder: Path = FOLDER) -> dict[str, FirmwarePackage]:
    """Return the packages in a folder as {board: package}.

    Files that are not packages of the format 'p1-monitor 1' are ignored.
    The function reads the disk and therefore blocks.
    """
    found = (_package(path) for path in sorted(folder.glob("*.p1")))
    return {package.board: package for package in found if package}


def _package(path: Path) -> FirmwarePackage | None:
    with path.open("rb") as file:
        line = file.readline(1024)
    try:
        head = json.loads(line + b"]}")
        if head["format"] != _FORMAT:
            return None
        return FirmwarePackage(version=str(head["version"]), board=str(head["board"]), path=path)
    except ValueError, KeyError, TypeError:
        return None
