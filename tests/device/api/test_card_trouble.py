"""A card that is not there, cannot be read or takes nothing: everything else goes on, and the device says so."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from simulator import clock
from simulator.telegram_source import simulated_meter
from tests.device.api import contract
from tests.device.api.device import Device, running, wait_for

FILE = "/meter/2026/11/12/1815W.json"


@contextmanager
def over_a_quarter(card: Path | None) -> Iterator[Device]:
    """A device with this card at 18:29:50, taken past 18:30."""
    source = simulated_meter(start=clock.parse("2026-11-12T18:29:50"))
    with running(source, speed=20, card=card) as device:
        wait_for(lambda: device.get("/api/quarter").json()["start"] == "2026-11-12T18:30:00+01:00", "18:30")
        yield device


def card_state(device: Device) -> dict[str, Any]:
    """The card, in a valid reply."""
    found: dict[str, Any] = contract.check("/api/device", device.get("/api/device"))["card"]
    return found


def goes_on(device: Device) -> None:
    """Reading, coach, peaks and the old interface are as ever, without a stored quarter."""
    for path in ("/api/reading", "/api/quarter", "/api/peaks", "/api/telegram", "/current/quarter", "/watt"):
        reply = device.get(path)
        assert reply.status == 200
        contract.check(path, reply)
    assert device.get(FILE).status == 404
    assert device.get("/api/peaks").json()["running"]["file"] is None
    before = device.get("/api/device").json()["p1"]["telegrams"]
    wait_for(lambda: device.get("/api/device").json()["p1"]["telegrams"] > before + 5, "telegrams")


def test_without_a_card_everything_else_goes_on(sockets: None):
    with over_a_quarter(None) as device:
        goes_on(device)
        wait_for(lambda: card_state(device)["waiting_quarters"], "a quarter in the flash")
        assert card_state(device) == {
            "state": "absent",
            "size_bytes": None,
            "free_bytes": None,
            "error": None,
            "format": None,
            "waiting_quarters": 1,
            "lost_quarters": 0,
            "nearly_full": False,
            "changed_settings": None,
        }
        assert device.get("/historic/years").json() == {"years": []}


def test_card_that_cannot_be_read_has_failed_and_everything_else_goes_on(sockets: None, tmp_path: Path):
    image = tmp_path / "card.img"
    image.write_bytes(b"no file system " * 4096)
    with over_a_quarter(image) as device:
        goes_on(device)
        state = card_state(device)
        assert state["state"] == "failed"
        assert state["error"]
        assert device.get("/historic/years").json() == {"years": []}


@pytest.mark.parametrize("how", ["a file in the folder's place", "no space left"])
def test_card_that_takes_nothing_has_failed_and_everything_else_goes_on(
    sockets: None, tmp_path: Path, how: str
):
    if how == "no space left":
        file = tmp_path / FILE[1:]
        file.parent.mkdir(parents=True)
        file.symlink_to("/dev/full")
    else:
        (tmp_path / "meter").write_text("a file")
    with over_a_quarter(tmp_path) as device:
        state = wait_for(lambda: (found := card_state(device))["state"] == "failed" and found, "failure")
        assert isinstance(state, dict)
        assert state["error"]
        goes_on(device)


def test_card_that_failed_once_is_used_again(sockets: None, tmp_path: Path):
    (tmp_path / "meter").write_text("a file")
    source = simulated_meter(start=clock.parse("2026-11-12T18:29:50"))
    with running(source, speed=500, every_s=5, card=tmp_path) as device:
        wait_for(lambda: card_state(device)["state"] == "failed", "failure")
        (tmp_path / "meter").unlink()
        # It counts as working again within a minute, and has its next quarter when that ends.
        wait_for(lambda: card_state(device)["state"] == "ok", "recovery", seconds=60)
        wait_for(lambda: device.get("/historic/years").json() == {"years": [2026]}, "a quarter", seconds=60)
        state = card_state(device)
        assert (state["state"], state["error"]) == ("ok", None)


def test_quarter_on_a_real_file_system_is_listed_and_served(sockets: None, tmp_path: Path):
    with over_a_quarter(tmp_path / "card.img") as device:
        wait_for(lambda: device.get(FILE).status == 200, "the stored quarter")
        assert device.get("/historic/years").json() == {"years": [2026]}
        assert device.get("/historic/months?year=2026").json() == {"year": 2026, "months": [11]}
        found = device.get("/historic/quarters?year=2026&month=11&day=12").json()
        assert found["quarters"] == [clock.quarter_id(clock.parse("2026-11-12T18:15:00"))]
        state = card_state(device)
        assert state["state"] == "ok"
        assert 0 < state["free_bytes"] < state["size_bytes"] <= 64 << 20
        contract.check("/meter/{year}/{month}/{day}/{file}", device.get(FILE))
