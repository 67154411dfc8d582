"""A board on this computer and a browser that is a phone or a desk's."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from tests.device.board.conftest import (  # noqa: F401  # fixtures
    _sockets_are_allowed,
    interpreter,
    power,
)
from tests.fixtures.shared_browser import SharedBrowser, shared_browser

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
type Browse = Callable[..., Page]


@pytest.fixture(scope="module")
def chromium() -> Iterator[SharedBrowser]:
    with shared_browser() as browser:
        yield browser


@pytest.fixture
def browse(_sockets_are_allowed: None, chromium: SharedBrowser) -> Iterator[Browse]:  # noqa: F811
    """Gives pages of a browser with a language and a size; a fault of a script fails the test."""
    faults: list[str] = []
    with chromium.in_a_test() as browser:

        def open_page(locale: str = "nl-BE", size: dict = PHONE, **more: object) -> Page:
            context = browser.new_context(locale=locale, viewport=size, **more)  # type: ignore[arg-type]
            page = context.new_page()
            page.on("pageerror", lambda error: faults.append(str(error)))
            return page

        yield open_page
    assert not faults
