"""A board that runs its code in the flash: start, update, power cuts, ways back, and what it refuses.

The board is the 32-bit MicroPython with a file as the partition `romfs` (scripts/tools/micropython/like_esp32/romfs.c).
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from build_tool import bytecode, romfs
from build_tool.board_folder import build as build_board
from build_tool.package import Package, read_folder
from build_tool.page import build as build_page
from simulator import package_keys, romfs_flash
from simulator.interpreters import MICROPYTHON32, is_like_board
from simulator.p1_port import P1Port
from simulator.telegram_source import simulated_meter
from tests.device.update.conftest import tiny_firmware
from tests.device.update.two_slots import Device, newer, set_password, until

pytestmark = pytest.mark.skipif(
    not MICROPYTHON32.exists() or not is_like_board(MICROPYTHON32),
    reason="only the 32-bit MicroPython of scripts/setup has the partition",
)


def of_image(package: Package, architecture: str = romfs_flash.ARCHITECTURE) -> Package:
    """The package with one image of these files, signed by the key "release"."""
    image = romfs.image(package.files)
    files = {romfs.NAME: image}
    return package_keys.signed(replace(package, files=files, architecture=architecture, signatures=b""))


@pytest.fixture
def partition(tmp_path: Path) -> dict[str, str]:
    """The environment of a board with an empty partition."""
    (tmp_path / "romfs.bin").write_bytes(romfs.partition({}))
    return {"ROMFS": str(tmp_path / "romfs.bin")}


@pytest.fixture
def images(tmp_path: Path) -> tuple[Path, Path]:
    """The packages "old" and "new", of eight blocks. Only the new one has the module `fresh`."""
    only_new = b"import fresh\n"
    never = b"try:\n import fresh\n raise ValueError('code of the other slice')\nexcept ImportError:\n pass\n"
    old, new = tiny_firmware("old"), tiny_firmware("new", {"fresh.py": b""})
    packages = []
    for package, more in ((old, never), (new, only_new)):
        files = {
            **package.files,
            "main.py": more + package.files["main.py"],
            "page/large.gz": package.version.encode() * 7000,
        }
        path = tmp_path / f"{package.version}.p1"
        path.write_bytes(of_image(replace(package, files=files)).content())
        packages.append(path)
    return packages[0], packages[1]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("on_board", ["micropython32"], indirect=True)
@pytest.mark.parametrize("how", ["stop", "tear", "drop"])
def test_every_cut_leaves_a_board_that_starts(
    on_board: Callable[..., Any],
    images: tuple[Path, Path],
    partition: dict[str, str],
    how: str,
    record_property: Callable[[str, object], None],
) -> None:
    seen = on_board("power_cuts.py", *images, how, heap="48m", **partition)

    acts = [seen[act] for act in ("update", "confirmation", "counting")]
    record_property("romfs.update_cuts_tried", sum(act["writes"] for act in acts))
    record_property("romfs.update_cuts_lost", sum(len(act["wrong"]) for act in acts))
    assert [act["wrong"] for act in acts] == [[], [], []]
    assert seen["update"]["writes"] > 40
    assert set(seen["update"]["first"]) == {"old", "new"}
    assert set(seen["confirmation"]["last"]) == {"old", "new"}


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return read_folder(build_board("host")[0])


@pytest.fixture
def flash(tmp_path: Path) -> Path:
    """A flash whose owner has set the device's password."""
    flash = tmp_path / "flash"
    flash.mkdir()
    set_password(flash)
    package_keys.put_on(flash)
    return flash


@pytest.fixture
def line() -> Iterator[P1Port]:
    with P1Port(simulated_meter(start=1_700_000_000)) as line:
        yield line


def board_of(flash: Path, line: P1Port, files: dict[str, bytes]) -> Device:
    """A board that runs these files from slice a, with 96 KB for Python."""
    environment = romfs_flash.lay_out(flash, files)
    loader = flash / "slot.py"
    loader.write_text(loader.read_text().replace("const(10)", "const(0)"))  # nobody comes with a cable
    return Device(flash, line, None, small=True, heapsize=str(2 * 96 * 1024), environment=environment)


def slice_of(flash: Path, slot: str, size: int) -> bytes:
    return (flash / romfs_flash.PARTITION).read_bytes()[romfs.FIRST[slot] :][:size]


def test_whole_update_over_http(flash: Path, line: P1Port, files: dict[str, bytes], tmp_path: Path) -> None:
    package = of_image(newer(files, "9.9.9", tmp_path))
    device = board_of(flash, line, files)
    running = slice_of(flash, "a", romfs.SLICE)
    with device.board as board:
        until(lambda: device.status()["p1"]["telegrams"] >= 2)
        assert device.status()["update"]["kind"] == "romfs"
        page = device.ask("/update")[1]
        assert page == build_page("update.html")[0]
        device.sign_in()
        telegrams = device.status()["p1"]["telegrams"]

        status, reply = device.send_slowly(package.content(), lambda: None)

        assert (status, json.loads(reply)) == (200, {"version": "9.9.9"})
        with suppress(OSError):  # it may have begun to restart
            ends = device.status()["p1"]
            assert ends["telegrams"] >= telegrams + 2
            assert ends["crc_errors"] == 0
        until(lambda: board.restarts == 1)
        until(lambda: device.slot() == "b ok")
        assert device.status()["firmware"] == "9.9.9"
        assert not [text for text in list(board.lines) if "MemoryError" in text]
    image = package.files[romfs.NAME]
    assert slice_of(flash, "b", len(image)) == image
    assert slice_of(flash, "a", romfs.SLICE) == running
    assert (flash / romfs_flash.PARTITION).read_bytes()[: romfs.BLOCK] == b"\xff" * romfs.BLOCK
    assert sorted(path.name for path in (flash / "b").iterdir()) == ["manifest.json", "signatures"]


def test_version_that_does_not_come_up_gives_its_place_back(
    flash: Path, line: P1Port, files: dict[str, bytes], tmp_path: Path
) -> None:
    broken = newer(files, "9.9.9", tmp_path, **{bytecode.on_board("supervisor").name: b"no bytecode"})
    device = board_of(flash, line, files)
    with device.board as board:
        device.sign_in()
        assert device.ask("/api/update", of_image(broken).content())[0] == 200
        until(lambda: board.restarts == 2)
        until(lambda: sum(text.startswith("ready ") for text in list(board.lines)) == 2)
        assert device.status()["firmware"] != "9.9.9"
        assert "b failed: ValueError" in device.status()["update"]["error"]
        assert device.slot().startswith("a ok")


def test_what_is_refused_leaves_the_device_as_it_was(
    flash: Path, line: P1Port, files: dict[str, bytes], tmp_path: Path
) -> None:
    package = newer(files, "9.9.9", tmp_path)
    good = of_image(package)
    image = good.files[romfs.NAME]
    other = replace(good, files={**good.files, "main.py": b"1"})
    large = replace(good, files={romfs.NAME: image + os.urandom(romfs.SLICE)})
    device = board_of(flash, line, files)
    with device.board as board:
        device.sign_in()
        for content, why in (
            (package.content(), "needs the package with romfs in its name"),
            (of_image(package, "rv32imc").content(), "for another chip (rv32imc)"),
            (package_keys.signed(other).content(), "not an update package"),
            (package_keys.signed(large).content(), "does not fit"),
            (good.content()[:-9], "it is incomplete"),
            (good.content()[:-9] + b"123456789", "damaged in firmware.romfs"),
        ):
            status, reply = device.ask("/api/update", content)
            assert (status, why in reply.decode()) == (400, True), reply
        assert (board.restarts, device.slot()) == (0, "a ok")
        # A header would make the damaged image one that can be mounted.
        assert slice_of(flash, "b", 3) != image[:3]
        assert device.ask("/api/update", good.content())[0] == 200
        until(lambda: device.slot() == "b ok")


def test_board_with_folders_refuses_an_image(
    flash: Path, line: P1Port, files: dict[str, bytes], tmp_path: Path
) -> None:
    device = Device(flash, line, files)
    with device.board:
        device.sign_in()
        status, reply = device.ask("/api/update", of_image(newer(files, "9.9.9", tmp_path)).content())
        assert (status, b"run their code in the flash" in reply) == (400, True)


def test_damaged_slice_gives_way_to_the_other(
    flash: Path, line: P1Port, files: dict[str, bytes], tmp_path: Path
) -> None:
    device = board_of(flash, line, files)
    path = flash / romfs_flash.PARTITION
    path.write_bytes(romfs.partition({"b": romfs.image(files)}))
    (flash / "b").mkdir()
    (flash / "b/manifest.json").write_bytes((flash / "a/manifest.json").read_bytes())
    with device.board as board:
        assert any("a failed: OSError" in text for text in list(board.lines))
        until(lambda: device.slot() == "b ok")


def test_image_is_the_same_for_the_same_files(files: dict[str, bytes]) -> None:
    again = dict(reversed(list(files.items())))
    assert romfs.image(files) == romfs.image(again)
    assert len(romfs.image(files)) < romfs.SLICE
