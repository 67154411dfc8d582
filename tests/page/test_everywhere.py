"""Every screen, on phone and desk, by day and by night, in four languages: whole, in its frame, and for everybody."""

import json
import os
import re
import urllib.parse
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from build_tool import bytecode
from tests.device.api.device import Device
from tests.page.conftest import DESK, PHONE, Browse

SCREENS = (
    "now",
    "history/quarter/2026-11-12T1815W",
    "history/day/2026-11-10",
    "history/month/2026-10",
    "history/year/2026",
    "peaks",
    "meter",
    "settings",
    "update",
    "log",
)
AXE = bytecode.ROOT / "node_modules/axe-core/axe.min.js"
PICTURES = os.environ.get("PAGE_PICTURES")  # a folder for who wants to see the page
BEYOND_ITS_PANEL = """[...document.querySelectorAll(".panel")]
    .filter(panel => panel.scrollWidth > panel.clientWidth)
    .map(panel => panel.innerText)"""
ASK_AXE = (
    "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
)

# One screen of the history follows another under the same class: only the event tells that it is the next one's.
GO = """address => new Promise(done => {
    addEventListener("hashchange", done, {once: true});
    location.hash = address;
})"""


def visit(page: Page, screen: str) -> None:
    """Another screen, with its figures."""
    page.evaluate(GO, f"#{screen}")
    expect(page.locator("main")).to_have_class(screen.partition("/")[0])
    expect(page.locator("[aria-busy]")).to_have_count(0)
    if screen == "settings":
        expect(page.locator("#capacity")).to_be_visible()
    if screen in ("now", "peaks", "meter"):
        expect(page.locator("main")).to_contain_text("kW")


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name.replace('/', '-')}.png", full_page=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing_and_nothing_sticks_out(house: Device, browse: Browse, size: Any, scheme: str):
    page = browse(house, size=size, color_scheme=scheme, reduced_motion="reduce")
    expect(page.locator(".hero .figure")).to_contain_text("W")
    page.evaluate(AXE.read_text())
    for screen in SCREENS:
        visit(page, screen)
        picture(page, f"{scheme}-{size['width']}-{screen}")
        for closed in page.locator("details").all():
            closed.evaluate("details => details.open = true")
        found = page.evaluate(ASK_AXE)
        faults = [
            (fault["id"], [node["html"][:120] for node in fault["nodes"]]) for fault in found["violations"]
        ]
        assert not faults, (screen, faults)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], screen


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_page_of_the_update(house: Device, browse: Browse, scheme: str):
    page = browse(house, "update", size=PHONE, color_scheme=scheme)
    expect(page.locator("#now")).not_to_be_empty()
    page.evaluate(AXE.read_text())
    assert not page.evaluate(ASK_AXE)["violations"]


@pytest.mark.parametrize(
    ("locale", "language", "now"),
    [
        ("nl-BE", "nl", "Nu"),
        ("fr-BE", "fr", "Maintenant"),
        ("de-BE", "de", "Jetzt"),
        ("en-GB", "en", "Now"),
        ("ja-JP", "en", "Now"),
    ],
)
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_page_speaks_the_language_of_the_browser_and_fits(
    house: Device, browse: Browse, locale: str, language: str, now: str, size: Any
):
    page = browse(house, locale=locale, size=size)
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("nav a").first).to_have_text(now)
    for screen in SCREENS:
        visit(page, screen)
        assert page.evaluate(
            "[...document.querySelectorAll('nav span')].every(name => name.scrollWidth <= name.clientWidth)"
        )
        picture(page, f"{language}-{size['width']}-{screen}")
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], screen
        assert page.evaluate(BEYOND_ITS_PANEL) == [], screen
        assert "undefined" not in page.locator("body").inner_text(), screen


def test_numbers_are_written_as_the_language_does(house: Device, browse: Browse):
    energy = house.get("/api/reading").json()["energy_import_kwh"]
    comma = browse(house, "#meter", locale="nl-BE").locator(".rows dd").first
    point = browse(house, "#meter", locale="en-GB").locator(".rows dd").first
    expect(point).to_have_text(re.compile(r"^\d{2},\d{3}\.\d{3}\skWh$"))
    expect(comma).to_have_text(re.compile(r"^\d{2}\.\d{3},\d{3}\skWh$"))
    # The register counts on meanwhile.
    assert energy <= float(point.inner_text().split()[0].replace(",", "")) < energy + 1
    assert energy <= float(comma.inner_text().split()[0].replace(".", "").replace(",", ".")) < energy + 1


def test_page_can_be_used_by_keys_alone(house: Device, browse: Browse):
    page = browse(house)
    expect(page.locator(".hero .figure")).to_contain_text("W")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Peaks")
    expect(page.locator("main")).to_be_focused()


def test_home_screen_gets_a_name_and_an_icon(house: Device, browse: Browse):
    page = browse(house)
    expect(page.locator("link[rel=apple-touch-icon]")).to_have_attribute(
        "href", re.compile("^data:image/png")
    )
    _, _, manifest = (page.locator("link[rel=manifest]").get_attribute("href") or "").partition(",")
    told = json.loads(urllib.parse.unquote(manifest))
    assert told["name"] == "P1 monitor"
    assert told["display"] == "standalone"
    assert told["icons"][0]["src"].startswith("data:image/svg+xml,")
