"""The whole firmware of a board as an attacker meets it: on tests/device/standins, under both MicroPythons.

`attacked()` starts a board with a meter. `Peer(board, "192.168.1.66")` of peers.py is a client at that address, and the
board itself has a button, a card and a flash: see tests/device/board/hardware.py.
"""

from collections.abc import Callable

import pytest

from simulator.clock import moment
from tests.device.board.conftest import (  # noqa: F401  # fixtures
    SwitchOn,
    _sockets_are_allowed,
    card,
    interpreter,
    power,
)
from tests.device.board.hardware import Hardware

EVENING = moment(2026, 11, 12, 18, 3)
type Attacked = Callable[..., Hardware]


@pytest.fixture
def attacked(power: SwitchOn) -> Attacked:  # noqa: F811
    """Starts a board on the home network that has read a telegram; `facts` are those of Hardware."""

    def start(**facts: object) -> Hardware:
        board = power(meter=EVENING, **facts).switch_on().wait_ready()
        board.wait(lambda: board.device()["p1"]["telegrams"])
        return board

    return start
