"""A client that is shut out reads nothing more, also over a stream that was open before."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

from simulator.board import ROOT
from tests.device.auth.conftest import (  # noqa: F401  # fixtures
    PASSWORD,
    Device,
    _sockets_are_allowed,
    make_device,
)

type Make = Callable[..., Device]
LIMIT_S = 2
SESSION_S = 20


class Watcher:
    """A client of the live stream, which has seen its first event."""

    def __init__(self, device: Device, token: str | None) -> None:
        self.newest = self.ended = 0.0
        self._seen = Event()
        Thread(target=self._watch, args=(device, token), daemon=True).start()
        assert self._seen.wait(5)

    def _watch(self, device: Device, token: str | None) -> None:
        try:
            with device.live(token) as stream:
                for _ in stream:
                    self.newest = time.monotonic()
                    self._seen.set()
        except OSError:
            pass
        self.ended = time.monotonic()


def signs_in(device: Device) -> None:
    device.token = device.ask("POST", "/api/session", {"password": PASSWORD}, token="").json["token"]


def closes_reading(device: Device) -> None:
    assert device.ask("PATCH", "/api/config", {"access": {"closed": True}}).status == 200


def changes_the_password(device: Device) -> None:
    change = {"access": {"password": "another one", "old_password": PASSWORD}}
    assert device.ask("PATCH", "/api/config", change).status == 200


def deletes_the_token(device: Device) -> None:
    for token in device.ask("GET", "/api/tokens").json["tokens"]:
        assert device.ask("DELETE", f"/api/tokens?id={token['id']}").status == 200


def signs_in_four_times(device: Device) -> None:
    for _ in range(4):
        signs_in(device)


def test_stream_ends_when_its_client_is_shut_out(make_device: Make) -> None:  # noqa: F811
    device = make_device(speed=2)
    device.sign_in()
    named = device.ask("POST", "/api/tokens", {"name": "flatmate"}).json["token"]
    for shuts_out, token in (
        (closes_reading, None),
        (deletes_the_token, named),
        (signs_in_four_times, device.token),  # a fifth session ends the oldest
        (changes_the_password, ""),
    ):
        token = device.token if token == "" else token
        watcher = Watcher(device, token)
        assert not watcher.ended
        shuts_out(device)
        done = time.monotonic()
        device.until(lambda: watcher.ended > 0, LIMIT_S)  # noqa: B023
        assert watcher.newest <= done + LIMIT_S
        assert device.ask("GET", "/api/live", token=token or "").status == 401


def test_stream_of_a_session_ends_with_it(make_device: Make, tmp_path: Path) -> None:  # noqa: F811
    firmware = tmp_path / "firmware"
    shutil.copytree(ROOT / "firmware", firmware, ignore=shutil.ignore_patterns("page", "loader"))
    source = firmware / "auth" / "sign_in.py"
    shorter = source.read_text().replace("uptime_s() + _SESSION_S", f"uptime_s() + {SESSION_S}")
    assert shorter != source.read_text()
    source.write_text(shorter)
    device = make_device(firmware=firmware)
    token = device.session_by_button()
    closed = {"access": {"closed": True, "password": PASSWORD}}
    assert device.ask("PATCH", "/api/config", closed, token=token).status == 200
    signs_in(device)
    watcher = Watcher(device, device.token)
    device.until(lambda: watcher.ended > 0, SESSION_S / device.speed + LIMIT_S)
    assert device.ask("GET", "/api/live").status == 401
