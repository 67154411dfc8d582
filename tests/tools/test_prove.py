"""`firmware prove`, with the whole firmware on the board's stand-ins behind a cable."""

import json
import os
import pty
import re
import threading
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from board_tool import prove, prove_network, prove_report
from board_tool.__main__ import main
from board_tool.connection import wait_for_board
from build_tool.board_folder import build
from build_tool.package import Package, read_folder
from simulator.interpreters import MICROPYTHON
from simulator.p1_port import P1Port
from tests.device.board.hardware import Hardware
from tests.device.storage.conftest import format_card
from tests.tools.conftest import RAW_REPL, FakeBoard

SECRETS = ("S3cretNet", "hunter22pass", "setuppassw0rd", "a-token-of-mine", "127.0.0.1", "02:00:c3:00:00:01")
# Stops the firmware when Ctrl-C comes over the cable, as MicroPython does on a board.
CABLE = """
import machine, select
from supervisor import Supervisor
sys.path.append({repl!r})
_poll = select.poll()
_poll.register(sys.stdin, select.POLLIN)
_run = Supervisor.run
def interrupted():
    while _poll.poll(0):
        if sys.stdin.buffer.read(1) == b"\\x03":
            raise KeyboardInterrupt
async def run(self):
    if machine.reset_cause() != 1:
        _poll.poll(1500)  # a board needs seconds until its radio is on
        interrupted()
    self.each_step.append(interrupted)
    await _run(self)
Supervisor.run = run
"""


class Proved:
    """A board on a cable, with the firmware, a card, a Wi-Fi network and secrets."""

    def __init__(self, folder: Path, master: int, port: str, line: P1Port | None = None) -> None:
        self.port = port
        self.hardware = Hardware(
            folder, "micropython", patience_s=1, console=master, wifi=False, line=line, speed=10
        )
        flash = self.hardware.flash
        (flash / "a").mkdir()
        package = Package("0.1.0", "t8_c3", read_folder(build("t8_c3")[0]))
        (flash / "a/manifest.json").write_bytes(package.manifest())
        (flash / "slot.txt").write_text("a ok\n")
        self.hardware.settings(wifi={"ssid": SECRETS[0], "password": SECRETS[1]})
        (flash / "secrets.json").write_text(json.dumps({"setup_password": SECRETS[2], "token": SECRETS[3]}))
        self.hardware.reach(**{SECRETS[0]: SECRETS[1]})
        (self.hardware.world / "console").touch()
        self.hardware.break_firmware(CABLE.format(repl=str(RAW_REPL.parent)))

    @property
    def files(self) -> dict[str, bytes]:
        return read_folder(self.hardware.flash)


@pytest.fixture
def reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(prove_report, "FOLDER", tmp_path / "reports")
    monkeypatch.setattr(prove, "_WATCHDOG_S", 2)
    monkeypatch.setattr(prove_network, "_STREAMS_S", 1.0)
    return tmp_path / "reports"


@pytest.fixture
def proved(tmp_path: Path, reports: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proved]:
    if not Path(MICROPYTHON).exists():
        pytest.skip("no MicroPython here")
    master, slave = pty.openpty()
    tty.setraw(slave)
    one = Proved(tmp_path, master, os.ttyname(slave))
    one.hardware.insert_card(format_card(tmp_path / "card.img", "-F", "16", "-s", "8", size=48 << 20))
    monkeypatch.setattr(prove_network, "HTTP_PORT", one.hardware.port)
    one.hardware.switch_on()
    try:
        yield one
    finally:
        one.hardware.switch_off()
        os.close(master)
        os.close(slave)


def answers(monkeypatch: pytest.MonkeyPatch, answer: Callable[[str], str]) -> None:
    monkeypatch.setattr("builtins.input", answer)


def report(folder: Path) -> tuple[str, dict]:
    (path,) = folder.iterdir()
    text = path.read_text()
    found = re.search(r"```json\n(.*?)\n```", text, re.DOTALL)
    assert found
    return text, json.loads(found[1])


def test_board_is_measured_and_its_report_has_no_secret(
    proved: Proved, reports: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = proved.files

    def person(question: str) -> str:
        world = proved.hardware.world
        if "wire between" in question:
            (world / "wire").touch()
        elif "Press BOOT" in question:
            threading.Timer(1, proved.hardware.hold_button).start()
            threading.Timer(2, proved.hardware.release_button).start()
        return "y" if "five times, and" in question else ""

    answers(monkeypatch, person)
    assert main(["prove", "--port", proved.port]) == 0, capsys.readouterr().err

    text, raw = report(reports)
    print(text)
    assert raw["facts"]["board"] == "t8_c3"
    assert raw["facts"]["maker"] == "02:00:c3"
    figures = raw["figures"]
    assert figures["after_reset"] == {"cause": 2, "rtc_same": 1}
    assert figures["after_watchdog"] == {"cause": 3, "rtc_same": 1}
    assert figures["loop"] == {
        "bytes_back": 1024,
        "bytes_wrong": 0,
        "bytes_kept": 4000,
        "same_if_not_inverted": 0,
    }
    assert figures["telegram"]["read"] == 11
    assert figures["card"]["wrong"] == figures["flash"]["wrong"] == 0
    assert figures["light"] == {"seen": 1}
    assert figures["button"] == {"pressed": 1, "changes": 1}
    for name in ("crc", "collection", "password", "request", "start", "wifi", "idle", "page", "streams"):
        assert figures[name], name
    assert set(raw["reasons"]) == {"meter"}
    for secret in SECRETS:
        assert secret not in text
    assert "issues/new?template=proven_board.yml" in capsys.readouterr().out

    after = proved.files
    assert json.loads(after["config.json"])["wifi"] == json.loads(before["config.json"])["wifi"]
    assert [after[name] for name in ("secrets.json", "slot.txt")] == [
        before[name] for name in ("secrets.json", "slot.txt")
    ]
    assert not [name for name in after if "p1prove" in name]
    assert not (proved.hardware.world / "rtc").read_bytes()[768:]


def test_person_may_skip_everything_and_a_missing_card_stops_nothing(
    proved: Proved, reports: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    proved.hardware.pull_card(tmp_path / "pulled.img")
    answers(monkeypatch, lambda _: "s")

    assert main(["prove", "--port", proved.port, "--with-meter"]) == 0

    _, raw = report(reports)
    for name in ("loop", "light", "button", "meter"):
        assert raw["reasons"][name] == "skipped by the person at the board"
    assert raw["reasons"]["card"] == "the firmware has mounted no card"
    assert raw["figures"]["flash"]["wrong"] == 0


def test_board_that_vanishes_leaves_a_report_of_what_was_measured(
    proved: Proved, reports: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def person(question: str) -> str:
        proved.hardware.switch_off()
        return ""

    answers(monkeypatch, person)
    monkeypatch.setattr(prove, "wait_for_board", _soon(wait_for_board))
    assert main(["prove", "--port", proved.port]) == 1

    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "the report has what was measured until then" in error
    _, raw = report(reports)
    assert raw["figures"]["telegram"]["read"] == 11
    assert raw["reasons"]["wifi"] == "the board was lost before"


def _soon(wait: Callable) -> Callable:
    """Return wait_for_board() with a short time limit."""
    return lambda port: wait(port, timeout_s=1)


def test_board_without_firmware_is_named(
    board: FakeBoard, reports: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["prove", "--port", board.port]) == 1
    assert "this board has no firmware" in capsys.readouterr().err
    assert not reports.exists()


def test_firmware_of_other_sources_is_named(
    board: FakeBoard, reports: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (board.flash / "a").mkdir()
    (board.flash / "a/manifest.json").write_bytes(Package("9.9.9", "t8_c3", {"main.mpy": b"x"}).manifest())
    assert main(["prove", "--port", board.port]) == 1
    assert "not that of these sources" in capsys.readouterr().err


def test_version_on_trial_is_left_alone(
    proved: Proved, reports: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    slot = proved.hardware.flash / "slot.txt"
    slot.write_text("a 1\n")
    assert main(["prove", "--port", proved.port]) == 1
    assert "still on trial" in capsys.readouterr().err
    assert slot.read_text() == "a 1\n"


def test_no_board_is_named(reports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prove", "--port", "/dev/none"]) == 1
    assert "there is no /dev/none" in capsys.readouterr().err
    assert not reports.exists()


def test_meter_is_measured_over_the_network_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    documents = iter(
        {
            "p1": {"telegrams": count, "crc_errors": 0, "overruns": 0},
            "reset_cause": "power_on",
            "heap": {"used_bytes": 60_000, "free_bytes": 60_000, "areas": 2},
            "wifi": {"ssid": SECRETS[0], "ip": SECRETS[4], "rssi_dbm": -60},
        }
        for count in (10, 70)
    )
    monkeypatch.setattr(prove_network, "_METER_S", 0.0)
    monkeypatch.setattr(prove_network.Network, "device", lambda _: next(documents))

    figures = prove_network.meter(prove_network.Network("192.0.2.1"))

    assert figures["telegrams"] == 60
    assert figures["brownout"] == 0
    assert SECRETS[0] not in str(figures)


def test_two_telegrams_are_valid() -> None:
    for text in prove.telegrams():
        body, _, crc = text.rpartition(b"!")
        assert body.startswith(b"/FLU5")
        assert len(crc) == 6
