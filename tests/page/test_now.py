"""The first screen: what a household sees within five seconds."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request, expect

from simulator import clock
from simulator.board import port_problem
from simulator.meter_history import MeterHistory
from simulator.page_server import page_from_source
from simulator.scripted_load import ScriptedLoad
from simulator.telegram_source import simulated_meter
from tests.device.api.device import Device, wait_for
from tests.page.conftest import EVENING, PHONE, Browse, at_home

START = clock.parse("2026-11-12T18:32:00")


def figure(page: Page) -> str:
    return page.locator(".hero .figure").inner_text().replace("\u00a0", " ")


def test_import_quarter_and_month_peak_are_there_within_three_requests(house: Device, browse: Browse):
    requests: list[str] = []
    page = browse(
        house, size=PHONE, before=lambda page: page.on("request", lambda one: requests.append(one.url))
    )
    expect(page.locator(".hero .figure")).to_contain_text("kW")
    assert len([url for url in requests if not url.startswith("data:")]) <= 3, requests
    expect(page.locator(".hero .direction")).to_have_text("From the grid")
    expect(page.locator("h2").first).to_have_text(re.compile("18:30 . 18:45"))
    expect(page.locator("#peak-title + .figure")).to_contain_text("kW")


def test_figures_change_each_second(house: Device, browse: Browse):
    page = browse(house)
    clock_text = page.locator(".row p.soft").first
    expect(clock_text).to_have_text(re.compile(r"\d+:\d\d left"))
    for _ in range(3):
        before = clock_text.inner_text()
        expect(clock_text).not_to_have_text(before)


@pytest.mark.parametrize(
    ("power_w", "level", "words"),
    [
        (500, "On track", r"[\d.]+\skW more is fine for 1\d minutes"),
        (-1500, "On track", r"[\d.]+\skW more is fine for 1\d minutes"),
        (6000, "Watch out", r"Switch off [\d.]+\skW"),
    ],
)
def test_words_say_what_may_still_be_used(browse: Browse, power_w: int, level: str, words: str):
    with at_home(simulated_meter(start=START, load=ScriptedLoad(power_w), history=MeterHistory())) as device:
        page = browse(device)
        expect(page.locator(".badge")).to_have_text(level)
        expect(page.locator(".advice")).to_have_text(re.compile(words))
        expect(page.locator(".direction")).to_have_text("To the grid" if power_w < 0 else "From the grid")
        assert page.locator(".badge svg use").get_attribute("href")  # never by colour alone
        if power_w < 0:
            assert figure(page) == "1.50 kW"


def test_quarter_that_is_lost_says_so(browse: Browse):
    load = ScriptedLoad(25_000)
    with at_home(simulated_meter(start=START - 110, load=load, history=MeterHistory()), speed=20) as device:
        page = browse(device)
        expect(page.locator(".badge")).to_have_text("Too high")
        expect(page.locator(".advice")).to_contain_text("exceeded the target")


def test_next_quarter_takes_its_place_and_the_chart_begins_anew(browse: Browse):
    source = simulated_meter(start=clock.parse("2026-11-12T18:43:00"), load=ScriptedLoad(1200))
    with at_home(source, speed=10) as device:
        page = browse(device)
        expect(page.locator("h2").first).to_have_text(re.compile("18:30 . 18:45"))
        expect(page.locator("h2").first).to_have_text(re.compile("18:45 . 19:00"), timeout=40_000)
        page.locator("summary", has_text="As a table").first.click()
        expect(page.locator(".table tbody tr").first).to_contain_text("18:45")
        page.locator("summary", has_text="As a table").first.click()


def test_lost_connection_is_told_and_comes_back_by_itself(browse: Browse, tmp_path: Path):
    with at_home(simulated_meter(start=EVENING), card=tmp_path) as device:
        page = browse(device)
        expect(page.locator(".hero .figure")).to_contain_text("W")
        expect(page.locator("#notice")).to_be_hidden()
        device.board.stop()
        expect(page.locator("#notice")).to_contain_text("No connection to the device")
        device.board.start()
        expect(page.locator("#notice")).to_be_hidden(timeout=25_000)


def test_silent_meter_is_told_with_the_age_of_the_figures(browse: Browse, tmp_path: Path):
    with at_home(simulated_meter(start=EVENING), card=tmp_path) as device:
        page = browse(device)
        expect(page.locator(".hero .figure")).to_contain_text("W")
        device.line.silence(600)
        expect(page.locator("#notice")).to_contain_text("No telegram from the meter for", timeout=20_000)
        expect(page.locator(".hero")).to_have_class(re.compile("stale"))


def test_missing_card_is_told(browse: Browse):
    with at_home(simulated_meter(start=EVENING)) as device:
        expect(browse(device).locator("#notice")).to_contain_text("No SD card")


def test_failed_card_is_told_in_the_history_too(browse: Browse, tmp_path: Path):
    image = tmp_path / "card.img"
    image.write_bytes(b"no file system " * 4096)
    with at_home(simulated_meter(start=EVENING), card=image) as device:
        page = browse(device, "#history/day/2026-11-10")
        expect(page.locator("#notice")).to_contain_text("The SD card does not work")
        expect(page.locator(".empty")).to_contain_text("The SD card does not work")


@pytest.mark.parametrize("screen", ["now", "history", "peaks", "meter", "settings"])
def test_screen_that_is_opened_before_the_first_telegram_waits_for_it(
    browse: Browse, tmp_path: Path, screen: str
):
    (tmp_path / "config.json").write_text('{"capacity": {"area": "wallonia_impact"}}')
    with at_home(simulated_meter(start=EVENING), card=tmp_path, silent=True) as device:
        page = browse(device, f"#{screen}")
        expect(page.locator("main")).to_have_class(screen)
        device.line.silence(0)
        expect(page.locator("#notice")).to_be_hidden()
        page.get_by_role("link", name="Meter").click()
        expect(page.locator("main")).to_contain_text("Registers")


def test_fourth_page_polls_and_is_as_up_to_date(browse: Browse, tmp_path: Path):
    with at_home(simulated_meter(start=EVENING), card=tmp_path) as device:
        pages = [browse(device) for _ in range(4)]
        for page in pages:
            expect(page.locator(".hero .figure")).to_contain_text("W")
        before = pages[3].locator(".row p.soft").first.inner_text()
        expect(pages[3].locator(".row p.soft").first).not_to_have_text(before)
        expect(pages[3].locator("#notice")).to_be_hidden()


def test_page_takes_two_connections_at_most(house: Device, browse: Browse):
    open_now: set[Request] = set()
    most = 0

    def begin(request: Request) -> None:
        nonlocal most
        if not request.url.startswith("data:"):
            open_now.add(request)
            most = max(most, len(open_now))

    def watch(page: Page) -> None:
        page.on("request", begin)
        for end in ("requestfinished", "requestfailed"):
            page.on(end, lambda request: open_now.discard(request))

    page = browse(house, before=watch)
    for tab in ("History", "Peaks", "Meter", "Settings", "Now"):
        page.get_by_role("link", name=tab, exact=True).click()
        page.wait_for_timeout(150)
    assert most <= 2


def slow(page: Page) -> None:
    """From now on each reply takes 4 s, and 40 KB a second come."""
    network = {"offline": False, "latency": 4000, "downloadThroughput": 40_000, "uploadThroughput": 40_000}
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", network)


def test_slow_device_is_waited_for(house: Device, browse: Browse):
    page = browse(house, before=slow)
    expect(page.locator(".hero")).to_contain_text("Waiting for the meter")
    expect(page.locator(".hero .figure")).to_contain_text("W")


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Tokyo"])
def test_time_is_the_meters_wherever_the_browser_is(house: Device, browse: Browse, zone: str):
    page = browse(house, timezone_id=zone)
    expect(page.locator("h2").first).to_have_text(re.compile("18:30 . 18:45"))


def test_page_from_its_sources_looks_at_a_device(browse: Browse, tmp_path: Path):
    with at_home(simulated_meter(start=EVENING), card=tmp_path) as device:
        board = device.board
        with page_from_source("127.0.0.1", f"{board.host}:{board.port}") as address:
            page = browse(device)
            wait_for(lambda: port_problem(urlsplit(address).port or 0), "the server of the sources")
            page.goto(address)
            expect(page.locator(".hero .figure")).to_contain_text("W")
