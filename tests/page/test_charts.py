"""The charts' axes, by the texts that the browser draws."""

import re
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.device.api.device import Device
from tests.page.conftest import DESK, PHONE, Browse
from tests.page.test_everywhere import picture, visit

LOCALES = ["nl-BE", "fr-BE", "de-BE", "en-GB"]
HEIGHTS = [12.6, 0.03, 1300, 0, 0.004, 0.27, 1.3, 2.7, 27, 130, 13000]  # in kW and kWh
# Texts of a y axis end at the same place, those of an x axis have their middle at the tick. A chart clears its canvas
# before it draws, so that `labels` has the labels of one drawing, also if a sample of the board comes in between.
KEEP_LABELS = """
    const {clearRect, fillText} = CanvasRenderingContext2D.prototype
    window.labels = []
    CanvasRenderingContext2D.prototype.clearRect = function (...area) {
        labels.length = 0
        return clearRect.apply(this, area)
    }
    CanvasRenderingContext2D.prototype.fillText = function (text, x, y, ...more) {
        if (this.textAlign === "right")
            labels.push({text, y, width: this.measureText(text).width / devicePixelRatio})
        return fillText.call(this, text, x, y, ...more)
    }
"""
TELL_REPLIES = """
    const {fetch} = window
    window.replies = {}
    window.fetch = (path, ...more) => {
        const reply = replies[path.replace("/api/", "")]
        return reply ? Promise.resolve(new Response(JSON.stringify(reply))) : fetch(path, ...more)
    }
"""
LABELS = "() => labels.splice(0)"


def prepare(page: Page) -> None:
    page.add_init_script(f"{{{KEEP_LABELS}}} {{{TELL_REPLIES}}}")


def axis(page: Page, locale: str) -> list[float]:
    """The y axis of a chart that is drawn again, from top to bottom. A value below 0 is negative."""
    expect(page.locator(".chart canvas")).to_be_visible()
    page.evaluate(LABELS)
    page.evaluate("dispatchEvent(new Event('p1-theme'))")
    page.wait_for_function("() => labels.length")
    drawn = {label["y"]: label for label in page.evaluate(LABELS)}
    assert all(label["width"] <= 40 for label in drawn.values()), drawn
    values = [number(drawn[y]["text"], locale) for y in sorted(drawn)]
    zero = values.index(0)
    return values[: zero + 1] + [-value for value in values[zero + 1 :]]


def is_even(values: list[float]) -> bool:
    """Lines are drawn at equal distances, so their values differ by as much."""
    return len(values) > 1 and len({round(upper - lower, 6) for upper, lower in pairwise(values)}) == 1


def number(text: str, locale: str) -> float:
    decimal = "." if locale == "en-GB" else ","
    assert re.fullmatch(r"[\d.,\s]+", text), text
    return float(
        "".join("." if sign == decimal else sign for sign in text if sign.isdigit() or sign == decimal)
    )


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_labels_of_every_view_are_the_values_of_their_lines(
    house: Device, browse: Browse, locale: str, size: dict[str, int]
):
    page = browse(house, locale=locale, size=size, before=prepare)
    for screen in ("now", "history/quarter/2026-11-12T1815W", "history/day/2026-11-10", "history/year/2026"):
        visit(page, screen)
        assert is_even(axis(page, locale)), screen


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_labels_of_any_size_are_the_values_of_their_lines(
    house: Device, browse: Browse, locale: str, size: dict[str, int]
):
    page = browse(house, locale=locale, size=size, before=prepare)
    for highest in HEIGHTS if locale == "en-GB" else HEIGHTS[:3]:
        replies = {"months/2026-10": {"days": month(highest)}, "days/2026-10-10": {"quarters": day(highest)}}
        page.evaluate("told => Object.assign(replies, told)", replies)
        for screen in ("history/month/2026-10", "history/day/2026-10-10"):
            visit(page, screen)
            values = axis(page, locale)
            if highest == 12.6:
                picture(page, f"axis-{locale}-{size['width']}-{screen}")
            assert is_even(values), (highest, values)
            assert max(highest, 0.05) / 3 < values[0] <= max(0.06, highest * 1.1), (highest, values)


def month(highest_kwh: float) -> list[dict[str, Any]]:
    """Days with an export of up to two fifths of the import."""
    return [
        {
            "day": f"2026-10-{number:02}",
            "import_kwh": highest_kwh * number / 31,
            "export_kwh": highest_kwh * 0.4,
        }
        | dict.fromkeys(("gas_m3", "water_m3", "peak_w", "peak_start"))
        for number in range(1, 32)
    ]


def day(highest_kw: float) -> list[dict[str, Any]]:
    """Two quarters."""
    return [
        {"start": f"2026-10-10T{hour}:00:00+02:00", "import_w": round(1000 * power_kw), "export_w": 0}
        for hour, power_kw in (("10", highest_kw), ("11", highest_kw / 2))
    ]
