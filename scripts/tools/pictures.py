"""Screenshots for the documents: docs/pictures/*.png.

This script simulates a household for the screenshots of the web page. For the screenshots of Home Assistant,
scripts/develop must be running.
"""

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Error, Locator, Page, sync_playwright

from simulator import clock
from simulator.board import Board
from simulator.card_history import write_card_history
from simulator.household import Household
from simulator.p1_port import P1Port
from simulator.telegram_source import simulated_meter

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "docs/pictures"
HOME_ASSISTANT = "http://127.0.0.1:8123"
EVENING = clock.parse("2026-11-12T18:15:00")
SPEED = 30
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
_COLOURS = 128
_PHONE, _DESK = (390, 844), (1200, 860)
# (file name, screen of the web page, size of the window, colour scheme)
_PICTURES = (
    ("device.png", "now", _PHONE, "light"),
    ("history.png", "history/day/2026-11-10", _PHONE, "light"),
    ("peaks.png", "peaks", _PHONE, "dark"),
    ("desk.png", "history/month/2026-10", _DESK, "light"),
)


def _save(seen: Page | Locator, name: str) -> None:
    picture = Image.open(io.BytesIO(seen.screenshot())).convert("RGB")
    TARGET.mkdir(parents=True, exist_ok=True)
    picture.quantize(_COLOURS).save(TARGET / name, optimize=True)
    print(f"pictures: docs/pictures/{name}")


def _page_pictures(browser: Browser, folder: Path) -> None:
    """Take the screenshots of the web page, for a simulated household with thirteen months of history."""
    history = write_card_history(folder, Household(), EVENING, 400)
    (folder / "config.json").write_text('{"capacity": {"area": "antwerpen"}}')
    source = simulated_meter(start=EVENING, load=Household(), history=history)
    with P1Port(source, speed=SPEED) as line, Board(line, card=folder, speed=SPEED) as board:
        for name, screen, (width, height), scheme in _PICTURES:
            context = browser.new_context(
                locale="en-GB",
                viewport={"width": width, "height": height},
                color_scheme=scheme,  # type: ignore[arg-type]
                device_scale_factor=1.5 if width < 600 else 1,
            )
            page = context.new_page()
            page.goto(f"{board.url}#{screen}")
            # Wait for the second half of a quarter, because the chart is nearly empty in the first half.
            if screen == "now":
                page.get_by_text("5:", exact=False).filter(has_text="left").wait_for()
            page.locator("[aria-busy]").wait_for(state="hidden")
            page.wait_for_timeout(500)
            _save(page, name)
            context.close()


def _home_assistant(browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1160, "height": 760}, locale="en-GB")
    page.goto(f"{HOME_ASSISTANT}/p1-monitor")
    page.locator("input[name=username]").fill("demo")
    page.locator("input[name=password]").fill("demo")
    page.keyboard.press("Enter")
    page.get_by_text("Headroom").wait_for()
    page.wait_for_timeout(3000)  # wait for the end of the graph's animation
    _save(page, "home-assistant.png")
    _save(page.locator("p1-quarter-card"), "card.png")

    devices = "Object.values(document.querySelector('home-assistant').hass.devices)"
    board = page.evaluate(f"{devices}.find((device) => device.manufacturer === 'P1 monitor').id")
    page.goto(f"{HOME_ASSISTANT}/config/devices/device/{board}")
    page.get_by_text("Projected demand").wait_for()
    page.wait_for_timeout(1000)
    _save(page.locator("ha-device-entities-card").first, "sensors.png")

    page.goto(f"{HOME_ASSISTANT}/config/automation/edit/new")
    page.locator("ha-automation-trigger ha-button").first.click()
    page.locator("add-automation-element-dialog input").first.fill("peak")
    page.get_by_text("New month peak").wait_for()
    page.wait_for_timeout(1000)
    _save(page, "triggers.png")


def main() -> int:
    """Take all screenshots. Return the exit status: 0 after success, 1 if the page or Home Assistant is not shown."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory(prefix="p1-pictures-") as folder:
        browser = playwright.chromium.launch(executable_path=ROOT / ".tools/bin/chromium", args=_ARGUMENTS)
        try:
            _page_pictures(browser, Path(folder))
            _home_assistant(browser)
        except Error as error:
            why = error.message.splitlines()[0]
            print(
                f"pictures: for Home Assistant start scripts/develop first, and wait until it is ready ({why})"
            )
            return 1
        finally:
            browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
