"""The web page in a real browser, on what the firmware serves for a simulated household."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_socket
from playwright.sync_api import Page, expect

from simulator import clock
from simulator.card_history import write_card_history
from simulator.household import Household
from simulator.meter_history import MeterHistory
from simulator.telegram_source import TelegramSource, simulated_meter
from tests.device.api.device import Device, running
from tests.fixtures import history_card
from tests.fixtures.shared_browser import SharedBrowser, shared_browser

NAME = "p1.local"  # no secure context, as on a board
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1440, "height": 900}
EVENING = clock.parse("2026-11-12T18:33:00")
DAYS = 45  # that the board has watched by then
SPRING = "2026-03-29"  # a day of 23 hours; one of 25 is among the 45
type Browse = Callable[..., Page]

expect.set_options(timeout=20_000)  # a context's default timeout is not that of `expect`


@pytest.fixture(autouse=True)
def _sockets_are_allowed(socket_enabled: None) -> None:
    """Home Assistant's test plugin forbids sockets to every test; these ones are about them."""


@pytest.fixture(scope="session")
def household(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, MeterHistory]:
    """The card of a board that has been there for a while, and what the meter has behind it."""
    card = tmp_path_factory.mktemp("card")
    history = write_card_history(card, Household(), EVENING, DAYS)
    history_card.write_day(card, clock.parse(f"{SPRING}T12:00"), 9_000_000)
    return card, history


@pytest.fixture(scope="module")
def house(household: tuple[Path, MeterHistory]) -> Iterator[Device]:
    """The device of that household, on an evening in November."""
    pytest_socket.enable_socket()
    card, history = household
    with running(
        simulated_meter(start=EVENING, load=Household(), history=history), card=card, speed=1
    ) as device:
        yield device


@pytest.fixture(scope="module")
def chromium() -> Iterator[SharedBrowser]:
    with shared_browser(f"--host-resolver-rules=MAP {NAME} 127.0.0.1") as browser:
        yield browser


@pytest.fixture
def browse(_sockets_are_allowed: None, chromium: SharedBrowser) -> Iterator[Browse]:
    """Opens the page of a device at an address of its own; a fault of a script, or a refused one, fails the test."""
    faults: list[str] = []
    with chromium.in_a_test() as browser:

        def open_page(
            device: Device,
            at: str = "",
            locale: str = "en-GB",
            size: Any = DESK,
            before: Callable[[Page], object] = lambda _: None,
            **more: Any,
        ) -> Page:
            context = browser.new_context(locale=locale, viewport=size, **more)
            context.set_default_timeout(30_000)
            page = context.new_page()
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on("console", lambda said: faults.extend([said.text] * ("Content Security" in said.text)))
            before(page)
            page.goto(f"http://{NAME}:{device.board.port}/{at}")
            return page

        yield open_page
    assert not faults


@contextmanager
def at_home(source: TelegramSource, **more: Any) -> Iterator[Device]:
    """A device with this meter, in real time."""
    with running(source, **{"speed": 1, **more}) as device:
        yield device
