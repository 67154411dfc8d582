"""Looking back: quarters, days, months and years of a card, and the way through them."""

import csv
import io
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from simulator import clock
from simulator.meter_history import ClosedMonth, MeterHistory, Peak
from simulator.telegram_source import simulated_meter
from tests.device.api.device import Device
from tests.page.conftest import DESK, EVENING, PHONE, SPRING, Browse, at_home

AUTUMN = "2026-10-25"


def title(page: Page, text: str) -> None:
    expect(page.locator("#span-title")).to_have_text(text)
    expect(page.locator(".history-content")).not_to_have_attribute("aria-busy", "true")


def rows(page: Page) -> list[str]:
    """The first cells of the table behind the chart."""
    page.locator("summary", has_text="As a table").click()
    expect(page.locator(".table")).to_be_visible()
    return page.locator(".table tbody th").all_inner_texts()


def card_of(page: Page, heading: str) -> str:
    """What a card of the screen says, blanks as they are typed."""
    text = page.locator("section", has=page.get_by_role("heading", name=heading, exact=True)).inner_text()
    return text.replace("\u00a0", " ")


def test_day_shows_its_quarters_totals_and_peak(house: Device, browse: Browse):
    page = browse(house, "#history/day/2026-11-10")
    title(page, "Tue, 10 November 2026")
    day = house.get("/api/days/2026-11-10").json()["quarters"]
    highest = max(day, key=lambda quarter: quarter["import_w"])
    month = house.get("/api/months/2026-11").json()["days"]
    total = next(row for row in month if row["day"] == "2026-11-10")

    assert f"{total['import_kwh']:.2f} kWh" in card_of(page, "Totals")
    assert f"{total['gas_m3']:.2f} m³" in card_of(page, "Totals")
    assert f"{highest['import_w'] / 1000:.2f} kW" in card_of(page, "Highest quarter")
    assert highest["start"][11:16] in card_of(page, "Highest quarter")
    assert len(rows(page)) == 96


def test_way_leads_back_and_forward_and_stays_in_the_address(house: Device, browse: Browse):
    page = browse(house, "#history/day/2026-11-01")
    title(page, "Sun, 1 November 2026")
    page.get_by_role("button", name="Earlier").click()
    title(page, "Sat, 31 October 2026")
    assert page.url.endswith("#history/day/2026-10-31")
    page.get_by_role("button", name="Month", exact=True).click()
    title(page, "October 2026")
    page.get_by_role("button", name="Later").click()
    title(page, "November 2026")
    expect(page.get_by_role("button", name="Later")).to_be_disabled()
    page.get_by_role("button", name="Year").click()
    title(page, "2026")
    page.get_by_role("button", name="Day", exact=True).click()
    title(page, "Thu, 12 November 2026")
    page.go_back()
    title(page, "2026")
    page.reload()
    title(page, "2026")


def test_keys_lead_the_same_way(house: Device, browse: Browse):
    page = browse(house, "#history/day/2026-11-05")
    title(page, "Thu, 5 November 2026")
    for key, text in (
        ("ArrowLeft", "Wed, 4 November 2026"),
        ("ArrowRight", "Thu, 5 November 2026"),
        ("ArrowUp", "November 2026"),
        ("ArrowLeft", "October 2026"),
        ("ArrowDown", "Thu, 1 October 2026"),
        ("Home", "Thu, 12 November 2026"),
    ):
        page.keyboard.press(key)
        title(page, text)
    page.get_by_label("Choose a date").focus()
    page.keyboard.press("ArrowUp")  # is the field's own
    title(page, "Thu, 12 November 2026")


def test_date_is_picked_for_any_span(house: Device, browse: Browse):
    page = browse(house, "#history/day/2026-11-05")
    title(page, "Thu, 5 November 2026")
    page.get_by_label("Choose a date").fill("2026-10-20")
    title(page, "Tue, 20 October 2026")
    page.get_by_role("button", name="Month", exact=True).click()
    title(page, "October 2026")
    page.get_by_label("Choose a date").fill("2026-11-03")
    title(page, "November 2026")


def test_finger_swipes_to_the_day_before_and_after(house: Device, browse: Browse):
    page = browse(house, "#history/day/2026-11-05", size=PHONE, has_touch=True)
    title(page, "Thu, 5 November 2026")

    def swipe(begin: int, end: int) -> None:
        fingers = page.context.new_cdp_session(page)
        for kind, x in (("touchStart", begin), ("touchMove", (begin + end) // 2), ("touchMove", end)):
            points = [{"x": x, "y": 650}]
            fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    swipe(80, 280)
    title(page, "Wed, 4 November 2026")
    swipe(280, 80)
    title(page, "Thu, 5 November 2026")


@pytest.mark.parametrize("zone", ["Europe/Brussels", "America/Los_Angeles", "Asia/Tokyo"])
def test_days_on_which_the_clock_changes_are_whole(house: Device, browse: Browse, zone: str):
    page = browse(house, f"#history/day/{AUTUMN}", timezone_id=zone)
    title(page, "Sun, 25 October 2026")
    times = rows(page)
    assert len(times) == 100
    assert times.count("02:15") == 2
    links = page.locator(".table tbody th a", has_text="02:15")
    assert links.nth(0).get_attribute("href") == "#history/quarter/2026-10-25T0215S"
    assert links.nth(1).get_attribute("href") == "#history/quarter/2026-10-25T0215W"

    page.get_by_label("Choose a date").fill(SPRING)
    title(page, "Sun, 29 March 2026")
    times = rows(page)
    assert len(times) == 92
    assert times[7:9] == ["01:45", "03:00"]

    page.goto(page.url.partition("#")[0] + "#history/quarter/2026-10-25T0245S")
    title(page, "25 Oct 2026, 02:45 \u2013 02:00")
    page.keyboard.press("ArrowRight")
    title(page, "25 Oct 2026, 02:00 \u2013 02:15")
    assert page.url.endswith("2026-10-25T0200W")


def test_quarter_has_its_5_s_and_leads_to_its_neighbours(house: Device, browse: Browse):
    page = browse(house, "#history/quarter/2026-11-12T1800W")
    title(page, "12 Nov 2026, 18:00 \u2013 18:15")
    stored = house.get("/meter/2026/11/12/1800W.json").json()
    page.locator("summary", has_text="As a table").click()
    expect(page.locator(".table")).to_be_visible()
    cells = page.locator(".table tbody td:nth-of-type(1)").all_inner_texts()
    imported = [int(cell.replace(",", "")) for cell in cells]
    assert imported == stored["consumed_power_interval_avgs"]
    page.keyboard.press("ArrowRight")
    title(page, "12 Nov 2026, 18:15 \u2013 18:30")
    page.keyboard.press("ArrowRight")
    title(page, "12 Nov 2026, 18:30 \u2013 18:45")
    expect(page.get_by_role("button", name="Later")).to_be_disabled()


def test_bar_that_is_clicked_leads_closer(house: Device, browse: Browse):
    page = browse(house, "#history/month/2026-11")
    title(page, "November 2026")
    chart = page.locator(".u-over").bounding_box()
    assert chart
    step = chart["width"] / (30 + 0.2)
    page.mouse.click(chart["x"] + 0.6 * step + 4 * step, chart["y"] + chart["height"] / 2)
    title(page, "Thu, 5 November 2026")


def test_month_peak_leads_to_its_quarter(house: Device, browse: Browse):
    peak = house.get("/api/peaks").json()["running"]
    page = browse(house, "#history/day/2026-11-10")
    page.get_by_role("button", name=re.compile(r"Month peak [\d.]+\skW")).click()
    start = clock.local(clock.parse(peak["start"]))
    title(page, f"{start.day} Nov 2026, {start:%H:%M} \u2013 {clock.local(clock.parse(peak['end'])):%H:%M}")
    expect(page.locator(".chart canvas")).to_be_visible()


def test_month_peak_that_is_not_on_the_card_says_when_it_was_and_why(browse: Browse, tmp_path: Path):
    peak = Peak(5120, clock.parse("2026-11-02T17:45:00"))
    closed = [ClosedMonth(clock.parse("2026-11-01T00:00:00"), Peak(4000, clock.parse("2026-10-20T18:15:00")))]
    with at_home(
        simulated_meter(start=EVENING, history=MeterHistory(peak=peak, closed=closed)), card=tmp_path
    ) as device:
        page = browse(device, "#history/day/2026-11-10")
        button = page.get_by_role("button", name="Month peak")
        expect(button).to_have_text(re.compile(r"5\.12\skW"))
        expect(button).to_have_attribute("aria-disabled", "true")
        expect(page.locator("#peak-why")).to_contain_text("2 Nov, 17:30: this quarter is not on the card")
        expect(page.locator(".empty")).to_contain_text("Nothing is stored for Tue, 10 November 2026")


def test_view_is_saved_as_csv_and_json(house: Device, browse: Browse):
    page = browse(house, "#history/day/2026-11-10", size=DESK)
    title(page, "Tue, 10 November 2026")
    quarters = house.get("/api/days/2026-11-10").json()["quarters"]
    with page.expect_download() as saved:
        page.get_by_role("button", name="JSON").click()
    assert saved.value.suggested_filename == "p1-day-2026-11-10.json"
    assert json.loads(saved.value.path().read_text()) == quarters
    with page.expect_download() as saved:
        page.get_by_role("button", name="CSV").click()
    table = list(csv.DictReader(io.StringIO(saved.value.path().read_text())))
    assert list(table[0]) == list(quarters[0])
    assert [row["start"] for row in table] == [quarter["start"] for quarter in quarters]
    assert [float(row["import_w"]) for row in table] == [quarter["import_w"] for quarter in quarters]


def test_address_that_is_none_leads_to_today(house: Device, browse: Browse):
    page = browse(house, "#history/day/2026-13-77")
    title(page, "Thu, 12 November 2026")
