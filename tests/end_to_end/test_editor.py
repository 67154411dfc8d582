"""Our triggers and conditions in the automation editor of Home Assistant's own frontend, in four languages."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, async_playwright, expect

from simulator.board import ROOT, Board, free_port
from simulator.home_assistant import HomeAssistant
from simulator.p1_port import P1Port
from simulator.telegram_source import simulated_meter

from .entries import entry, keep_entries
from .test_card import ARGUMENTS, CHROMIUM, START, device_ids, sign_in

WORDS = ROOT / "custom_components/p1_monitor/translations"
FIND_S = 30


async def find(browser: Browser, url: str, language: str, picture: Path) -> None:
    """Look each of our triggers and conditions up by its name, as somebody does who adds one."""
    words: dict[str, Any] = json.loads((WORDS / f"{language}.json").read_text())
    context = await browser.new_context(locale=language, viewport={"width": 1300, "height": 1000})
    page = await context.new_page()
    page.set_default_timeout(FIND_S * 1000)
    for kind in ("trigger", "condition"):
        if kind == "trigger":
            await sign_in(page, url, "config/automation/edit/new")
        else:
            await page.reload()
        await page.locator(f"ha-automation-{kind} ha-button").first.click()
        search = page.locator("add-automation-element-dialog input").first
        for word in words[f"{kind}s"].values():
            await search.fill(word["name"])
            await expect(page.get_by_text(word["description"], exact=True)).to_be_visible(
                timeout=FIND_S * 1000
            )
        await page.screenshot(path=picture.with_name(f"{language}-{kind}.png"))
    await context.close()


@pytest.mark.timeout(300)
async def test_triggers_and_conditions_are_found(socket_enabled: None, tmp_path: Path) -> None:
    if not CHROMIUM.exists():
        pytest.skip("no .tools/bin/chromium here; scripts/setup says why")
    folder = tmp_path / "home"
    with P1Port(simulated_meter(start=START)) as line, Board(line) as board:
        keep_entries(folder, [entry(f"{board.host}:{board.port}", title="House")])
        async with (
            HomeAssistant(folder, port=free_port(), extra_yaml="automation: []\n") as home,
            async_playwright() as playwright,
        ):
            await home.wait_ready()
            await home.sign_in()
            await device_ids(home, "House")
            browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
            for language in ("en", "nl", "fr", "de"):
                await find(browser, home.url, language, tmp_path / "editor")
            await browser.close()
