"""Icon and logo for Home Assistant, as PNG files in two sizes. A second version of the logo is for dark backgrounds."""

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[2]
DRAWINGS = ROOT / "docs" / "brand"
BRAND = ROOT / "custom_components" / "p1_monitor" / "brand"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

ICON_PX = 256
LOGO_PX = 128  # height of the logo in pixels
INK = {"": "#12304a", "dark_": "#f4f8fb"}


def drawing(name: str) -> str:
    """Return the SVG of a drawing in docs/brand/."""
    return (DRAWINGS / f"{name}.svg").read_text()


def draw(browser: Browser, html: str, path: Path, scale: int) -> None:
    """Save a picture of the HTML element `#picture`, without its background."""
    page = browser.new_page(device_scale_factor=scale, viewport={"width": 1600, "height": 600})
    page.set_content(f"<style>body {{ margin: 0 }} svg {{ display: block }}</style>{html}")
    screenshot = page.locator("#picture").screenshot(omit_background=True)
    Image.open(io.BytesIO(screenshot)).save(path, optimize=True)
    page.close()


def icon(size: int) -> str:
    """Return the icon as HTML."""
    return f'<div style="width: {size}px; height: {size}px">{drawing("icon")}</div>'


def main() -> None:
    """Make the brand images."""
    BRAND.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(ROOT / ".tools" / "bin" / "chromium"), args=ARGUMENTS
        )
        for scale, suffix in ((1, ""), (2, "@2x")):
            draw(browser, f'<div id="picture" style="width: {ICON_PX}px">{icon(ICON_PX)}</div>',
                 BRAND / f"icon{suffix}.png", scale)  # fmt: skip
            for prefix, ink in INK.items():
                logo = (
                    f'<div id="picture" style="display: inline-flex; align-items: center; gap: 26px; color: {ink}">'
                    f'{icon(LOGO_PX)}<div style="width: 464px">{drawing("wordmark")}</div></div>'
                )
                draw(browser, logo, BRAND / f"{prefix}logo{suffix}.png", scale)
        browser.close()


if __name__ == "__main__":
    main()
