"""Check that a browser can draw text, for scripts/tools/browser.sh.

`check.py BROWSER` ends with status 0 if the browser at this path draws text. `check.py --where` prints the path of
Playwright's own browser.
"""

import io
import sys

from PIL import Image
from playwright.sync_api import Error, sync_playwright

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def draws_text(browser: str) -> bool:
    """True if the browser at this path starts and draws text."""
    with sync_playwright() as playwright:
        try:
            chromium = playwright.chromium.launch(executable_path=browser, args=ARGUMENTS, timeout=60_000)
        except Error:
            return False
        page = chromium.new_page(viewport={"width": 200, "height": 100})
        page.set_content("<h1>kWh</h1>")
        picture = Image.open(io.BytesIO(page.screenshot())).convert("L")
        chromium.close()
    return picture.getextrema()[0] < 128  # without fonts, the browser draws no text: all is white


if __name__ == "__main__":
    if sys.argv[1] == "--where":
        with sync_playwright() as playwright:
            print(playwright.chromium.executable_path)
    else:
        sys.exit(not draws_text(sys.argv[1]))
