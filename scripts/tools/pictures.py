"""Makes the pictures of the documents from what scripts/develop runs at this moment: docs/pictures/*.png."""

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Error, Locator, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "docs/pictures"
DEVICE, HOME_ASSISTANT = "http://127.0.0.1:8080/", "http://127.0.0.1:8123/p1-monitor"
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
_COLOURS = 128


def _save(seen: Page | Locator, name: str) -> None:
    picture = Image.open(io.BytesIO(seen.screenshot())).convert("RGB")
    TARGET.mkdir(parents=True, exist_ok=True)
    picture.quantize(_COLOURS).save(TARGET / name, optimize=True)
    print(f"pictures: docs/pictures/{name}")


def main() -> int:
    """Take the pictures. Exit status 1 when nothing is there to be seen."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=ROOT / ".tools/bin/chromium", args=_ARGUMENTS)
        try:
            page = browser.new_page(viewport={"width": 400, "height": 560}, device_scale_factor=1.5, locale="en-GB")
            page.goto(DEVICE)
            page.get_by_text("from the grid").or_(page.get_by_text("to the grid")).wait_for()
            _save(page, "device.png")

            page = browser.new_page(viewport={"width": 1160, "height": 760}, locale="en-GB")
            page.goto(HOME_ASSISTANT)
            page.locator("input[name=username]").fill("demo")
            page.locator("input[name=password]").fill("demo")
            page.keyboard.press("Enter")
            page.get_by_text("Headroom").wait_for()
            page.wait_for_timeout(3000)  # the graph draws itself in
            _save(page, "home-assistant.png")
            _save(page.locator("p1-quarter-card"), "card.png")
        except Error as error:
            why = error.message.splitlines()[0]
            print(f"pictures: start scripts/develop first, and wait until it is ready ({why})")
            return 1
        finally:
            browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
