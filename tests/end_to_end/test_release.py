"""What HACS installs, in a clean Home Assistant: it brings the firmware, and puts it on a real board's."""

import asyncio
import json
import urllib.request
from pathlib import Path
from zipfile import ZipFile

import pytest

from build_tool.board_folder import ROOT, build
from build_tool.package import read_folder, read_package, version
from build_tool.release import INTEGRATION, release, released_boards
from simulator import package_keys
from simulator.board import free_port
from simulator.home_assistant import HomeAssistant
from simulator.p1_port import P1Port
from simulator.telegram_source import simulated_meter
from tests.device.update.two_slots import PASSWORD, Device, newer, set_password
from tests.end_to_end.entries import entry, keep_entries

UPDATE = "update.p1_meter_firmware"


def named_token(url: str) -> str:
    """A token as a program gets it with the password."""
    body = json.dumps({"name": "Home Assistant", "password": PASSWORD}).encode()
    with urllib.request.urlopen(f"{url}api/tokens", body, timeout=10) as reply:
        token: str = json.loads(reply.read())["token"]
    return token


def firmware(url: str) -> str:
    """The version that a device runs."""
    with urllib.request.urlopen(f"{url}api/device", timeout=10) as reply:
        body: dict[str, str] = json.loads(reply.read())
    return body["firmware"]


async def until_state(home: HomeAssistant, wanted: str, timeout_s: float) -> None:
    async with asyncio.timeout(timeout_s):
        while await home.state(UPDATE) != wanted:
            home.check()
            await asyncio.sleep(0.2)


def test_release_holds_the_integration_and_a_package_for_each_board(tmp_path: Path) -> None:
    first, second = (
        release(released_boards(), tmp_path / "1.zip"),
        release(released_boards(), tmp_path / "2.zip"),
    )
    assert first.read_bytes() == second.read_bytes()
    with ZipFile(first) as file:
        names = set(file.namelist())
        card = file.read("frontend/p1-quarter-card.js").decode()
    assert "Copyright (c) 2022 Leon Sorokin" in card  # the licence of its charts
    packages = {
        f"firmware/p1-monitor-{version(ROOT)}-{board}.p1" for board in ("t8_c3", "t8_s2", "generic_esp32")
    }
    assert packages <= names
    assert {
        "manifest.json",
        "__init__.py",
        "api/client.py",
        "translations/nl.json",
        "brand/icon.png",
    } <= names
    assert not [name for name in names if "__pycache__" in name]
    assert json.loads((ROOT / "hacs.json").read_text())["filename"] == "p1_monitor.zip"
    assert not (INTEGRATION / "firmware").exists()


@pytest.mark.timeout(240)
async def test_release_in_a_clean_home_assistant_updates_a_board(
    socket_enabled: None, tmp_path: Path
) -> None:
    """A board with an older version, a Home Assistant that has never been started, and the released file."""
    flash, folder = tmp_path / "flash", tmp_path / "home"
    flash.mkdir()
    set_password(flash)
    components = folder / "released"
    with ZipFile(release(["host"], tmp_path / "p1_monitor.zip")) as file:
        file.extractall(components / "p1_monitor")
    (package,) = (components / "p1_monitor" / "firmware").glob("*.p1")
    package.write_bytes(package_keys.signed(read_package(package)).content())  # as a maintainer does
    older = dict(newer(read_folder(build("host")[0]), "0.0.1", tmp_path).files)

    with P1Port(simulated_meter(start=1_700_000_000)) as line, Device(flash, line, older).board as board:
        token = await asyncio.to_thread(named_token, board.url)
        keep_entries(folder, [entry(f"{board.host}:{board.port}", token=token)])
        async with HomeAssistant(folder, port=free_port(), components=components) as home:
            await home.wait_ready()
            await home.sign_in()
            await until_state(home, "on", 60)
            await home.command(
                "call_service", domain="update", service="install", service_data={"entity_id": UPDATE}
            )
            await until_state(home, "off", 60)
        assert board.restarts == 1
        assert await asyncio.to_thread(firmware, board.url) == version(ROOT)
    log = (folder / "console.log").read_text()
    assert "p1_monitor/" not in log, log  # no file of ours in a traceback
    assert (flash / "slot.txt").read_text().startswith("b")
