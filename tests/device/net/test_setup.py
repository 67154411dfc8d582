"""The first start of a board: from its setup network to that of the house, in a browser, while the meter is read."""

import json
import os
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from simulator.clock import moment
from tests.device.board.conftest import SwitchOn
from tests.device.board.hardware import Hardware
from tests.device.net.conftest import DESK, PHONE, Browse
from tests.fixtures.oldest_browsers import take_away

EVENING = moment(2026, 11, 12, 18, 3)
AIR = {"Wifi van de buren": "whatever it is", "home": "correct horse", "Café ☕ open": None}
PICTURES = os.environ.get("SETUP_PICTURES")  # a folder for who wants to see the page


def first_start(power: SwitchOn, **facts: object) -> Hardware:
    """A board that knows no network, with its setup portal open."""
    hardware = power(wifi=False, **facts)
    (hardware.world / "networks.json").write_text(json.dumps(AIR))
    hardware.switch_on()
    hardware.wait(lambda: hardware.said("Setup network:") and hardware.said("ready http"))
    return hardware


def visit(page: Page, hardware: Hardware) -> Page:
    page.goto(f"http://127.0.0.1:{hardware.port}/")
    expect(page.locator("#list button").first).to_be_visible()
    return page


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def test_phone_sets_it_up_and_no_telegram_waits_for_that(power: SwitchOn, browse: Browse) -> None:
    hardware = first_start(power, meter=EVENING)
    page = visit(browse(), hardware)
    before, began = hardware.device()["p1"]["telegrams"], time.monotonic()
    picture(page, "phone")

    page.get_by_role("button", name="home").click()
    page.get_by_label("Wachtwoord", exact=True).fill("wrong horse")
    page.get_by_role("button", name="Verbinden").click()
    expect(page.locator("#told")).to_contain_text("Het toestel probeert te verbinden")
    expect(page.locator("#told")).to_contain_text("het wachtwoord klopt niet", timeout=20_000)
    picture(page, "phone-wrong")
    assert not (hardware.flash / "config.json").exists()

    page.get_by_label("Wachtwoord", exact=True).fill("correct horse")
    page.locator("#area").select_option("limburg")
    page.get_by_role("button", name="Verbinden").click()
    expect(page.locator("#told")).to_contain_text("Verbonden", timeout=20_000)
    expect(page.locator("#told")).to_contain_text("http://digimon.local")
    picture(page, "phone-joined")
    kept = json.loads((hardware.flash / "config.json").read_text())
    assert kept["wifi"] == {"ssid": "home", "password": "correct horse"}
    assert kept["capacity"]["area"] == "limburg"

    heard = hardware.device()["p1"]["telegrams"] - before
    passed_s = (time.monotonic() - began) * hardware.speed
    assert heard > 0.5 * passed_s, (heard, passed_s)
    hardware.wait(lambda: hardware.said("Wi-Fi: joined"))
    hardware.wait(lambda: "access point off" in hardware.acts())


def test_page_works_in_the_oldest_browsers(power: SwitchOn, browse: Browse) -> None:
    hardware = first_start(power)
    page = browse()
    take_away(page)
    visit(page, hardware)
    page.get_by_role("button", name="home").click()
    page.get_by_label("Wachtwoord", exact=True).fill("wrong horse")
    page.get_by_role("button", name="Verbinden").click()
    expect(page.locator("#told")).to_contain_text("het wachtwoord klopt niet", timeout=20_000)


@pytest.mark.parametrize(
    ("locale", "title", "wrong"),
    [
        ("nl-BE", "Stel je P1-monitor in", "Kies een netwerk of typ een naam."),
        ("fr-BE", "Configurer le moniteur P1", "Choisissez ou tapez un réseau."),
        ("de-BE", "P1-Monitor einrichten", "Wählen Sie ein Netzwerk oder geben Sie eines ein."),
        ("en-GB", "Set up your P1 monitor", "Choose or enter a network."),
        ("ja-JP", "Set up your P1 monitor", "Choose or enter a network."),
    ],
)
def test_page_speaks_the_language_of_the_phone(
    power: SwitchOn, browse: Browse, locale: str, title: str, wrong: str
) -> None:
    hardware = first_start(power)
    page = visit(browse(locale), hardware)

    expect(page.locator("h1")).to_have_text(title)
    assert page.locator("html").get_attribute("lang") == (locale[:2] if locale[:2] != "ja" else "en")
    page.locator(".go").click()
    expect(page.locator(".wrong").first).to_have_text(wrong)
    assert "undefined" not in page.locator("main").inner_text()


def test_each_wrong_field_has_its_words_beside_it(power: SwitchOn, browse: Browse) -> None:
    hardware = first_start(power)
    page = visit(browse(size=DESK), hardware)
    page.get_by_label("Vast").check()
    for field, value in (
        ("ssid", ""),
        ("pass", "short"),
        ("device_name", "mijn huis"),
        ("ip", "192.168.0"),
        ("subnet", "255.0.255.0"),
        ("gateway", "router"),
        ("dns", "1.1.1"),
        ("device_password", "short"),
    ):
        page.locator(f"#{field}").fill(value)
    page.locator(".go").click()

    expect(page.locator(".wrong")).to_have_count(8)
    picture(page, "desk-wrong")
    assert page.locator("#ssid").evaluate("field => field === document.activeElement")


def test_page_fits_a_phone_and_a_desk_by_day_and_by_night(power: SwitchOn, browse: Browse) -> None:
    hardware = first_start(power)
    for size, scheme in (
        (PHONE, "light"),
        (PHONE, "dark"),
        (DESK, "light"),
        ({"width": 320, "height": 568}, "dark"),
    ):
        page = visit(browse(size=size, color_scheme=scheme), hardware)
        picture(page, f"{size['width']}-{scheme}")
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        for button in page.locator("button:visible, input:not([type=radio]):visible, select:visible").all():
            box = button.bounding_box()
            assert box
            assert box["height"] >= 44


def test_phone_that_looks_for_the_internet_is_sent_to_the_form(power: SwitchOn) -> None:
    hardware = first_start(power)

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    for host, path in (
        ("captive.apple.com", "/hotspot-detect.html"),
        ("connectivitycheck.gstatic.com", "/generate_204"),
        ("www.msftconnecttest.com", "/connecttest.txt"),
        ("detectportal.firefox.com", "/canonical.html"),
    ):
        request = urllib.request.Request(f"http://127.0.0.1:{hardware.port}{path}", headers={"Host": host})
        with pytest.raises(urllib.error.HTTPError) as answer:
            urllib.request.build_opener(Stay).open(request, timeout=5)
        assert answer.value.code == 302
        assert answer.value.headers["Location"] == "http://192.168.4.1/"
