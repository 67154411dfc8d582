"""Who may do what, as the page says it: BOOT, first password, tokens, grants, signing out; and names of strangers."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.device.auth.conftest import PASSWORD, Device, card, make_device  # noqa: F401  # fixtures
from tests.page.conftest import PHONE, Browse
from tests.page.test_changing import device, sign_in  # noqa: F401  # fixture
from tests.page.test_everywhere import ASK_AXE, AXE, SCREENS, picture, visit

PRESSES = {
    "en": ["Press BOOT once", "Press BOOT twice", "Press BOOT three times", "Press BOOT four times"],
    "nl": [f"Druk {count} keer op BOOT" for count in ("één", "twee", "drie", "vier")],
    "fr": [f"Appuyez {count} fois sur BOOT" for count in ("une", "deux", "trois", "quatre")],
    "de": [f"Drücken Sie {count}mal BOOT" for count in ("ein", "zwei", "drei", "vier")],
}
HOSTILE = "<img src=x onerror=alert(1)>"
TURNED = "\u202eYX\u2066Z\u200b"  # shows as another name, and turns the words after it around


def ask_of_page(page: Page, language: str = "en") -> tuple[str, int]:
    """The digits and the number of presses that the dialog shows."""
    shown = page.locator("dialog .presses")
    expect(shown).to_be_visible()
    digits = page.locator("dialog .digits").inner_text()
    assert re.fullmatch(r"\d{4}", digits)
    return digits, PRESSES[language].index(shown.inner_text()) + 1


def press_for(device: Device, page: Page, is_done: Callable[[], bool]) -> None:  # noqa: F811
    """Press BOOT as the dialog says; again if a busy computer missed a press."""
    _, presses = ask_of_page(page)
    for _ in range(5):
        device.press(presses)
        try:
            device.until(is_done, timeout_s=4)
        except AssertionError:
            continue
        return
    raise AssertionError("not approved")


def asked(device: Device, name: str, kind: str = "settings") -> Any:  # noqa: F811
    reply = device.ask("POST", "/api/tokens", {"name": name, "kind": kind}, token="")
    assert reply.status == 202, reply.text
    return reply.json


def in_storage(page: Page, storage: str) -> str | None:
    token: str | None = page.evaluate(f"{storage}.getItem('p1.token')")
    return token


def test_first_password_is_set_after_the_presses_that_the_page_shows(device: Device, browse: Browse):  # noqa: F811
    page = browse(device, "#settings", size=PHONE)
    page.get_by_role("button", name="Sign in").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading")).to_have_text("Set a password")
    digits, presses = ask_of_page(page)
    ask = device.ask("GET", "/api/device").json["access"]["asks"]
    assert [(each["digits"], each["presses"]) for each in ask] == [(digits, presses)]
    field = dialog.get_by_label("Password")
    press_for(device, page, field.is_visible)
    sign_in(page)
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("status").filter(has_text="Signed in.")).to_be_visible()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    device.sign_in()


def test_other_presses_do_not_let_the_page_in(device: Device, browse: Browse):  # noqa: F811
    page = browse(device, "#settings")
    page.get_by_role("button", name="Sign in").click()
    _, presses = ask_of_page(page)
    device.press(presses % 4 + 1)
    device.wait(40)
    expect(page.locator("dialog .presses")).to_have_text(PRESSES["en"][presses - 1])
    assert device.ask("GET", "/api/device").json["access"]["granted"] is None


@pytest.mark.parametrize("language", PRESSES)
def test_ask_of_the_page_is_large_and_whole(device: Device, browse: Browse, language: str):  # noqa: F811
    more = {"locale": language, "size": PHONE, "reduced_motion": "reduce"}
    for scheme in ("light", "dark"):
        page = browse(device, "#settings", color_scheme=scheme, **more)
        page.locator("main .buttons button:nth-child(5)").click()
        ask_of_page(page, language)
        assert page.locator("dialog").evaluate("dialog => dialog.scrollWidth <= dialog.clientWidth")
        size = page.locator("dialog .presses").evaluate("text => parseFloat(getComputedStyle(text).fontSize)")
        assert size >= 24
        page.evaluate(AXE.read_text())
        assert not page.evaluate(ASK_AXE)["violations"]
        picture(page, f"{language}-{scheme}-boot")
        page.context.close()


def test_lost_password_is_replaced_after_a_sign_in_with_boot(device: Device, browse: Browse):  # noqa: F811
    device.sign_in()
    page = browse(device, "#settings/access")
    page.get_by_role("button", name="Sign in").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="With BOOT").click()
    press_for(device, page, lambda: dialog.count() == 0)
    form = page.locator("#access")
    form.get_by_label("New device password").fill("another good one")
    form.get_by_role("button", name="Save").click()
    device.until(
        lambda: device.ask("POST", "/api/session", {"password": "another good one"}, token="").status == 200
    )


def test_ask_that_is_over_says_what_a_new_one_does(device: Device, browse: Browse):  # noqa: F811
    page = browse(device, "#settings")
    page.get_by_role("button", name="Sign in").click()
    digits, _ = ask_of_page(page)
    for number in range(4):  # from the same address, whose oldest ask loses its place
        asked(device, f"stranger {number}")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("This request is over. A new one has other digits")
    dialog.get_by_role("button", name="Try again").click()
    assert ask_of_page(page)[0] != digits
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)


def test_device_out_of_reach_does_not_end_an_ask(device: Device, browse: Browse):  # noqa: F811
    page = browse(device, "#settings")
    page.get_by_role("button", name="Sign in").click()
    digits, _ = ask_of_page(page)
    with page.expect_event("requestfailed", lambda failed: failed.url.endswith("/api/session")):
        page.route("**/api/session", lambda route: route.abort())
    page.unroute("**/api/session")
    field = page.get_by_role("dialog").get_by_label("Password")
    assert page.locator("dialog .digits").inner_text() == digits
    press_for(device, page, field.is_visible)


def test_cancelled_ask_lets_nobody_in(device: Device, browse: Browse):  # noqa: F811
    page = browse(device, "#settings")
    page.get_by_role("button", name="Sign in").click()
    _, presses = ask_of_page(page)
    page.get_by_role("button", name="Cancel").click()
    device.press(presses)
    device.wait(40)
    assert in_storage(page, "sessionStorage") is None
    assert device.ask("GET", "/api/device").json["access"]["granted"] is None


def test_wait_after_wrong_passwords_names_boot(device: Device, browse: Browse):  # noqa: F811
    device.sign_in()
    page = browse(device, "#settings")
    page.get_by_role("button", name="Sign in").click()
    dialog = page.get_by_role("dialog")
    said = {"status": 429, "body": "Too many attempts: try again in 8 s, or press BOOT"}
    page.route("**/api/session", lambda route: route.fulfill(**said))
    sign_in(page)
    expect(dialog.get_by_role("alert")).to_have_text(
        "Too many attempts. Try again in 8 s, or sign in with BOOT."
    )
    expect(dialog.get_by_role("button", name="With BOOT")).to_be_visible()


def test_new_password_needs_the_current_one(device: Device, browse: Browse):  # noqa: F811
    device.sign_in()
    page = browse(device, "#settings/access")
    form = page.locator("#access")
    form.get_by_label("New device password").fill("another good one")
    form.get_by_role("button", name="Save").click()
    sign_in(page)
    expect(form.get_by_role("status")).to_have_text("Needs the current password, or a sign-in with BOOT.")
    form.get_by_label("Current device password").fill("not this one")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("status")).to_have_text("Needs the current password, or a sign-in with BOOT.")
    device.wait(3)
    form.get_by_label("Current device password").fill(PASSWORD)
    form.get_by_role("button", name="Save").click()
    device.until(
        lambda: device.ask("POST", "/api/session", {"password": "another good one"}, token="").status == 200
    )


def test_kind_of_token_that_is_too_low_is_said_in_words(device: Device, browse: Browse):  # noqa: F811
    device.sign_in()
    made = device.ask("POST", "/api/tokens", {"name": "reader", "kind": "read"}).json["token"]
    before = f"localStorage.setItem('p1.token', '{made}')"
    page = browse(device, "#settings", locale="nl-BE", before=lambda page: page.add_init_script(before))
    page.get_by_role("button", name="Herstarten").click()
    expect(page.locator("main .panel", has_text="Herstarten").get_by_role("status")).to_have_text(
        "Vraagt het huidige wachtwoord, of aanmelden met BOOT."
    )


def test_token_is_made_of_the_kind_that_its_maker_chose(device: Device, browse: Browse):  # noqa: F811
    device.sign_in()
    page = browse(device, "#settings/tokens")
    place = page.locator("#tokens")
    expect(place.get_by_label("What it may do")).to_have_value("settings")
    place.get_by_label("Name of the program").fill("display")
    place.get_by_label("What it may do").select_option("view")
    place.get_by_role("button", name="Make a token").click()
    sign_in(page)
    token = place.locator("code").inner_text()
    expect(place.get_by_role("listitem")).to_contain_text(re.compile(r"display\s*view · 12 Nov 2026"))
    assert device.ask("GET", "/api/reading", token=token).status == 200
    assert device.ask("POST", "/api/restart", token=token).status == 403


def test_ask_of_a_program_is_shown_with_its_digits_and_presses(device: Device, browse: Browse):  # noqa: F811
    page = browse(device)
    notice = page.locator("#asks")
    expect(notice).to_be_empty()
    ask = asked(device, "Home Assistant")
    times = PRESSES["en"][ask["presses"] - 1].removeprefix("Press BOOT ")
    expect(notice).to_have_text(
        "“Home Assistant” asks for access (view, change settings, update)."
        f" If it shows {ask['digits']}: press BOOT {times}."
    )


def test_each_grant_is_shown_until_it_is_confirmed(device: Device, browse: Browse):  # noqa: F811
    page = browse(device)
    assert device.granted("/api/tokens", {"name": "thermostat", "kind": "read"}).status == 201
    notice = page.locator("#asks")
    given = re.compile(r"Token “thermostat” given \(view\): 12 Nov, 18:0\d\.")
    expect(notice.get_by_role("paragraph")).to_have_text(given)
    page.reload()
    expect(notice).to_contain_text("thermostat")
    notice.get_by_role("button", name="OK").click()
    expect(notice).to_be_empty()
    page.reload()
    expect(page.locator(".hero .figure")).to_contain_text("W")
    expect(notice).to_be_empty()
    device.sign_in()
    expect(notice).to_contain_text("New device password: 12 Nov, 18:")


def test_session_ends_with_the_tab_unless_the_reader_stays(device: Device, browse: Browse):  # noqa: F811
    device.sign_in()
    page = browse(device, "#settings")
    page.get_by_role("button", name="Sign in").click()
    sign_in(page)
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    assert in_storage(page, "localStorage") is None
    page.reload()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    again = page.context.new_page()
    again.goto(page.url)
    again.get_by_role("button", name="Sign in").click()
    again.get_by_label("Stay signed in in this browser").check()
    sign_in(again)
    expect(again.get_by_role("button", name="Sign out")).to_be_visible()
    assert in_storage(again, "sessionStorage") is None
    assert in_storage(again, "localStorage")


def test_signing_out_ends_the_session_on_the_device_too(device: Device, browse: Browse):  # noqa: F811
    device.sign_in()
    assert device.ask("PATCH", "/api/config", {"access": {"closed": True}}).status == 200
    page = browse(device, "#settings")
    page.locator("#notice").get_by_role("button", name="Sign in").click()
    page.get_by_label("Stay signed in in this browser").check()
    sign_in(page)
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    token = in_storage(page, "localStorage")
    assert token
    assert device.ask("GET", "/api/reading", token=token).status == 200
    with page.expect_event("load"):  # signing out loads the page again
        page.get_by_role("button", name="Sign out").click()
    expect(page.locator("#notice")).to_contain_text("Sign in to see the data")
    assert device.ask("GET", "/api/reading", token=token).status == 401
    assert in_storage(page, "localStorage") is None
    page.evaluate("location.hash = '#now'")
    expect(page.locator("main")).not_to_contain_text(re.compile(r"\d W"))


def test_signing_out_forgets_the_token_of_a_device_out_of_reach(device: Device, browse: Browse):  # noqa: F811
    device.sign_in()
    page = browse(device, "#settings")
    page.get_by_role("button", name="Sign in").click()
    sign_in(page)
    page.route("**/api/session", lambda route: route.abort())
    with page.expect_event("load"):  # signing out loads the page again
        page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert in_storage(page, "sessionStorage") is None


FRAGMENTS = [
    "constructor/x",
    "__proto__",
    "toString/valueOf",
    "hasOwnProperty",
    "history/constructor/x",
    "history/__proto__/2026",
    "history/day/constructor",
    "history/quarter/%00",
    "settings/__proto__",
    f"settings/{HOSTILE}",
    "peaks/javascript:alert(1)",
    "%E0%A4%A",
    "/" * 2000,
]


def test_hostile_fragments_open_a_screen(house: Any, browse: Browse):
    for fragment in FRAGMENTS:
        page = browse(house, f"#{fragment}")
        page.on("dialog", lambda _: pytest.fail("a dialog"))
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        assert page.locator("img, script").count() == 1, fragment  # the page's own script
        page.context.close()


def test_odd_language_of_the_browser_leaves_no_page_empty(house: Any, browse: Browse):
    for language in ("en-US@posix", "nl_BE.UTF-8", "fr-", "C", ""):
        script = f"""
            Object.defineProperty(Navigator.prototype, "language", {{get: () => {language!r}, configurable: true}});
            Object.defineProperty(Navigator.prototype, "languages", {{get: () => [{language!r}], configurable: true}});
        """
        page = browse(house, before=lambda page, script=script: page.add_init_script(script))
        expect(page.locator(".hero .figure")).to_contain_text("W")
        page.context.close()


def test_names_of_strangers_are_text_in_every_view(device: Device, browse: Browse):  # noqa: F811
    device.sign_in()
    for name in (HOSTILE, TURNED, "W" * 32):
        assert device.ask("POST", "/api/tokens", {"name": name}).status == 201
    for name in (HOSTILE, TURNED):  # an address may have two asks
        asked(device, name, "owner")
    page = browse(device, "#settings/tokens", size=PHONE)
    page.on("dialog", lambda _: pytest.fail("a dialog"))
    page.get_by_role("button", name="Show").click()
    sign_in(page)
    for place in (page.locator("#asks"), page.locator("#tokens")):
        expect(place).to_contain_text(HOSTILE)
        expect(place).to_contain_text("YXZ")
        assert not set(place.inner_text()) & set(TURNED[0] + TURNED[3] + TURNED[5])
    for screen in SCREENS:
        visit(page, screen)
        assert page.locator("img, script").count() == 1, screen
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], screen
        picture(page, f"strangers-{screen}")
