"""The keys of the releases come with a version, and change only by a version that one of them has signed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from build_tool.package import Package
from build_tool.signatures import KEYS_FILE
from simulator import package_keys as keys
from tests.device.update.conftest import tiny_firmware

OLD, NEW = keys.key_id("release"), keys.key_id("next")


def package(name: str, *of: str, build: int = 9) -> Package:
    """A package that brings these keys."""
    files = tiny_firmware(name, {KEYS_FILE: b"".join(map(keys.modulus, of))} if of else {}).files
    return Package(name, "t8_c3", files, build=build, floor=7)


@pytest.fixture
def seen(on_board: Callable[..., Any], tmp_path: Path) -> dict[str, Any]:
    packages = {
        "old": tiny_firmware("old"),
        "rotation": keys.signed(package("rotation", "next")),
        "foreign": keys.signed(package("foreign", "foreign"), "foreign"),
        "unsigned": package("unsigned", "next"),
        "before": keys.signed(package("before", "release", "kept")),
        "after": keys.signed(package("after", "kept", "next", build=10), "kept"),
        "without keys": keys.signed(package("without keys")),
    }
    paths = {name: str(tmp_path / f"{number}.p1") for number, name in enumerate(packages)}
    for name, path in paths.items():
        Path(path).write_bytes(packages[name].content())
    (tmp_path / "packages.json").write_text(json.dumps(paths))
    return dict(on_board("keys.py", tmp_path / "packages.json"))


def test_keys_and_floor_follow_a_confirmed_and_signed_version_alone(seen: dict[str, Any]) -> None:
    assert seen["first keys"] == [[keys.key_id("foreign")], 7]
    assert seen["rotation"] == [[NEW], 9]
    assert seen["failed trial"] == [[OLD], 0]
    assert seen["foreign"] == [[OLD], 0]
    assert seen["unsigned"] == [[OLD], 0]
    assert seen["without keys"] == [[OLD], 7]


def test_next_start_heals_a_cut_between_confirmation_and_keys(seen: dict[str, Any]) -> None:
    cuts, found = seen["cuts"]
    assert cuts > 10
    assert found == [[[NEW], 9]] * cuts


def test_version_before_a_rotation_does_not_bring_a_key_back(seen: dict[str, Any]) -> None:
    assert seen["gone back"] == [[keys.key_id("kept"), NEW], 10]
