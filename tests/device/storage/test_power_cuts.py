"""A card whose power goes at any sector write of two hours: the next start finds all that was closed.

Each start goes on for three quarters, since files that share sectors only show then, and fsck.fat judges the card. The
suite tries some of the cuts; with P1_LONG=1 in the environment all of them.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator import fat
from tests.device.storage.conftest import LONG, format_card

CARDS = {"fat16": (("-F", "16"), 256 << 20), "fat32": (("-F", "32", "-s", "64"), 4 << 30)}
HOURS = {
    "month end": "261130230000W",
    "new year": "261231230000W",
    "midnight": "261112230000W",
    "doubled hour": "261025010000S",
    "skipped hour": "260329010000W",
    "leap day": "280228230000W",
}
STEP = 1 if LONG else 31
# What the suite tries on a card with FAT16, too: the most writes, and the hour that comes twice.
ON_SMALL_CARD = ("new year", "doubled hour")


@pytest.mark.timeout(1200 if LONG else 180)
@pytest.mark.parametrize(
    ("card", "hours"),
    [(card, hours) for card in CARDS for hours in HOURS if LONG or card == "fat32" or hours in ON_SMALL_CARD],
)
def test_no_cut_costs_a_closed_quarter(on_board: Callable[..., Any], tmp_path: Path, card: str, hours: str):
    options, size = CARDS[card]
    image = format_card(tmp_path / "card", *options, size=size)
    format_card(tmp_path / "card.cut", *options, size=size)
    first = sorted(HOURS).index(hours) % STEP

    seen = on_board(
        "power_cuts.py",
        image,
        fat.FSCK,
        HOURS[hours],
        STEP,
        first,
        "clean",
        "torn",
        seconds=1100 if LONG else 110,
    )

    assert seen["wrong"] == []
    assert seen["quarters"] == 8
    assert seen["tried"] >= 2 * (seen["writes"] // STEP)
    assert seen["writes"] > 300
