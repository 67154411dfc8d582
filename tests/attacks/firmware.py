"""The whole firmware on this computer, as it is attacked: with the board's heap under the 32-bit MicroPython."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from build_tool import bytecode
from simulator import clock
from simulator.board import Board
from simulator.interpreters import MICROPYTHON32, NO_MICROPYTHON32
from simulator.p1_port import P1Port
from simulator.telegram_source import TelegramSource, simulated_meter
from tests.device.api import contract
from tests.device.api.device import Device, wait_for

INTERPRETERS = ("micropython", "micropython32")
HEAP = "122k"
"""That of the board, as tests/device/memory plays a day in it."""


def has(interpreter: str) -> None:
    """Skip a test whose interpreter is not installed."""
    if interpreter == "micropython32" and not MICROPYTHON32.exists():
        pytest.skip(NO_MICROPYTHON32)


@contextmanager
def attacked(
    interpreter: str,
    *,
    source: TelegramSource | None = None,
    card: Path | None = None,
    flash: Path | None = None,
    speed: float = 20,
) -> Iterator[Device]:
    """A device that has read a telegram, by default one of 18:29:50. It must run to the end without a restart."""
    has(interpreter)
    bytecode.build()
    source = source or simulated_meter(start=clock.parse("2026-11-12T18:29:50"))
    small = interpreter == "micropython32"
    with (
        P1Port(source, speed=speed) as line,
        Board(
            line,
            card=card,
            flash=flash,
            speed=speed,
            compiled=True,
            small=small,
            heapsize=HEAP if small else None,
        ) as board,
    ):
        device = Device(board, line, source)
        wait_for(lambda: telegrams(device), "a telegram")
        yield device
        board.check()
        assert board.restarts == 0


def telegrams(device: Device) -> int:
    count: int = device.get("/api/device").json()["p1"]["telegrams"]
    return count


def goes_on(device: Device, more: int = 3) -> None:
    """It answers, telegrams are read, and nothing has crashed."""
    before = telegrams(device)
    wait_for(lambda: telegrams(device) >= before + more, "telegrams")
    found = contract.check("/api/device", device.get("/api/device"))
    assert found["crash"] is None, list(device.board.lines)[-30:]
