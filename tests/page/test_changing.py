"""What the owner changes: signing in, settings, tokens, restart, and another version of the firmware."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from simulator.p1_port import P1Port
from simulator.telegram_source import simulated_meter
from tests.device.auth.conftest import (  # noqa: F401  # fixtures
    PASSWORD,
    WIFI_PASSWORD,
    Device,
    card,
    make_device,
)
from tests.device.update.test_over_http import files, with_password  # noqa: F401  # fixtures
from tests.device.update.two_slots import Device as Updatable, newer, until
from tests.fixtures.old_card import EXACT_KWH, write_old_card
from tests.page.conftest import DESK

type Browse = Callable[..., Page]

TIMES = ["once", "twice", "three times", "four times"]


@pytest.fixture
def device(make_device: Callable[..., Device], card: Path) -> Device:  # noqa: F811
    return make_device(card=card)


def sign_in(page: Page, password: str = PASSWORD) -> None:
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Password").fill(password)
    dialog.locator("button.primary").click()


def test_settings_are_changed_after_a_sign_in_and_hold(device: Device, browse: Browse):
    device.sign_in()
    page = browse(device, "#settings/capacity")
    form = page.locator("#capacity")
    form.get_by_label("Network area").select_option("kempen")
    form.get_by_label("Your target (W)").fill("3500")
    form.get_by_role("button", name="Save").click()
    sign_in(page, "a wrong one")
    expect(page.get_by_role("dialog")).to_contain_text("Wrong password")
    device.wait(3)
    sign_in(page)
    expect(form).to_contain_text("Saved.")
    capacity = device.ask("GET", "/api/device").json["capacity"]
    assert (capacity["area"], capacity["target_w"]) == ("kempen", 3500)

    form.get_by_role("button", name="Save").click()
    expect(form).to_contain_text("Nothing was changed.")
    form.get_by_label("Your target (W)").fill("")
    form.get_by_role("button", name="Save").click()
    expect(form).to_contain_text("Saved.")
    assert device.ask("GET", "/api/device").json["capacity"]["target_w"] is None


def test_settings_that_come_after_their_screen_was_left_do_no_harm(device: Device, browse: Browse):
    asked: list[Route] = []
    page = browse(
        device,
        "#settings",
        before=lambda page: page.route("**/api/config", lambda route: asked.append(route)),
    )
    expect(page.locator("main")).to_contain_text("Loading")
    page.get_by_role("link", name="Now", exact=True).click()
    expect(page.locator(".hero")).to_be_visible()
    with page.expect_response("**/api/config"):
        asked[0].continue_()
    page.unroute("**/api/config")
    page.get_by_role("link", name="Settings", exact=True).click()
    expect(page.locator("#network")).to_be_visible()


def test_wrong_value_is_refused_beside_its_form(device: Device, browse: Browse):
    page = browse(device, "#settings/network")
    form = page.locator("#network")
    form.get_by_label("Name", exact=True).fill("not a name")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("status")).to_contain_text("Name:")
    expect(form.get_by_label("Name", exact=True)).to_be_focused()
    form.get_by_label("Address from the router").uncheck()
    expect(form.get_by_label("IP address")).to_be_visible()


def test_wifi_password_with_umlauts_is_refused_with_the_reason(device: Device, browse: Browse):
    page = browse(device, "#settings/wifi")
    form = page.locator("#wifi")
    form.get_by_label("Wi-Fi password").fill("Schlüssel")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("status").last).to_contain_text("characters without accents")


def test_host_names_are_listed_and_answered(device: Device, browse: Browse):
    device.sign_in()
    page = browse(device, "#settings/access")
    form = page.locator("#access")
    form.get_by_label("Other host names").fill("p1.example.be, board.tail1234.ts.net  ")
    form.get_by_role("button", name="Save").click()
    sign_in(page)
    expect(form.get_by_label("Other host names")).to_have_value("p1.example.be, board.tail1234.ts.net")
    hosts = ["p1.example.be", "board.tail1234.ts.net"]
    assert device.ask("GET", "/api/config", headers={"Host": hosts[1]}).json["access"]["hosts"] == hosts
    form.get_by_label("Other host names").fill("*.ts.net")
    form.get_by_role("button", name="Save").click()
    expect(form).to_contain_text("at most four host names")
    form.get_by_label("Other host names").fill("")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_label("Other host names")).to_have_value("")
    assert device.ask("GET", "/api/config", headers={"Host": hosts[1]}).status == 421


def test_closed_device_asks_for_the_password_first(device: Device, browse: Browse):
    device.sign_in()
    assert device.ask("PATCH", "/api/config", {"access": {"closed": True}}).status == 200
    page = browse(device)
    expect(page.locator("#notice")).to_contain_text("Sign in to see the data")
    page.locator("#notice").get_by_role("button", name="Sign in").click()
    sign_in(page)
    expect(page.locator(".hero .figure")).to_contain_text("W", timeout=15_000)


def test_lost_connection_is_told_instead_of_a_form_for_the_password(device: Device, browse: Browse):
    page = browse(device, "#settings")
    expect(page.locator("#capacity")).to_be_visible()
    page.route("**/api/config", lambda route: route.abort())
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("status").filter(has_text="The device does not answer")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.unroute("**/api/config")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("dialog")).to_contain_text("Press BOOT")


def test_closed_device_that_is_lost_says_so_when_somebody_signs_in(device: Device, browse: Browse):
    device.sign_in()
    assert device.ask("PATCH", "/api/config", {"access": {"closed": True}}).status == 200
    page = browse(device, "#settings")
    form = page.locator("main section", has_text="Sign in to see the data")
    expect(form).to_be_visible()
    page.route("**/api/config", lambda route: route.abort())
    page.locator("#notice").get_by_role("button", name="Sign in").click()
    expect(page.locator("#notice")).to_contain_text("No connection")
    form.get_by_role("button", name="Sign in").click()
    expect(page.locator("main")).to_contain_text("The device does not answer")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_token_is_made_shown_once_and_removed(device: Device, browse: Browse):
    device.sign_in()
    page = browse(device, "#settings/tokens")
    place = page.locator("#tokens")
    place.get_by_label("Name of the program").fill("Home Assistant")
    place.get_by_role("button", name="Make a token").click()
    sign_in(page)
    token = place.locator("code").inner_text()
    assert re.fullmatch("[0-9a-f]{32}", token)
    assert device.ask("GET", "/api/tokens", token=token).status == 403
    place.get_by_role("button", name="Remove: Home Assistant").click()
    expect(place).to_contain_text("No tokens.")
    assert device.ask("GET", "/api/tokens", token=token).status == 401


def test_log_is_shown(device: Device, browse: Browse):
    page = browse(device, "#settings")
    page.get_by_role("link", name="Log").click()
    expect(page.locator("pre")).to_contain_text("SD Card OK")


def test_rebuild_of_an_old_card_is_offered_beside_its_settings(
    device: Device,
    card: Path,  # noqa: F811
    browse: Browse,
):
    days = write_old_card(card)
    device.restarted()
    device.sign_in()
    form = browse(device, "#settings/card").locator("#card")
    expect(form).to_contain_text("about 0.2 % too low")
    form.get_by_role("button", name="Compute the totals again").click()
    sign_in(form.page)
    expect(form).to_contain_text("are being computed")
    device.until(lambda: f",{EXACT_KWH}" in days.read_text())


def test_device_restarts_and_the_page_comes_back_with_it(device: Device, browse: Browse):
    device.sign_in()
    page = browse(device, "#settings")
    page.get_by_role("button", name="Restart").click()
    sign_in(page)
    expect(page.get_by_role("status").filter(has_text="The device is restarting")).to_be_visible()
    device.until(lambda: device.board.restarts == 1)
    page.get_by_role("link", name="Now").click()
    expect(page.locator("#notice")).to_be_hidden(timeout=15_000)
    expect(page.locator(".hero .figure")).to_contain_text("W", timeout=15_000)


def test_language_and_colours_are_chosen_and_kept(device: Device, browse: Browse):
    page = browse(device, "#settings", color_scheme="light")
    page.get_by_label("Language").select_option("fr")
    expect(page.locator("h1")).to_have_text("Réglages")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    page.get_by_label("Couleurs").select_option("dark")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.reload()
    expect(page.locator("h1")).to_have_text("Réglages")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    page.get_by_label("Couleurs").select_option("light")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != dark


@pytest.fixture
def updatable(
    with_password: Path,  # noqa: F811
    files: dict[str, bytes],  # noqa: F811
) -> Iterator[Updatable]:
    with P1Port(simulated_meter(start=1_700_000_000)) as line:
        device = Updatable(with_password, line, files)
        with device.board:
            yield device


def test_another_version_is_sent_and_runs(
    updatable: Updatable,
    browse: Browse,
    files: dict[str, bytes],  # noqa: F811
    tmp_path: Path,
):
    package = newer(files, "9.9.9", tmp_path)
    page = browse(updatable, "#update", size=DESK)
    expect(page.locator("main")).to_contain_text("is running on host")
    damaged = bytearray(package.content())
    damaged[-40] ^= 1
    choose(page, "damaged.p1", bytes(damaged))
    sign_in(page, "a good one")
    expect(page.get_by_role("status").filter(has_text="Update failed")).to_be_visible(timeout=20_000)
    choose(page, package.file_name, package.content())
    expect(page.get_by_role("status").filter(has_text="Version 9.9.9 is running")).to_be_visible(
        timeout=40_000
    )
    assert updatable.status()["firmware"] == "9.9.9"


@pytest.mark.parametrize("answer", ["signs in", "cancels"])
def test_closed_device_shows_its_new_version_after_a_sign_in_only(
    updatable: Updatable,
    browse: Browse,
    files: dict[str, bytes],  # noqa: F811
    tmp_path: Path,
    answer: str,
):
    updatable.sign_in()
    assert updatable.ask("/api/config", b'{"access": {"closed": true}}', "PATCH")[0] == 200
    package = newer(files, "9.9.9", tmp_path)
    page = browse(updatable, "#update", size=DESK)
    choose(page, package.file_name, package.content())
    sign_in(page, "a good one")
    expect(page.get_by_role("dialog")).to_have_count(0, timeout=20_000)
    expect(page.get_by_role("dialog")).to_be_visible(timeout=40_000)
    said = page.get_by_role("main").get_by_role("status")
    expect(said).to_have_text("The device is restarting…")
    if answer == "signs in":
        sign_in(page, "a good one")
        expect(said).to_contain_text("Version 9.9.9 is running", timeout=60_000)
    else:
        page.get_by_role("button", name="Cancel").click()
        expect(said).to_have_text("Sign in to see the data.")


def test_page_of_the_update_sees_the_new_version_of_a_closed_device(
    updatable: Updatable,
    browse: Browse,
    files: dict[str, bytes],  # noqa: F811
    tmp_path: Path,
):
    updatable.sign_in()
    assert updatable.ask("/api/config", b'{"access": {"closed": true}}', "PATCH")[0] == 200
    package: Any = newer(files, "9.9.9", tmp_path)
    page = browse(updatable, "update")
    page.get_by_label("Update package").set_input_files(
        {"name": package.file_name, "mimeType": "application/octet-stream", "buffer": package.content()}
    )
    page.get_by_label("Device password").fill("a good one")
    page.get_by_role("button", name="Update", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Version 9.9.9 is running", timeout=60_000)


@pytest.mark.parametrize("address", ["#update", "update"])
def test_package_that_no_key_has_signed_asks_for_boot(
    updatable: Updatable,
    browse: Browse,
    files: dict[str, bytes],  # noqa: F811
    tmp_path: Path,
    address: str,
):
    package = newer(files, "9.9.9", tmp_path).signed(b"")
    page = browse(updatable, address)
    choose(page, package.file_name, package.content(), "a good one" if address == "update" else None)
    if address == "#update":
        sign_in(page, "a good one")
    until(lambda: updatable.status()["update"]["waiting"])
    (ask,) = updatable.status()["access"]["asks"]
    assert ask["name"].startswith("firmware 9.9.9 from ")
    shown = page.locator("#asks" if address == "#update" else "#said")
    expect(shown).to_contain_text("firmware 9.9.9 from ", timeout=15_000)
    expect(shown).to_contain_text(
        f"press BOOT {TIMES[ask['presses'] - 1]}" if address == "#update" else f"{ask['presses']}"
    )


def choose(page: Page, name: str, content: bytes, password: str | None = None) -> None:
    package: Any = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    page.get_by_label("Update package").set_input_files(package)
    if password:
        page.get_by_label("Device password").fill(password)
    page.get_by_role("main").get_by_role("button", name="Update", exact=True).click()


def test_old_address_of_the_update_leads_to_a_page_that_needs_no_other(device: Device, browse: Browse):
    page = browse(device, "update")
    expect(page.locator("h1")).to_have_text("Update")
    expect(page.locator("input[type=file]")).to_be_visible()
    assert page.url.endswith("/update")


def test_page_of_the_update_leads_to_boot_if_no_password_is_set(device: Device, browse: Browse):
    page = browse(device, "update", locale="fr-BE")
    package: Any = {"name": "any.p1", "mimeType": "application/octet-stream", "buffer": b"any"}
    page.locator("#file").set_input_files(package)
    page.locator("#password").fill(PASSWORD)
    page.locator("#send").click()
    expect(page.get_by_role("status")).to_contain_text("connectez-vous-y avec BOOT")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The device cannot read this SD card (GPT, exFAT). Format it as FAT32 with MBR"),
        ("nl", "Het toestel kan deze SD-kaart niet lezen (GPT, exFAT)"),
        ("fr", "ne peut pas lire cette carte SD (GPT, exFAT)"),
        ("de", "Das Gerät kann diese SD-Karte nicht lesen (GPT, exFAT)"),
    ],
)
def test_card_that_cannot_be_read_is_named_and_can_be_erased(
    make_device: Callable[..., Device],  # noqa: F811
    tmp_path: Path,
    browse: Browse,
    language: str,
    text: str,
):
    image = tmp_path / "card.img"
    image.write_bytes(gpt_with_exfat())
    device = make_device(card=image)
    device.sign_in()
    page = browse(device, "#settings", locale=language)
    expect(page.locator("#notice")).to_contain_text(text)
    reply = device.ask("POST", "/api/card/format", {"confirm": "format"})
    assert reply.status == 200, reply.text
    expect(page.locator("#notice")).to_be_hidden(timeout=15_000)


def gpt_with_exfat() -> bytes:
    """Return a card with a GPT, whose first partition has exFAT."""
    content = bytearray(32 << 20)
    content[450], content[510:512] = 0xEE, b"\x55\xaa"
    content[512:520], content[512 + 72] = b"EFI PART", 2
    content[1024 + 32 : 1024 + 36] = (2048).to_bytes(4, "little")
    content[2048 * 512 + 3 : 2048 * 512 + 11] = b"EXFAT   "
    return bytes(content)


def test_password_on_the_card_is_shown_and_removed_on_request(
    device: Device,
    card: Path,  # noqa: F811
    browse: Browse,
):
    device.sign_in()
    form = browse(device, "#settings/card").locator("#card")
    expect(form).to_contain_text("This card has the Wi-Fi password in clear.")
    form.get_by_role("button", name="Remove it from the card").click()
    sign_in(form.page)
    expect(form).to_contain_text("Removed.")
    assert WIFI_PASSWORD not in (card / "config.json").read_text()


def test_card_that_has_changed_settings_is_named(
    device: Device,
    card: Path,  # noqa: F811
    browse: Browse,
):
    device.board.stop()
    (card / "config.json").write_text('{"capacity":{"target_w":9000}}')
    device.board.start()
    page = browse(device)
    expect(page.locator("#notice")).to_have_text(
        "A card has changed settings: network.device_name, capacity.target_w."
    )
