"""Boards and cards of these tests, under both MicroPythons."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from simulator.p1_port import P1Port
from simulator.scripted_load import ScriptedLoad
from simulator.telegram_source import simulated_meter
from tests.device.board.hardware import INTERPRETERS, Hardware
from tests.device.storage.conftest import format_card

type SwitchOn = Callable[..., Hardware]


@pytest.fixture(autouse=True)
def _sockets_are_allowed(socket_enabled: None) -> None:
    """Home Assistant's test plugin forbids sockets to every test; these ones are about them."""


@pytest.fixture(params=INTERPRETERS)
def interpreter(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if not Path(INTERPRETERS[name][0]).exists():
        pytest.skip(f"no {name} here; scripts/setup says why")
    return name


@pytest.fixture
def power(tmp_path: Path, interpreter: str) -> Iterator[SwitchOn]:
    """Gives boards that are switched off at the end. `meter` plugs one in, which begins at that moment."""
    with ExitStack() as stack:

        def make(*, meter: int | None = None, power_w: int = 500, every_s: int = 1, **facts: Any) -> Hardware:
            line = None
            if meter is not None:
                source = simulated_meter(start=meter, load=ScriptedLoad(power_w))
                line = stack.enter_context(
                    P1Port(source, speed=facts.setdefault("speed", 10), every_s=every_s)
                )
            hardware = Hardware(tmp_path, interpreter, line=line, **facts)
            stack.callback(hardware.switch_off)
            return hardware

        yield make


@pytest.fixture
def card(tmp_path: Path) -> Callable[..., Path]:
    """Makes images of cards, formatted as PCs do: clusters of so many sectors."""

    def make(sectors_per_cluster: int = 8, size: int = 48 << 20) -> Path:
        options = "-F", "16", "-s", str(sectors_per_cluster)
        return format_card(tmp_path / "card.img", *options, size=size)

    return make
