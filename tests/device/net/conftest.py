"""A board on this computer and a browser that is a phone or a desk's."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Page, sync_playwright

from build_tool import bytecode
from tests.device.board.conftest import (  # noqa: F401  # fixtures
    _sockets_are_allowed,
    interpreter,
    power,
)

CHROMIUM = bytecode.ROOT / ".tools/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
type Browse = Callable[..., Page]


@pytest.fixture
def browse(_sockets_are_allowed: None) -> Iterator[Browse]:  # noqa: F811
    """Gives pages of a browser with a language and a size; a fault of a script fails the test."""
    if not CHROMIUM.exists():
        pytest.skip("no .tools/bin/chromium here; scripts/setup says why")
    faults: list[str] = []
    with ExitStack() as stack:
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        stack.callback(browser.close)

        def open_page(locale: str = "nl-BE", size: dict = PHONE, **more: object) -> Page:
            context = browser.new_context(locale=locale, viewport=size, **more)  # type: ignore[arg-type]
            page = context.new_page()
            page.on("pageerror", lambda error: faults.append(str(error)))
            return page

        yield open_page
    assert not faults
