"""scripts/simulate: every mistake is one clear line, and Ctrl-C ends it without a traceback."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from simulator import options
from simulator.board import ROOT, free_port
from simulator.dialects import DIALECTS
from simulator.replay import Replay
from simulator.telegram_source import MeterSource


def simulate(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "simulator", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("--meter fluvius", "no meter is called 'fluvius'; there are: sagemcom-s211-50213"),
        ("--bogus", "unrecognized arguments: --bogus"),
        ("--spe 3", "unrecognized arguments"),
        ("--speed 0", "choose a whole number from 1"),
        ("--speed fast", "--speed: invalid int value"),
        ("--port 99999", "choose a number from"),
        ("--start yesterday", "write it as 2026-11-12T18:29:30"),
        ("--start 2026-02-30", "day"),
        ("--gas 5", "an M-Bus channel is 1, 2, 3, 4 or none"),
        ("--gas 1:broken", "only :unlinked"),
        ("--gas 2 --water 2", "can have one device"),
        ("--fault fire", "no fault is called 'fire'; there are: flip"),
        ("--fault flip:2", "from 0 to 1"),
        ("--telegrams /nowhere/x.txt", "/nowhere/x.txt cannot be read"),
        ("--telegrams /dev/null", "contains no telegram"),
        ("--telegrams /dev/null --start 2026-01-01", "cannot be used with --telegrams"),
        ("--card /nowhere", "make it first"),
        ("--card /nowhere/card.img", "make it first"),
        ("--card pyproject.toml", "name a folder, or an image"),
        (f"--message {'x' * 1025}", "1024 at most"),
    ],
)
def test_a_wrong_option_is_one_line_that_says_what_to_do(arguments: str, words: str) -> None:
    with pytest.raises(options.UsageError) as caught:
        options.parse(
            [*arguments.split(), "--port", str(free_port())]
            if "--port" not in arguments
            else arguments.split()
        )

    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_busy_port_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(options.UsageError, match=f"port {port} cannot be used"):
            options.parse(["--port", str(port)])


def test_an_image_that_is_no_card_is_said(tmp_path: Path) -> None:
    image = tmp_path / "card.img"
    image.write_bytes(bytes(4096))

    with pytest.raises(options.UsageError, match="no FAT filesystem"):
        options.parse(["--card", str(image), "--port", str(free_port())])


def test_a_mistake_ends_with_status_2_and_nothing_else() -> None:
    process = simulate("--meter", "fluvius")
    out, err = process.communicate(timeout=20)

    assert (process.returncode, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("simulate: ")


def test_the_meters_can_be_listed() -> None:
    process = simulate("--meter", "help")
    out, err = process.communicate(timeout=20)

    assert (process.returncode, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines()] == list(DIALECTS)


def test_options_shape_the_meter() -> None:
    chosen = options.parse(
        "--meter sagemcom-t211-50215 --start 2026-11-12T18:29:30 --gas 4:unlinked --water none --message Hallo "
        f"--fault cut:0.5 --fault noise --speed 60 --port {free_port()}".split()
    )

    assert isinstance(chosen.source, MeterSource)
    assert chosen.source.stamp == "261112182930W"
    assert [(device.channel, device.linked) for device in chosen.source.meter.devices] == [(4, False)]
    assert chosen.source.meter.message == "Hallo"
    assert chosen.faults.rates == {"cut": 0.5, "noise": 0.2}


def test_files_replace_the_meter(tmp_path: Path) -> None:
    file = tmp_path / "one.txt"
    file.write_bytes(b"/A\r\n!0000\r\n")

    chosen = options.parse(["--telegrams", str(file), "--port", str(free_port())])

    assert isinstance(chosen.source, Replay)
    assert chosen.source.telegram() == b"/A\r\n!0000\r\n"


def test_ctrl_c_ends_it_without_a_traceback() -> None:
    process = simulate("--port", str(free_port()), "--speed", "60")
    assert process.stdout
    for line in process.stdout:
        if line.startswith("http://"):
            break
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)

    assert (process.returncode, err) == (0, "")
    assert "telegrams sent" in out


def test_it_ends_quietly_when_nobody_reads_along() -> None:
    process = simulate("--port", str(free_port()), "--speed", "600")
    assert process.stdout
    assert process.stderr
    process.stdout.readline()
    process.stdout.close()

    assert process.wait(timeout=20) == 0
    assert process.stderr.read() == ""
    process.stderr.close()
