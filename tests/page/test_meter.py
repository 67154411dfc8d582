"""All that the meter says, on one screen."""

import re
from pathlib import Path

from playwright.sync_api import expect

from simulator.telegram_source import simulated_meter
from tests.device.api.device import Device
from tests.page.conftest import EVENING, Browse, at_home


def test_every_field_of_the_reading_is_there(house: Device, browse: Browse):
    page = browse(house, "#meter")
    expect(page.locator("main")).to_contain_text("Registers")
    text = page.locator("main").inner_text()
    reading = house.get("/api/reading").json()
    assert reading["meter_id"] in text
    assert "FLU5" in text
    assert reading["meter_version"] in text
    for meter in reading["mbus"]:
        assert meter["id"] in text
    for phase in ("L1", "L2", "L3"):
        assert phase in text
    for word in (
        "Voltage",
        "Breaker",
        "Limiter",
        "Fuse",
        "Message",
        "Gas",
        "Water",
        "Damaged telegrams",
        "Free memory",
    ):
        assert word in text, word


def test_figures_change_with_the_meter(house: Device, browse: Browse):
    page = browse(house, "#meter")
    clock = page.locator("section", has=page.get_by_role("heading", name="The meter")).locator("dd").first
    before = clock.inner_text()
    expect(clock).not_to_have_text(before)


def test_telegram_is_shown_and_copied_without_a_secure_context(house: Device, browse: Browse):
    page = browse(house, "#meter", permissions=["clipboard-read"])
    assert page.evaluate("isSecureContext") is False
    page.get_by_role("button", name="Show the latest").click()
    expect(page.locator("pre")).to_contain_text(re.compile(r"/FLU5.*![0-9A-F]{4}", re.DOTALL))
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_visible()
    telegram = page.locator("pre").inner_text()
    page.evaluate("document.body.prepend(document.createElement('textarea'))")
    page.locator("body > textarea").focus()
    page.keyboard.press("ControlOrMeta+v")
    assert page.locator("body > textarea").input_value().split() == telegram.split()


def test_meter_with_one_phase_and_a_message(browse: Browse, tmp_path: Path):
    source = simulated_meter("sagemcom-s211-50217", start=EVENING, message="Hello household")
    with at_home(source, card=tmp_path) as device:
        page = browse(device, "#meter")
        expect(page.locator("main")).to_contain_text("Hello household")
        expect(page.locator(".phases thead th")).to_have_count(1)
