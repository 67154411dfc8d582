"""Version 0.1.0 as its users have it, of build_tool/first_release.py.

The release is the file that HACS installed, and the update package for this computer as a board. The household is a
board that ran this version for an evening, over the end of a month: its flash, its card, and the meter's clock. The
simulator of these sources runs that board, so the environment of firmware/board/host.py stays as it was in 0.1.0.
"""

import contextlib
import json
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from build_tool.first_release import VERSION, NoHistoryError, once, tree
from simulator.clock import parse
from simulator.p1_port import P1Port
from simulator.telegram_source import MeterSource, simulated_meter
from tests.device.update.two_slots import PASSWORD, Device, until

SETTINGS = {
    "wifi": {"ssid": "Thuis", "password": "niet voor de buren"},
    "network": {"device_name": "meterkast"},
    "capacity": {
        "area": "antwerpen",
        "target_w": 4200,
        "warning_percent": 90,
        "counted_from": "2025-06-01",
    },
    "light": {"brightness": 30, "quiet_from": "22:30", "quiet_to": "07:00"},
    "access": {"closed": True},
    "radio": {"tx_power_dbm": 12},
    "card": {"remove_oldest": False},
    "language": "nl",
}
START, END = parse("2026-01-31T23:12:00"), parse("2026-02-01T00:51:00")
DIALECT = "sagemcom-t211-50217"
EVERY_S = 5
SPEED = 400


@dataclass(frozen=True)
class Release:
    """The release's sources, and what was built of them."""

    tree: Path

    @property
    def archive(self) -> Path:
        """The file that HACS installs."""
        return self.tree / "build/release/p1_monitor.zip"

    def put_on(self, flash: Path) -> None:
        """Lay out a board's flash as its tool does: the loader, and this version in folder a."""
        shutil.copytree(self.tree / "firmware/loader", flash, dirs_exist_ok=True)
        shutil.copytree(self.tree / "build/boards/host", flash / "a")
        package = (self.tree / f"build/boards/p1-monitor-{VERSION}-host.p1").read_bytes()
        (flash / "a/manifest.json").write_bytes(package[: package.index(b"]}\n") + 3])
        (flash / "slot.txt").write_text("a ok\n")


@dataclass(frozen=True)
class Household:
    """Copies of a board's flash and card, a token that the board gave, and the meter's clock when the board stopped."""

    flash: Path
    card: Path
    token: str
    moment: int

    def meter(self) -> MeterSource:
        """Return the meter as it was when the board stopped."""
        source = simulated_meter(DIALECT, START, gas=1, water=2)
        while source.meter.moment < self.moment:
            source.advance(EVERY_S)
        return source


def release() -> Release:
    """Return the release of 0.1.0. Skips the test where its commit is not at hand."""
    try:
        return Release(tree())
    except NoHistoryError as error:
        pytest.skip(str(error))


def household(folder: Path) -> Household:
    """Return a copy of the household of 0.1.0 in this folder. Skips the test like `release`."""
    published = release()
    found = once("household", Path(__file__), lambda part: _live(published, part))
    for name in ("flash", "card"):
        shutil.copytree(found / name, folder / name)
    facts = json.loads((found / "facts.json").read_text())
    return Household(folder / "flash", folder / "card", facts["token"], facts["moment"])


def _live(published: Release, folder: Path) -> None:
    """Set the board up as its owner does, then let it read the meter for an evening."""
    flash, card = folder / "flash", folder / "card"
    card.mkdir(parents=True)
    published.put_on(flash)
    source = simulated_meter(DIALECT, START, gas=1, water=2)
    token = _set_up(flash, card, source)
    with P1Port(source, speed=SPEED, every_s=EVERY_S) as line:
        device = Device(flash, line, None, card=card, speed=SPEED)
        with device.board:
            until(lambda: source.meter.moment >= END, 300)
            line.silence(1 << 30)
            time.sleep(40 / SPEED)  # what was under way reaches the card
    (folder / "facts.json").write_text(json.dumps({"token": token, "moment": source.meter.moment}))


def _set_up(flash: Path, card: Path, source: MeterSource) -> str:
    """Set a password, for which the button is pressed, and all settings. Return a new token."""
    button = flash.parent / "button"
    with P1Port(source, every_s=EVERY_S) as line:
        device = Device(flash, line, None, card=card, environment={"P1_BUTTON": str(button)})
        with device.board:
            button.touch()

            def has_password() -> bool:
                body = json.dumps({"access": {"password": PASSWORD}}).encode()
                return device.ask("/api/config", body, "PATCH")[0] == 200

            until(has_password, 60)
            button.unlink()
            device.sign_in()
            status, reply = device.ask("/api/config", json.dumps(SETTINGS).encode(), "PATCH")
            assert status == 200, reply
            status, reply = device.ask("/api/tokens", json.dumps({"name": "script"}).encode())
            assert status == 201, reply
            until(lambda: _is_written(card / "config.json"), 60)
    return str(json.loads(reply)["token"])


def _is_written(config: Path) -> bool:
    with contextlib.suppress(OSError, ValueError):
        return bool(json.loads(config.read_text()).get("language") == SETTINGS["language"])
    return False
