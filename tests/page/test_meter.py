"""All that the meter says, on one screen."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

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


def test_memory_that_only_a_board_has_is_there_with_its_lowest(house: Device, browse: Browse):
    memory = {"free_bytes": 42872, "largest_bytes": 26624, "lowest_bytes": 24872}
    status = {**house.get("/api/device").json(), "system_memory": memory}

    def with_memory(page: Page) -> None:
        page.route("**/api/live", lambda route: route.fulfill(status=503))  # it polls instead
        page.route("**/api/device", lambda route: route.fulfill(json=status))

    page = browse(house, "#meter", before=with_memory)
    row = page.locator("dl div", has=page.get_by_text("Free system memory"))
    expect(row.locator("dd")).to_have_text("42\u00a0KB, lowest 24\u00a0KB")


def test_memory_that_this_computer_does_not_have_is_not_there(house: Device, browse: Browse):
    page = browse(house, "#meter")
    expect(page.locator("main")).to_contain_text("Free memory")
    assert "system memory" not in page.locator("main").inner_text()


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
