"""The project's own image of MicroPython (image/): its partitions, and that firmware and build agree with it."""

import re
from pathlib import Path

from benchmarks import romfs as benchmark
from build_tool import romfs
from build_tool.board_folder import ROOT, build, packed_image
from build_tool.package import read_package

IMAGE = ROOT / "image"
FLASH = 4 << 20
APP_ALIGNMENT = 0x10000  # ESP-IDF maps the code in pages of 64 KB
STOCK = {"nvs": 0x9000, "phy_init": 0xF000, "factory": 0x10000, "vfs": 0x200000}
LARGEST_APP = 1_636_624  # the stock image, which also has Bluetooth


def partitions() -> dict[str, tuple[str, int, int]]:
    """Return {name: (type, offset, size)} of the partition table."""
    rows = [line for line in (IMAGE / "partitions.csv").read_text().splitlines() if not line.startswith("#")]
    fields = [[field.strip() for field in row.split(",")] for row in rows]
    return {row[0]: (row[1], int(row[3], 16), int(row[4], 16)) for row in fields}


def constants(path: Path) -> dict[str, int]:
    """Return the constants of a module of the firmware: {name: value}."""
    found = re.findall(r"^(_\w+) = const\(([\d *]+)\)", path.read_text(), re.MULTILINE)
    return {name: eval(value) for name, value in found}


def test_partitions_follow_each_other_and_fit_in_the_flash() -> None:
    end = 0x9000  # before it are bootloader and partition table
    for name, (kind, offset, size) in partitions().items():
        assert offset == end, name
        assert offset % (APP_ALIGNMENT if kind == "app" else romfs.BLOCK) == 0, name
        assert size % romfs.BLOCK == 0, name
        end = offset + size
    assert end == FLASH


def test_partitions_begin_where_those_of_the_stock_image_do() -> None:
    assert {name: offset for name, (_, offset, _) in partitions().items() if name in STOCK} == STOCK
    assert partitions()["factory"][2] > LARGEST_APP


def test_slices_are_the_same_for_image_build_firmware_and_loader() -> None:
    assert partitions()["romfs"][2] == romfs.PARTITION == romfs.FIRST["b"] + romfs.SLICE
    firmware = constants(ROOT / "firmware/update/slice.py")
    assert firmware["_FIRST_A"] * firmware["_BLOCK"] == romfs.FIRST["a"] > 0
    assert firmware["_FIRST_B"] * firmware["_BLOCK"] == romfs.FIRST["b"]
    assert firmware["_SIZE"] == romfs.SLICE
    numbers = re.findall(r"0x\w+", romfs.MAIN.read_text())
    assert [int(number, 16) for number in numbers] == [romfs.FIRST["a"], romfs.FIRST["b"], romfs.SLICE]


def test_image_of_a_board_fits_in_a_slice() -> None:
    folder, path = build("t8_c3")
    package = packed_image("t8_c3", folder)
    assert list(package.files) == [romfs.NAME]
    assert len(package.files[romfs.NAME]) <= romfs.SLICE
    assert package.architecture == "rv32imc"
    assert package.file_name == path.name.replace(".p1", "-romfs.p1")


def test_package_with_an_image_is_read_back(tmp_path: Path) -> None:
    package = packed_image("t8_c3", build("t8_c3")[0])
    path = tmp_path / package.file_name
    path.write_bytes(package.content())
    assert read_package(path) == package
    head = package.manifest().splitlines()[0]
    assert b'"format":"p1-monitor 2","kind":"romfs","arch":"rv32imc"' in head


def test_first_area_is_that_of_the_benchmark() -> None:
    header = (IMAGE / "P1_C3/mpconfigboard.h").read_text()
    found = re.search(r"MICROPY_GC_INITIAL_HEAP_SIZE \((\d+) \* 1024\)", header)
    assert found
    assert int(found[1]) * 1024 == benchmark.AREA


def test_lwip_keeps_what_pacing_and_the_connections_need() -> None:
    settings = (IMAGE / "P1_C3/sdkconfig.board").read_text()
    for name in ("LWIP_TCP_SND_BUF_DEFAULT", "LWIP_MAX_SOCKETS", "LWIP_MAX_ACTIVE_TCP"):
        assert f"CONFIG_{name}" not in settings
