"""The whole firmware of a board as an attacker meets it: on tests/device/standins, under both MicroPythons.

`attacked()` starts a board with a meter, a password and a token, and `card_of(folder)` makes a card for it.
`Peer(board, "192.168.1.66")` of peers.py is a client at that address. The board has a button, a card and a flash: see
tests/device/board/hardware.py.
"""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from build_tool import bytecode
from simulator.clock import moment
from tests.attacks.peers import PASSWORD, TOKEN
from tests.device.board.conftest import (  # noqa: F401  # fixtures
    SwitchOn,
    _sockets_are_allowed,
    card,
    interpreter,
    power,
)
from tests.device.board.hardware import Hardware

EVENING = moment(2026, 11, 12, 18, 3)
FILL_CARD = Path(__file__).parent / "on_board" / "fill_card.py"
type Attacked = Callable[..., Hardware]
type Recorded = Callable[[str, object], None]
"""Pytest's record_property, for the figures of scripts/bench security."""
type CardOf = Callable[[Path], Path]


def secrets() -> dict[str, object]:
    """secrets.json of a board that version 0.1.0 has left: the owner's password and one token."""
    digest = hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), bytes(16), 2000)
    return {
        "password": {"salt": bytes(16).hex(), "rounds": 2000, "hash": digest.hex()},
        "tokens": [
            {
                "id": "0a1b2c3d",
                "name": "Home Assistant",
                "created": None,
                "hash": hashlib.sha256(TOKEN.encode()).hexdigest(),
            }
        ],
    }


@pytest.fixture
def attacked(power: SwitchOn) -> Attacked:  # noqa: F811
    """Starts a board that has read a telegram.

    `files` are more JSON files of its flash, `card_image` is the card in its slot, and other facts are those of
    Hardware.
    """

    def start(card_image: Path | None = None, files: dict | None = None, **facts: object) -> Hardware:
        board = power(meter=EVENING, **facts)
        for name, value in {"secrets.json": secrets(), **(files or {})}.items():
            (board.flash / name).write_text(json.dumps(value))
        if card_image:
            board.insert_card(card_image)
        board.switch_on().wait_ready()
        board.wait(lambda: board.device()["p1"]["telegrams"])
        return board

    return start


@pytest.fixture
def card_of(card: Callable[..., Path]) -> CardOf:  # noqa: F811
    """Makes the image of a card with the files of a folder."""

    def make(folder: Path) -> Path:
        bytecode.build()
        image = card()
        subprocess.run(
            [Path(sys.executable).with_name("micropython"), "-X", "heapsize=16m", FILL_CARD, image, folder],
            env={**os.environ, "MICROPYPATH": f"{bytecode.TARGET}:.frozen"},
            check=True,
        )
        return image

    return make
