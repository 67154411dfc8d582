"""A version that does not come up gives its place back, and one that does keeps it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.device.update.conftest import tiny_firmware


@pytest.fixture
def said(on_board: Callable[..., Any], packages: tuple[Path, Path], tmp_path: Path) -> dict[str, Any]:
    failing = tmp_path / "failing.p1"
    failing.write_bytes(tiny_firmware("new", {"main.py": b"import record, nowhere\n"}).content())
    return dict(on_board("ways_back.py", *packages, failing))


def test_ways_back(said: dict[str, Any]) -> None:
    old, new, failed = ["old"], ["new"], ["restart"]
    expected = {
        "never confirmed": [new, new, new, old, old],
        "never confirmed, told": "b was started 3 times and was never well",
        "failing import": [failed, old, old],
        "failing import, told": "b failed: ImportError(\"no module named 'nowhere'\",)",
        "telegram": ["b ok", "idle", 0],
        "telegram, later": [new, new, new, new, new],
        "no Wi-Fi": ["b 1", "trial", 1],
        "no HTTP": ["b 1", "trial", 1],
        "no meter, 10 minutes": ["b 1", "trial", 1],
        "no meter, longer": ["b ok", "idle", 0],
        "the only one fails": [failed, failed],
        "a good one breaks": [failed, old, old],
        "no slot.txt": old,
        "slot.txt of nobody": old,
        "empty slot.txt": old,
        "nothing there": [],
        "update while on trial": [
            409,
            "This version is still on trial: try again in a few minutes",
        ],
        "not by the loader": [409, "This firmware was not started by its loader: update it with the cable"],
    }
    for case, outcome in expected.items():
        assert said[case] == outcome, case
    assert set(said) == set(expected)
