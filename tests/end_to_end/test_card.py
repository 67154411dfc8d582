"""The dashboard card in Home Assistant's own frontend, in a real browser, with two devices."""

import asyncio
import json
import re
import shutil
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from build_tool import dashboard_card
from build_tool.release import INTEGRATION
from simulator.board import ROOT, Board, free_port
from simulator.clock import parse
from simulator.home_assistant import PASSWORD, USER, HomeAssistant
from simulator.p1_port import P1Port
from simulator.scripted_load import ScriptedLoad
from simulator.telegram_source import simulated_meter

from .entries import entry, keep_entries

expect.set_options(timeout=20_000)

CHROMIUM = ROOT / ".tools/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
START = parse("2026-11-12T18:03:00")
GARAGE = "0200c3000002"
YAML = """
lovelace:
  dashboards:
    yaml-house:
      mode: yaml
      title: House in YAML
      filename: house.yaml
"""
HOUSE = """
title: House
views:
  - title: House
    cards:
      - type: custom:p1-quarter-card
        title: In YAML
"""


async def sign_in(page: Page, url: str, path: str) -> None:
    await page.goto(f"{url}/{path}")
    await page.locator("input[name=username]").fill(USER)
    await page.locator("input[name=password]").fill(PASSWORD)
    await page.keyboard.press("Enter")


async def device_ids(home: HomeAssistant, *names: str) -> list[str]:
    """The devices with these names, once they are all there."""
    async with asyncio.timeout(60):
        while True:
            devices = await home.command("config/device_registry/list")
            found = {device["name"]: str(device["id"]) for device in devices}
            if found.keys() >= set(names):
                return [found[name] for name in names]
            await asyncio.sleep(0.5)


@pytest.mark.timeout(240)
async def test_card_on_storage_and_yaml_dashboards(socket_enabled: None, tmp_path: Path) -> None:
    if not CHROMIUM.exists():
        pytest.skip("no .tools/bin/chromium here; scripts/setup says why")
    dashboard_card.build()
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "house.yaml").write_text(HOUSE)
    house = simulated_meter(start=START, load=ScriptedLoad(9200))
    garage = simulated_meter(start=START, load=ScriptedLoad(-1200))
    with (
        P1Port(house) as first,
        P1Port(garage) as second,
        Board(first) as board,
        Board(second, device_id=GARAGE) as other,
    ):
        keep_entries(
            folder,
            [
                entry(f"{board.host}:{board.port}", title="House"),
                entry(f"{other.host}:{other.port}", unique_id=GARAGE, title="Garage"),
            ],
        )
        async with (
            HomeAssistant(folder, port=free_port(), extra_yaml=YAML) as home,
            async_playwright() as playwright,
        ):
            await home.wait_ready()
            await home.sign_in()
            house_id, garage_id = await device_ids(home, "House", "Garage")
            cards = [
                {"type": "custom:p1-quarter-card", "device_id": house_id},
                {"type": "custom:p1-quarter-card", "device_id": garage_id, "chart": False},
            ]
            await home.save_dashboard(
                "p1-house", {"title": "House", "views": [{"title": "House", "cards": cards}]}
            )
            browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
            context = await browser.new_context(locale="en-GB", viewport={"width": 1000, "height": 800})
            page = await context.new_page()
            faults: list[str] = []
            page.on("pageerror", lambda error: faults.append(str(error)))

            await sign_in(page, home.url, "p1-house")
            shown = page.locator("p1-quarter-card")
            await expect(shown).to_have_count(2, timeout=60_000)
            await expect(shown.nth(0).locator("h2")).to_have_text("House")
            await expect(shown.nth(1).locator("h2")).to_have_text("Garage")
            await expect(shown.nth(0).locator(".figure")).to_have_text("9.20 kW")
            await expect(shown.nth(1).locator(".figure")).to_have_text(re.compile(r"1\.20\skW"))
            await expect(shown.nth(0).locator(".advice")).to_contain_text("Switch off")
            await expect(shown.nth(0).locator(".uplot canvas")).to_have_count(1)
            await expect(shown.nth(1).locator(".uplot canvas")).to_have_count(0)
            # The line is drawn in its colour, which a card has once it is on its dashboard.
            drawn = (
                "(canvas) => new Set(canvas.getContext('2d')"
                ".getImageData(0, 0, canvas.width, canvas.height).data).size"
            )
            assert await shown.nth(0).locator(".uplot canvas").evaluate(drawn) > 50
            # Each second goes by.
            clock = shown.nth(0).locator(".row .soft")
            before = await clock.text_content()
            await expect(clock).not_to_have_text(before or "", timeout=60_000)
            await page.screenshot(path=tmp_path / "storage.png")

            # What the editor shows of it.
            form = await page.evaluate(
                "customElements.get('p1-quarter-card').getConfigForm().schema.map((item) => item.name)"
            )
            assert form == ["device_id", "title", "chart"]
            assert (
                await page.evaluate("customCards.filter((card) => card.type === 'p1-quarter-card').length")
                == 1
            )

            await page.goto(f"{home.url}/yaml-house")
            await expect(page.locator("p1-quarter-card h2")).to_have_text("In YAML", timeout=30_000)
            await expect(page.locator("p1-quarter-card .badge")).not_to_be_empty()

            # A meter that is silent or a board that is away: the card says that its figures are old.
            await asyncio.to_thread(board.stop)
            await asyncio.to_thread(other.stop)
            await expect(page.locator("p1-quarter-card[stale]")).to_have_count(1, timeout=60_000)
            await browser.close()
    assert faults == []
    assert "p1_monitor/" not in (folder / "console.log").read_text()


@pytest.mark.timeout(240)
async def test_a_dashboard_on_the_wall_goes_on_by_itself(socket_enabled: None, tmp_path: Path) -> None:
    """When the entry is loaded anew, and when Home Assistant is: nobody loads that page again."""
    if not CHROMIUM.exists():
        pytest.skip("no .tools/bin/chromium here; scripts/setup says why")
    dashboard_card.build()
    folder, port = tmp_path / "home", free_port()
    with P1Port(simulated_meter(start=START, load=ScriptedLoad(900))) as line, Board(line) as board:
        kept = entry(f"{board.host}:{board.port}", title="House")
        keep_entries(folder, [kept])
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
            page = await browser.new_page(locale="en-GB")
            shown = page.locator("p1-quarter-card")
            clock = shown.locator(".row .soft")

            async def goes_on() -> None:
                await expect(page.locator("p1-quarter-card:not([stale])")).to_have_count(1, timeout=60_000)
                before = await clock.text_content()
                await expect(clock).not_to_have_text(before or "", timeout=60_000)

            async with HomeAssistant(folder, port=port) as home:
                await home.wait_ready()
                await home.sign_in()
                await device_ids(home, "House")
                view = {"title": "House", "cards": [{"type": "custom:p1-quarter-card"}]}
                await home.save_dashboard("p1-house", {"title": "House", "views": [view]})
                await sign_in(page, home.url, "p1-house")
                await expect(shown.locator("h2")).to_have_text("House", timeout=60_000)
                await goes_on()
                await page.evaluate("window.sameForEver = true")
                await home._call("POST", f"/api/config/config_entries/entry/{kept['entry_id']}/reload")
                await goes_on()
            await expect(page.locator("p1-quarter-card[stale]")).to_have_count(1)
            async with HomeAssistant(folder, port=port) as home:
                await home.wait_ready()
                await goes_on()
                assert await page.evaluate("window.sameForEver")
            await browser.close()


@pytest.mark.timeout(300)
async def test_an_upgrade_brings_the_new_card_to_a_browser_that_keeps_the_old_one(
    socket_enabled: None, tmp_path: Path
) -> None:
    if not CHROMIUM.exists():
        pytest.skip("no .tools/bin/chromium here; scripts/setup says why")
    dashboard_card.build()
    folder, components, port = tmp_path / "home", tmp_path / "components", free_port()
    installed = components / "p1_monitor"
    shutil.copytree(INTEGRATION, installed)
    module, manifest = installed / "frontend/p1-quarter-card.js", installed / "manifest.json"
    code, described = module.read_text(), json.loads(manifest.read_text())
    # It need not answer: the card is there for whoever has an entry.
    keep_entries(folder, [entry(f"127.0.0.1:{free_port()}")])

    def put(which: str) -> None:
        module.write_text(f"window.p1Card = {which!r};\n{code}")

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch_persistent_context(
            tmp_path / "browser",
            executable_path=str(CHROMIUM),
            args=ARGUMENTS,
            locale="en-GB",
            service_workers="block",  # as in most houses, which have no HTTPS; it keeps the page before
        )

        async def served(home: HomeAssistant) -> None:
            """Wait until a page that is loaded now has the card."""
            await home.wait_ready()
            await home.sign_in()
            async with asyncio.timeout(60):
                while dashboard_card.TARGET.name not in await (await browser.request.get(home.url)).text():  # noqa: ASYNC110
                    await asyncio.sleep(0.5)

        async def loaded(home: HomeAssistant, times: int = 1) -> set[str]:
            """Which module a page runs that is loaded so many times; Home Assistant knows its card each time."""
            page, found = await browser.new_page(), set()
            for _ in range(times):
                await page.goto(f"{home.url}/config/dashboard")
                await page.wait_for_function("() => customElements.get('p1-quarter-card') !== undefined")
                found.add(await page.evaluate("window.p1Card"))
            await page.close()
            return found

        put("old")
        async with HomeAssistant(folder, port=port, components=components) as home:
            await served(home)
            await sign_in(browser.pages[0], home.url, "config/dashboard")
            await browser.pages[0].wait_for_function("() => window.p1Card")
            put("other")
            # The browser does not even ask; so near at hand, the module can be there before Home Assistant's own.
            assert await loaded(home, times=10) == {"old"}

        manifest.write_text(json.dumps({**described, "version": "99.0.0"}))
        put("new")
        async with HomeAssistant(folder, port=port, components=components) as home:
            await served(home)
            assert await loaded(home) == {"new"}
        await browser.close()
