"""The oldest browsers that the page supports, and those that are older still."""

import json
import re
import shutil
import subprocess

import pytest
from playwright.sync_api import expect

from build_tool import bytecode
from tests.device.api.device import Device
from tests.fixtures.oldest_browsers import missing, take_away
from tests.page.conftest import Browse
from tests.page.test_everywhere import SCREENS, picture, visit

NEEDS_NODE = pytest.mark.skipif(shutil.which("node") is None, reason="no Node.js here")
MINIMUM = "Safari 15.4, Chrome 90, Firefox 113"
LANGUAGES = ["nl", "fr", "de", "en"]


@NEEDS_NODE
def test_chromium_loses_what_the_oldest_browsers_lack():
    for name in (
        "AbortSignal.timeout",
        "AbortSignal.prototype.throwIfAborted",
        "Array.prototype.findLast",
        "structuredClone",
    ):
        assert name in missing()


def test_every_screen_works_in_the_oldest_browsers(house: Device, browse: Browse):
    page = browse(house, before=take_away)
    assert page.evaluate("[AbortSignal.timeout, [].findLast, [].at]") == [None, None, None]
    expect(page.locator(".hero .figure")).to_contain_text("W")
    for screen in SCREENS:
        visit(page, screen)
        expect(page.locator("[role=alert]")).to_have_count(0)
        if screen.startswith("history"):
            expect(page.locator(".chart canvas")).to_be_visible()
    expect(page.locator("pre")).to_contain_text("SD Card OK")


def test_page_of_the_update_works_in_the_oldest_browsers(house: Device, browse: Browse):
    page = browse(house, "update", before=take_away)
    expect(page.locator("#now")).to_contain_text("0.1.0")
    expect(page.locator(".old")).to_be_hidden()


@pytest.mark.parametrize("address", ["", "update"])
def test_browser_that_runs_no_script_of_ours_is_told_so_with_a_way_to_the_figures(
    house: Device, browse: Browse, address: str
):
    page = browse(house, address, java_script_enabled=False)
    assert [line.get_attribute("lang") for line in page.locator(".old p").all()] == LANGUAGES
    for line in page.locator(".old p").all():
        expect(line).to_be_visible()
        expect(line).to_contain_text(MINIMUM)
    picture(page, f"old-{address}")
    page.get_by_role("link", name="Figures as text").click()
    page.wait_for_url("**/api/reading")  # to its last byte: it comes in pieces
    assert json.loads(page.locator("body").inner_text())["power_import_w"] is not None


def test_browser_without_dialogs_is_told_so(house: Device, browse: Browse):
    page = browse(house, before=lambda page: page.add_init_script("delete window.HTMLDialogElement"))
    expect(page.get_by_text(MINIMUM)).to_have_count(len(LANGUAGES))
    expect(page.get_by_text(MINIMUM).first).to_be_visible()
    expect(page.locator("main")).to_be_empty()


def test_other_browsers_see_nothing_of_it(house: Device, browse: Browse):
    page = browse(house)
    expect(page.locator(".hero .figure")).to_contain_text("W")
    expect(page.locator(".old")).to_be_hidden()


def test_minimum_is_the_same_wherever_it_is_named():
    listed = json.loads((bytecode.ROOT / "package.json").read_text())["browserslist"]
    named = dict(browser.split(" >= ") for browser in listed)
    assert named == {"chrome": "90", "edge": "90", "firefox": "113", "safari": "15.4", "ios_saf": "15.4"}
    pages = {
        (bytecode.FIRMWARE / "page" / name)
        .read_text()
        .partition('<div class="old">')[2]
        .partition("</div>")[0]
        for name in ("index.html", "update.html")
    }
    assert len(pages) == 1
    assert pages.pop().count(MINIMUM) == len(LANGUAGES)


REFUSED = [
    ("newer.js", "[1, 2].findLast(Boolean);\n"),
    ("newer.js", "[1, 2].at(-1);\n"),
    ("newer.js", "export const stop = AbortSignal.timeout(1);\n"),
    ("newer.js", "new AbortController().signal.throwIfAborted();\n"),
    ("newer.js", "export const copy = structuredClone([]);\n"),
    ("newer.html", "<script>fetch('/', { signal: AbortSignal.timeout(1) })</script>\n"),
    ("newer.css", "p { color: color-mix(in srgb, red, blue) }\n"),
]
LINT = """
const {ESLint} = require("eslint");
const eslint = new ESLint();
const linted = ([name, text]) => eslint.lintText(text, {filePath: "firmware/page/" + name});
Promise.all(JSON.parse(process.argv[1]).map(linted)).then(all => console.log(JSON.stringify(all)));
"""


@pytest.fixture(scope="module")
def refusals() -> dict[tuple[str, str], list[str]]:
    """The rules that each of these sources breaks. One process lints them all, because its start takes longest."""
    said = subprocess.run(
        ["node", "-e", LINT, json.dumps(REFUSED)],
        cwd=bytecode.ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return {
        source: [str(message["ruleId"]) for message in result["messages"] if message["severity"] == 2]
        for source, (result,) in zip(REFUSED, json.loads(said.stdout), strict=True)
    }


@NEEDS_NODE
@pytest.mark.parametrize(("name", "source"), REFUSED)
def test_lint_refuses_what_the_oldest_browsers_lack(
    refusals: dict[tuple[str, str], list[str]], name: str, source: str
):
    assert re.search("use-baseline|no-restricted-properties", " ".join(refusals[name, source]))
