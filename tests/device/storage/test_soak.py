"""Days of a household with a card that is pulled, refuses and returns, resets, power cuts, and a clock that is set.

Each quarter that was seen from start to end is on the card with one line, or counted as lost. The suite runs a few
days; with P1_LONG=1 in the environment 400.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.device.storage.conftest import LONG, format_card

DAYS = 400 if LONG else 2


@pytest.mark.timeout(6000 if LONG else 180)
def test_every_quarter_is_accounted_for_and_memory_stays_flat(on_board: Callable[..., Any], tmp_path: Path):
    card = format_card(tmp_path / "card", "-F", "32", "-s", "64", size=4 << 30)

    seen = on_board("soak.py", card, DAYS + 1, seconds=5900 if LONG else 110)

    assert (seen["card"], seen["waiting"]) == ("ok", 0)
    assert seen["missing"] == seen["lost"]
    assert (seen["twice"], seen["without_line"]) == (0, [])
    assert seen["days"] >= DAYS
    assert seen["heap_late"] <= seen["heap_early"] + 4096
