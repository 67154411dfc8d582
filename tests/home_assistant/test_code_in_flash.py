"""A board that runs its code in the flash gets the package with an image, and no other board does."""

from pathlib import Path

import pytest

from build_tool import romfs
from build_tool.package import Package
from custom_components.p1_monitor.api.models import Update
from custom_components.p1_monitor.firmware_packages import bundled_packages

FILES = {"main.mpy": b"M\x06"}
OF_FILES = Package("9.9.9", "t8_c3", FILES, build=7)
OF_IMAGE = Package("9.9.9", "t8_c3", {romfs.NAME: romfs.image(FILES)}, build=7, architecture="rv32imc")


@pytest.mark.parametrize(("kind", "package"), [({}, OF_FILES), ({"kind": "romfs"}, OF_IMAGE)])
def test_board_finds_the_package_of_its_kind(kind: dict[str, str], package: Package, tmp_path: Path) -> None:
    for one in (OF_FILES, OF_IMAGE):
        (tmp_path / one.file_name).write_bytes(one.content())
    found = bundled_packages(tmp_path)
    assert set(found) == {"t8_c3", "t8_c3-romfs"}

    update = Update.from_json({"state": "idle", "board": "t8_c3", **kind})

    assert update.board is not None
    assert found[update.board].path.name == package.file_name


def test_package_of_a_kind_to_come_is_ignored(tmp_path: Path) -> None:
    content = OF_IMAGE.content().replace(b'"kind":"romfs"', b'"kind":"other"')
    (tmp_path / "other.p1").write_bytes(content)
    assert bundled_packages(tmp_path) == {}
