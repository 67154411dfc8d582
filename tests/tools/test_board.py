"""The tool with a board on its cable: files, secrets and settings are what the board then has."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest

from board_tool import flash as flashing
from board_tool.__main__ import main
from board_tool.connection import BoardConnection
from board_tool.deploy import detect_board_type, install
from build_tool.board_folder import LOADER, build
from build_tool.package import Package, read_folder
from simulator.board import Board
from simulator.p1_port import P1Port
from simulator.replay import Replay
from tests.tools.conftest import FakeBoard

NEW = Package(
    "9.9.9", "t8_c3", {"main.mpy": b"\x00\x04\xff" * 999, "web/server.mpy": b"", "page/a.gz": b"'\"\\\n"}
)

# Stands in for esptool: it knows one chip, and notes what it is asked for.
ESPTOOL = """
import os, sys
with open(os.environ["ASKED"], "a") as file:
    print(" ".join(sys.argv[1:]), file=file)
if "chip-id" in sys.argv:
    print("Connected to ESP32 on x:\\nDetecting chip type... " + os.environ["CHIP"])
sys.exit(os.environ["CHIP"] == "")
"""


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What esptool was asked for, line by line."""
    (tmp_path / "esptool.py").write_text(ESPTOOL)
    monkeypatch.setattr(flashing, "_ESPTOOL", [sys.executable, str(tmp_path / "esptool.py")])
    monkeypatch.setenv("CHIP", "ESP32-C3")
    monkeypatch.setenv("ASKED", str(tmp_path / "asked"))
    return tmp_path / "asked"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    path = tmp_path / "new.p1"
    path.write_bytes(NEW.content())
    return path


def on_flash(board: FakeBoard, slot: str) -> dict[str, bytes]:
    return read_folder(board.flash / slot)


def test_flash_makes_a_board_that_can_be_joined(
    board: FakeBoard, asked: Path, package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = package.with_name("micropython.bin")
    image.write_bytes(b"x")

    assert main(["flash", "--port", board.port, "--micropython", str(image), "--package", str(package)]) == 0

    assert asked.read_text().splitlines() == [
        f"--port {board.port} chip-id",
        f"--port {board.port} --chip esp32c3 --baud 460800 write-flash --erase-all 0x0 {image}",
    ]
    assert on_flash(board, "a") == {**NEW.files, "manifest.json": NEW.manifest()}
    for name in ("main.py", "slot.py"):
        assert (board.flash / name).read_bytes() == (LOADER / name).read_bytes()
    assert (board.flash / "slot.txt").read_text() == "a ok\n"
    password = json.loads((board.flash / "secrets.json").read_text())["setup_password"]
    assert re.fullmatch("[a-z2-9]{12}", password)
    assert board.restarts() == 1
    shown = capsys.readouterr().out
    assert f"password {password}" in shown
    assert "█" in shown or "▀" in shown or "▄" in shown


def test_deploy_takes_the_folder_that_does_not_run_and_leaves_settings(
    board: FakeBoard, package: Path
) -> None:
    (board.flash / "a").mkdir()
    (board.flash / "b" / "old").mkdir(parents=True)
    for name in ("a/manifest.json", "b/old/file", "config.json", "secrets.json"):
        (board.flash / name).write_text("{}")
    (board.flash / "slot.txt").write_text("a ok\n")

    assert main(["deploy", "--board", "t8_c3", "--port", board.port, "--package", str(package)]) == 0

    assert on_flash(board, "b") == {**NEW.files, "manifest.json": NEW.manifest()}
    assert (board.flash / "slot.txt").read_text() == "b ok\n"
    assert (board.flash / "a/manifest.json").exists()
    assert (board.flash / "config.json").read_text() == (board.flash / "secrets.json").read_text() == "{}"


def test_setup_password_is_made_once_and_other_secrets_stay(board: FakeBoard) -> None:
    (board.flash / "secrets.json").write_text('{"tokens": [1]}')
    with BoardConnection(board.port) as connection:
        first = flashing.ensure_setup_password(connection)
        assert flashing.ensure_setup_password(connection) == first
    assert json.loads((board.flash / "secrets.json").read_text()) == {"tokens": [1], "setup_password": first}


def test_what_was_put_on_over_the_cable_starts(board: FakeBoard) -> None:
    folder, _ = build("host")
    with BoardConnection(board.port) as connection:
        install(connection, Package("0.1.0", "host", read_folder(folder)))
    with P1Port(Replay([b"/A\r\n!0000\r\n"])) as line, Board(line, flash=board.flash, loader=True) as monitor:
        assert any("Firmware" in text for text in list(monitor.lines))


def edit(board: FakeBoard, monkeypatch: pytest.MonkeyPatch, code: str) -> int:
    """Run `firmware config` with an editor that does this to the settings `s`."""
    script = board.flash.parent / "editor.py"
    script.write_text(
        f"import json, sys\nwith open(sys.argv[1]) as file: s = json.load(file)\n{code}\n"
        "with open(sys.argv[1], 'w') as file: json.dump(s, file)\n"
    )
    monkeypatch.setenv("VISUAL", f"{sys.executable} {script}")
    return main(["config", "--port", board.port])


def test_config_is_edited_without_showing_the_password(
    board: FakeBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"wifi": {"ssid": "home", "password": "top secret"}, "card_seen": 7}
    (board.flash / "config.json").write_text(json.dumps(settings))

    code = "assert 'secret' not in str(s) and 'card_seen' not in s; s['language'] = 'nl'"
    assert edit(board, monkeypatch, code) == 0

    assert json.loads((board.flash / "config.json").read_text()) == {
        "wifi": {"ssid": "home", "password": "top secret"},
        "language": "nl",
        "newer_than_card": True,
    }
    assert board.restarts() == 1


def test_config_that_the_firmware_would_not_take_is_not_saved(
    board: FakeBoard, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert edit(board, monkeypatch, "s['capacity'] = {'target_w': -1}") == 1
    assert "target_w" in capsys.readouterr().err
    assert not (board.flash / "config.json").exists()
    assert edit(board, monkeypatch, "pass") == 0
    assert not (board.flash / "config.json").exists()


def test_config_keeps_characters_beyond_ascii(board: FakeBoard, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = b'{"wifi": {"ssid": "\\ud83c\\udfe0", "password": "top secret"}, "language": "nl"}'
    (board.flash / "config.json").write_bytes(stored)
    code = (
        "assert s['wifi']['ssid'] == '🏠' and '🏠' in open(sys.argv[1]).read(); s['wifi']['ssid'] = 'Café 🏡'"
    )
    assert edit(board, monkeypatch, code) == 0
    on_board = (board.flash / "config.json").read_bytes()
    assert "Café 🏡".encode() in on_board
    assert b"\\u" not in on_board


def test_config_that_notepad_saved_in_utf16_is_read(
    board: FakeBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    (board.flash / "config.json").write_text('{"language": "nl"}')
    code = "s['language'] = 'fr'; open = lambda *_: __builtins__.open(*_, encoding='utf-16')"
    assert edit(board, monkeypatch, code) == 0
    assert json.loads((board.flash / "config.json").read_bytes())["language"] == "fr"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("s['wifi'] = {'ssid': chr(0xD83C)}", "half of a character"),
        ("open(sys.argv[1], 'wb').write(b'\\xe9'); sys.exit()", "is not in UTF-8"),
        ("s['wifi'] = {'ssid': 'home', 'password': 'Schlüssel'}", "no accents"),
        ("s['wifi'] = {'ssid': 'é' * 17}", "1 to 32 bytes"),
    ],
)
def test_config_names_the_reason(
    board: FakeBoard,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    code: str,
    reason: str,
) -> None:
    assert edit(board, monkeypatch, code) == 1
    assert reason in capsys.readouterr().err
    assert not (board.flash / "config.json").exists()


def test_wrong_chip_is_told_before_anything_is_written(
    board: FakeBoard, asked: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHIP", "ESP32-S3")
    assert main(["flash", "--port", board.port]) == 1
    assert main(["flash", "--port", board.port, "--board", "t8_s2"]) == 1
    said = capsys.readouterr().err
    assert "is an ESP32-S3, not that of a LilyGO T8 ESP32-C3 or" in said
    assert "is an ESP32-S3, not that of a LilyGO T8 ESP32-S2\n" in said
    assert "write-flash" not in asked.read_text()


def test_board_that_does_not_answer_esptool(
    board: FakeBoard, asked: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHIP", "")
    assert main(["flash", "--port", board.port, "--board", "t8_c3"]) == 1
    assert "hold BOOT, press RESET" in capsys.readouterr().err


def test_package_of_another_board_is_refused(
    board: FakeBoard, package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["deploy", "--board", "t8_s2", "--port", board.port, "--package", str(package)]
    assert main(arguments) == 1
    assert "is for the board t8_c3" in capsys.readouterr().err
    package.write_bytes(NEW.content()[:-1])
    assert main(arguments) == 1
    assert "not an update package, or is damaged" in capsys.readouterr().err
    assert not (board.flash / "slot.txt").exists()


def test_format_needs_the_running_firmware(board: FakeBoard, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["format", "--port", board.port, "--yes"]) == 1
    assert "the firmware is not running" in capsys.readouterr().err


def test_format_asks_first(
    board: FakeBoard, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("builtins.input", lambda question: "")
    assert main(["format", "--port", board.port]) == 1
    assert "nothing was changed" in capsys.readouterr().err


def test_logs_are_shown_as_they_come(board: FakeBoard) -> None:
    tool = subprocess.Popen(
        [sys.executable, "-m", "board_tool", "logs", "--port", board.port],
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    try:
        assert tool.stdout
        assert tool.stdout.readline() == f"{board.port}; Ctrl-C stops\n"
        os.write(board.end, b"SD Card OK\n")
        assert tool.stdout.readline() == "SD Card OK\n"
    finally:
        tool.kill()
        tool.wait()


def test_format_is_done_by_the_firmware_that_was_running(board: FakeBoard) -> None:
    with BoardConnection(board.port) as connection:
        connection.run(
            "import sys\nclass Card:\n def format_card(self):\n  open('formatted', 'w').close()\n"
            "class Main:\n board = Card()\nsys.modules['main'] = Main\n"
        )
    assert main(["format", "--port", board.port, "--yes"]) == 0
    assert (board.flash / "formatted").exists()
    assert board.restarts() == 1


def test_deploy_knows_the_board_by_its_chip(board: FakeBoard, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["deploy", "--port", board.port]) == 1
    assert "no supported board has this chip: linux" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("machine", "kind"),
    [
        ("Generic ESP32C3 module with ESP32C3", "t8_c3"),
        ("Generic ESP32S2 module with ESP32S2", "t8_s2"),
        ("Generic ESP32 module with ESP32", "generic_esp32"),
    ],
)
def test_chips_of_the_boards(machine: str, kind: str) -> None:
    class Known:
        def evaluate(self, expression: str) -> str:
            return machine

    assert detect_board_type(cast("BoardConnection", Known())).name == kind
