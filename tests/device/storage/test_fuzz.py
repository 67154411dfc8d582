"""Spoilt telegrams raise nothing, are not believed, leave nothing behind, and hide no good one that follows.

The suite feeds 3,000; with P1_LONG=1 in the environment a million.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator import clock
from simulator.telegram_source import telegrams
from tests.device.storage.conftest import LONG

COUNT = 250_000 if LONG else 750
METERS = ("spec-1.7.1", "sagemcom-t211-50217", "landis-e360-50221", "iskra-ie5-2026", "sibelga-s210")


@pytest.mark.timeout(3000 if LONG else 180)
@pytest.mark.parametrize("seed", range(1, 5))
def test_spoilt_telegrams_are_not_believed_and_hide_no_good_one(
    on_board: Callable[..., Any], tmp_path: Path, seed: int
):
    file = tmp_path / "telegrams"
    good = [each for meter in METERS for each in telegrams(meter, clock.parse("2026-11-12T18:29:50"), 5)]
    file.write_bytes(b"".join(good))

    seen = on_board("fuzz.py", file, COUNT, seed, seconds=2900)

    assert seen["wrong"] == []
    assert seen["fed"] == COUNT
