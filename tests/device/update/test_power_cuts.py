"""A board whose power goes at any write of an update starts: the old version or the new one, never neither.

The suite tries this on the MicroPython that is most like the board's; with P1_LONG=1 in the environment on both.

The flash is RAM, the file system on it a real LittleFS with the sizes of the ESP32 port.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.interpreters import MICROPYTHON32
from tests.device.storage.conftest import LONG
from tests.device.update.conftest import INTERPRETERS

MOST_LIKE_BOARD = "micropython32" if MICROPYTHON32.exists() else "micropython"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("on_board", INTERPRETERS if LONG else [MOST_LIKE_BOARD], indirect=True)
@pytest.mark.parametrize("how", ["stop", "tear", "drop"])
def test_every_cut_leaves_a_board_that_starts(
    on_board: Callable[..., Any], packages: tuple[Path, Path], how: str
) -> None:
    seen = on_board("power_cuts.py", *packages, how)

    for act in ("update", "confirmation", "counting"):
        assert seen[act]["wrong"] == [], act
    assert seen["update"]["writes"] > 50
    assert set(seen["update"]["first"]) == {"old", "new"}
    assert set(seen["confirmation"]["last"]) == {"old", "new"}
