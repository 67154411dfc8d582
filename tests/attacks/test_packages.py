"""A token is not code: a package that no key of the board has signed, or an older one, runs only after BOOT.

tests/device/update/test_refusals.py has the packages that are refused in any case.
"""

import hashlib
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from build_tool import signatures
from build_tool.board_folder import ROOT, build as build_board
from build_tool.package import Package, read_folder, release_number
from simulator import package_keys as keys
from simulator.p1_port import P1Port
from simulator.telegram_source import simulated_meter
from tests.attacks.conftest import Recorded
from tests.device.update.two_slots import Device, newer, set_password, until

FAST, PRESSED = 240, 10
"""Speeds at which the two minutes of a wait for BOOT are half a second, and at which presses are counted right."""


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return read_folder(build_board("host")[0])


@pytest.fixture
def device(tmp_path: Path, files: dict[str, bytes], request: pytest.FixtureRequest) -> Iterator[Device]:
    """A board at a speed, whose flash has the key "release", with an owner who has signed in."""
    speed = request.param
    flash = tmp_path / "flash"
    flash.mkdir()
    set_password(flash)
    (flash / "floor.txt").write_bytes(b"2")
    environment = {"P1_BUTTON": str(tmp_path / "button")}
    with P1Port(simulated_meter(start=1_700_000_000), speed=speed, every_s=5) as line:
        device = Device(flash, line, files, speed=speed, environment=environment)
        with device.board:
            until(lambda: device.status()["p1"]["telegrams"] >= 1)
            device.sign_in()
            yield device


@pytest.fixture
def package(files: dict[str, bytes], tmp_path: Path) -> Package:
    """A package of a higher build number, not signed yet."""
    newest = newer(files, "9.9.9", tmp_path)
    return Package(newest.version, newest.board, newest.files, 9)


def with_build(package: Package, build: int) -> Package:
    return Package(package.version, package.board, package.files, build)


def package_of(kind: str, package: Package) -> Package:
    return package if kind == "unsigned" else keys.signed(with_build(package, 1))


def swapped(package: Package) -> bytes:
    """The right signatures of another manifest."""
    other = keys.signed(Package("9.9.8", package.board, package.files, package.build))
    return package.signed(other.signatures).content()


def with_owners_id(package: Package) -> bytes:
    """A signature by a foreign key under the id of the board's key."""
    foreign = signatures.split(keys.signed(package, "foreign").signatures)
    return package.signed(
        signatures.join({keys.key_id("release"): foreign[keys.key_id("foreign")]})
    ).content()


@pytest.mark.parametrize("device", [FAST], indirect=True)
def test_only_a_signed_and_newer_package_is_installed_without_boot(
    device: Device, package: Package, record_property: Recorded
) -> None:
    refused = ran = 0
    for content, fault in (
        (package.content(), "not signed"),
        (keys.signed(package, "foreign").content(), "not signed by a key of this board"),
        (swapped(package), "not signed by a key of this board"),
        (with_owners_id(package), "not signed by a key of this board"),
        (package.signed(bytes(392)).content(), "not signed by a key of this board"),
        (package.signed(keys.signed(package).signatures[:-1]).content(), "not signed by a key of this board"),
        (keys.signed(with_build(package, 1)).content(), "older"),
    ):
        before = read_folder(device.flash / "b") if (device.flash / "b").exists() else {}
        status, why = device.ask("/api/update", content)
        assert (status, why.decode()) == (403, f"This package is {fault}: send it again, and press BOOT")
        assert device.slot() == "a ok"
        assert before == (read_folder(device.flash / "b") if (device.flash / "b").exists() else {})
        refused += 1
        ran += device.status()["firmware"] == package.version
    assert device.status()["access"]["asks"] == []
    assert device.ask("/api/update", keys.signed(package).content())[0] == 200
    until(lambda: device.slot() == "b ok")
    record_property("security.packages_refused", refused)
    record_property("security.unsigned_ran", ran)
    assert ran == 0


@pytest.mark.parametrize("device", [PRESSED], indirect=True)
@pytest.mark.parametrize("kind", ["unsigned", "older"])
def test_boot_allows_what_the_page_names(device: Device, package: Package, kind: str, tmp_path: Path) -> None:
    content = package_of(kind, package).content()
    replies: list[tuple[int, bytes]] = []
    sender = threading.Thread(target=lambda: replies.append(device.ask("/api/update", content)))
    sender.start()
    until(lambda: device.status()["update"]["waiting"])
    waiting = device.status()["update"]["waiting"]
    assert waiting["digest"] == hashlib.sha256(package_of(kind, package).signed_part()).hexdigest()[:16]
    (ask,) = device.status()["access"]["asks"]
    assert (ask["name"], ask["kind"]) == (
        f"firmware 9.9.9 from 127.0.0.1 ({'not signed' if kind == 'unsigned' else 'older'})",
        "update",
    )
    assert device.ask("/api/update", content)[0] in (409, 503)  # one update at a time

    while sender.is_alive():  # a busy computer may miss a press
        device.press(tmp_path / "button", ask["presses"])

    assert [(status, json.loads(body)) for status, body in replies] == [(200, {"version": "9.9.9"})]
    until(lambda: device.slot() == "b ok")
    assert device.status()["update"]["build"] == release_number(ROOT, "BUILD")
