"""A board of version 0.1.0 gets these sources over the network: all that its owner has stays as it was."""

import asyncio
import csv
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import pytest

from build_tool.first_release import VERSION
from custom_components.p1_monitor.api import P1MonitorClient
from simulator.p1_port import P1Port
from tests.device.update import first_release
from tests.device.update.first_release import EVERY_S, SETTINGS, Household
from tests.device.update.two_slots import Device, newest, until as until_within
from tests.fixtures.old_card import write_old_card

NEW = "9.9.9"
SPEED = 200
# Documents that the running quarter does not change.
READ = (
    "/api/config",
    "/api/peaks",
    "/api/days/2026-01-31",
    "/api/months/2026-01",
    "/api/months/2023-12",
    "/api/history?from=2026-01-01&to=2026-02-01T00:45:00%2B01:00",
    "/historic/years",
    "/historic/months?year=2026",
    "/historic/days?year=2026&month=2",
    "/historic/quarters?year=2026&month=1&day=31",
    "/meter/2026/01/31/2330W.json",
    "/meter/2026/02/01/0030W.json",
)
# The journals of the running quarter: on the card, and in the memory that a reset leaves alone.
RUNNING = {"journal.bin", "memory"}
# The loader and the two versions of the firmware.
FIRMWARE = re.compile(r"[ab]/|slot\.|main\.py")

pytestmark = pytest.mark.timeout(600)  # the first one makes the release


def until(condition: Callable[[], object]) -> None:
    until_within(condition, 60)


@pytest.fixture
def household(tmp_path: Path) -> Household:
    found = first_release.household(tmp_path)
    write_old_card(found.card)
    return found


@contextmanager
def running(household: Household) -> Iterator[tuple[Device, P1Port]]:
    """The board at its meter, running again."""
    with P1Port(household.meter()) as line:
        device = Device(household.flash, line, None, card=household.card)
        device.token = household.token
        with device.board:
            until(lambda: device.status()["p1"]["telegrams"] > 0)
            until(lambda: lines_are_whole(household))
            yield device, line


def lines_are_whole(household: Household) -> bool:
    """True if the firmware has found that no day before its start lacks its line."""
    found = household.card / "meter/rebuilt.txt"
    return found.exists() and found.read_text() == "all"


def stored(household: Household) -> dict[str, bytes]:
    """Return the files of flash and card, but those of the running quarter and of the firmware."""
    return {
        f"{folder.name}/{name}": path.read_bytes()
        for folder in (household.flash, household.card)
        for path in folder.rglob("*")
        if path.is_file()
        and (name := path.relative_to(folder).as_posix()) not in RUNNING
        and not FIRMWARE.match(name)
    }


def answers(device: Device) -> dict[str, tuple[int, bytes]]:
    """The replies to all paths, without the settings that the first release does not have."""
    replies = {path: device.ask(path) for path in READ}
    status, body = replies["/api/config"]
    config = json.loads(body)
    config["capacity"].pop("connection_w", None)
    config["access"].pop("hosts", None)
    config["wifi"].pop("password_on_card", None)
    return {**replies, "/api/config": (status, json.dumps(config, sort_keys=True).encode())}


def send(device: Device, package: bytes) -> None:
    """Send a package as Home Assistant does."""

    async def update() -> None:
        async with aiohttp.ClientSession() as session:
            client = P1MonitorClient(f"{device.board.host}:{device.board.port}", session, token=device.token)
            await client.update(package, lambda percent: None)

    asyncio.run(update())


def test_update_leaves_all_that_the_owner_has(household: Household, tmp_path: Path) -> None:
    with running(household) as (device, line):
        assert device.status()["firmware"] == VERSION
        before, files = answers(device), stored(household)
        tokens = json.loads(device.ask("/api/tokens")[1])["tokens"]
        assert {status for status, _ in before.values()} == {200}
        assert json.loads(before["/api/config"][1])["capacity"] == SETTINGS["capacity"]

        send(device, newest(tmp_path, NEW).content())
        until(lambda: device.slot() == "b ok")

        assert device.status()["firmware"] == NEW
        assert answers(device) == before
        assert json.loads(device.ask("/api/card/rebuild")[1])["state"] == "offered"
        device.sign_in()
        listed = json.loads(device.ask("/api/tokens")[1])["tokens"]
        assert listed == [{**token, "kind": "settings"} for token in tokens]
    assert stored(household) == files

    # The running quarter, which the old version began, goes on in the new one.
    with P1Port(line.source, speed=SPEED, every_s=EVERY_S) as line:
        device = Device(household.flash, line, None, card=household.card, speed=SPEED)
        device.token = household.token
        with device.board:
            until(lambda: "2026-02-01T00:45" in (household.card / "meter/2026/02/01/day.csv").read_text())
            assert device.status()["firmware"] == NEW

    later = stored(household)
    assert all(later[name].startswith(content) for name, content in files.items())
    rows = csv.DictReader((household.card / "meter/2026/02/01/day.csv").read_text().splitlines())
    quarter = next(row for row in rows if row["start"] == "2026-02-01T00:45:00+01:00")
    assert quarter["source"] in ("registers", "samples")  # and not "partial"
    assert int(quarter["samples"]) > 120  # after the update came no more than 108


def test_version_that_fails_leaves_all_to_the_first_release(household: Household, tmp_path: Path) -> None:
    loader = household.flash / "slot.py"
    loader.write_text(loader.read_text().replace("const(10)", "const(0)"))  # nobody comes with a cable
    with running(household) as (device, _):
        before, files = answers(device), stored(household)

        send(device, newest(tmp_path, NEW, **{"main.mpy": b"no bytecode"}).content())
        until(lambda: device.board.restarts == 2)
        until(lambda: sum(text.startswith("ready ") for text in list(device.board.lines)) == 2)

        assert device.slot().startswith("a ok b failed")
        until(lambda: device.status()["p1"]["telegrams"] > 0)
        assert device.status()["firmware"] == VERSION
        assert answers(device) == before
    assert stored(household) == files


def test_version_that_is_never_well_leaves_all_to_the_first_release(
    household: Household, tmp_path: Path
) -> None:
    """It has run for a while, with these settings and this card."""
    with running(household) as (device, line):
        before, files = answers(device), stored(household)
        line.silence(1 << 30)  # a version on trial waits for a telegram
        send(device, newest(tmp_path, NEW).content())
        until(lambda: sum(text.startswith("ready ") for text in list(device.board.lines)) == 2)
        assert (device.slot(), device.status()["firmware"]) == ("b 1", NEW)
        for starts in (2, 3):
            device.board.stop()
            device.board.start()
            assert device.slot() == f"b {starts}"
        line.silence(0)
        device.board.stop()
        device.board.start()

        assert device.slot().startswith("a ok b was started 3 times")
        until(lambda: device.status()["p1"]["telegrams"] > 0)
        assert device.status()["firmware"] == VERSION
        assert answers(device) == before
    assert stored(household) == files
