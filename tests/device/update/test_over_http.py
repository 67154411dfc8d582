"""The firmware that runs takes its update over HTTP, restarts into it, and goes on reading the meter meanwhile."""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from build_tool import bytecode
from build_tool.board_folder import ROOT, build as build_board
from build_tool.package import SIGNATURES, Package, read_folder, release_number
from build_tool.page import build as build_page
from simulator import package_keys as keys
from simulator.interpreters import MICROPYTHON32, NO_MICROPYTHON32
from simulator.p1_port import P1Port
from simulator.telegram_source import simulated_meter
from tests.device.update.two_slots import Device, newer, set_password, until

KNOWN = {"waiting": None, "keys": [keys.key_id()], "build": release_number(ROOT, "BUILD"), "floor": 0}


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return read_folder(build_board("host")[0])


@pytest.fixture
def with_password(tmp_path: Path) -> Path:
    """A flash whose owner has set the device's password."""
    flash = tmp_path / "flash"
    flash.mkdir()
    set_password(flash)
    return flash


@pytest.fixture
def line() -> Iterator[P1Port]:
    with P1Port(simulated_meter(start=1_700_000_000)) as line:
        yield line


def test_whole_update_with_the_meter_read_on(
    with_password: Path, line: P1Port, files: dict[str, bytes], tmp_path: Path
) -> None:
    package = newer(files, "9.9.9", tmp_path, **{"page/large.gz": os.urandom(200_000)})
    device = Device(with_password, line, files)
    with device.board as board:
        until(lambda: device.status()["p1"]["telegrams"] >= 2)
        page = device.ask("/update")[1]
        device.sign_in()
        before = device.status()

        seen: list[Any] = []
        status, reply = device.send_slowly(package.content(), lambda: seen.append(device.status()))

        assert (status, json.loads(reply)) == (200, {"version": "9.9.9"})
        assert [state["update"]["state"] for state in seen] == ["receiving"] * len(seen)
        percents = [state["update"]["percent"] for state in seen]
        assert percents == sorted(percents)
        assert percents[0] < 30
        assert percents[-1] > 70
        assert seen[-1]["p1"]["telegrams"] >= before["p1"]["telegrams"] + 2
        with suppress(OSError):  # it may have begun to restart
            ends = device.status()
            assert ends["update"] == {
                "state": "restarting",
                "percent": 100,
                "error": None,
                "board": "host",
                **KNOWN,
            }
            assert ends["p1"]["crc_errors"] == 0
        until(lambda: board.restarts == 1)
        until(lambda: device.slot() == "b ok")  # HTTP listens and a telegram was read

        assert device.status()["firmware"] == "9.9.9"
        idle = {"state": "idle", "percent": None, "error": None, "board": "host"}
        assert device.status()["update"] == {**idle, **KNOWN}
        assert read_folder(with_password / "b") == {
            **package.files,
            SIGNATURES: package.signatures,
            "manifest.json": package.manifest(),
        }
        assert page == build_page("update.html")[0]

    device.board.stop()
    with device.board:
        assert device.status()["firmware"] == "9.9.9"


def test_what_is_refused_leaves_the_device_as_it_was(
    with_password: Path, line: P1Port, files: dict[str, bytes], tmp_path: Path
) -> None:
    package = newer(files, "9.9.9", tmp_path)
    good = package.content()
    device = Device(with_password, line, files)
    with device.board as board:
        assert device.ask("/api/update", good)[0] == 401
        device.sign_in()
        foreign = Package("9.9.9", "t8_c3", package.files).content()
        for content, status, why in (
            (foreign, 400, "This package is for the board t8_c3; this one is host"),
            (good[:-9], 400, "it is incomplete"),
            (good[:-9] + b"123456789", 400, f"damaged in {max(package.files)}"),
            (os.urandom(300_000), 400, "not an update package"),
            (bytes((1 << 20) + 1), 413, "at most"),
            (b"", 411, "Request body required"),
        ):
            answer = device.ask("/api/update", content)
            assert (answer[0], why in answer[1].decode()) == (status, True), answer
        assert device.status()["update"]["state"] == "failed"
        assert (board.restarts, device.slot()) == (0, "a ok")
        assert device.ask("/api/update", good)[0] == 200
        until(lambda: board.restarts == 1)


def test_version_that_does_not_come_up_gives_its_place_back(
    with_password: Path, line: P1Port, files: dict[str, bytes], tmp_path: Path
) -> None:
    broken = newer(files, "9.9.9", tmp_path, **{bytecode.on_board("supervisor").name: b"no bytecode"})
    device = Device(with_password, line, files)
    loader = with_password / "slot.py"
    loader.write_text(loader.read_text().replace("const(10)", "const(0)"))  # nobody comes with a cable
    with device.board as board:
        device.sign_in()
        assert device.ask("/api/update", broken.content())[0] == 200
        until(lambda: board.restarts == 2)
        until(lambda: sum(text.startswith("ready ") for text in list(board.lines)) == 2)
        assert device.status()["firmware"] != "9.9.9"
        assert "b failed: ValueError" in device.status()["update"]["error"]
        assert device.slot().startswith("a ok")


def test_update_needs_little_memory(
    with_password: Path, line: P1Port, files: dict[str, bytes], tmp_path: Path
) -> None:
    """The largest package needs no more of it than a small one."""
    if not MICROPYTHON32.exists():
        pytest.skip(NO_MICROPYTHON32)
    package = newer(files, "9.9.9", tmp_path, **{"page/large.gz": os.urandom(800_000)})
    device = Device(with_password, line, files, small=True, heapsize="128k")
    with device.board as board:
        until(lambda: any("Started up @" in text for text in list(board.lines)))  # a telegram was read
        device.sign_in()
        assert device.ask("/api/update", package.content())[0] == 200
        until(lambda: device.slot() == "b ok")
        assert not [text for text in list(board.lines) if "MemoryError" in text]
