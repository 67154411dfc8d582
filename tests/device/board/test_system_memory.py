"""What replies take of ESP-IDF's memory, by the model of tests/device/standins/lwip.py, and how long a page takes.

P1_LONG=1 plays the household for longer. scripts/bench firmware shows the figures and their goals. The bounds of the
household are lower here, because on a busy computer the board reads and sends later than it would.
"""

import json
import shutil
import threading
import time
import urllib.request
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmarks.day import Owner
from benchmarks.heap import LongMessages, watched
from build_tool import board_folder
from build_tool.board_folder import ROOT
from build_tool.package import Package, read_folder, release_number
from simulator import package_keys
from simulator.p1_port import P1Port
from tests.attacks.conftest import CardOf, Recorded, card_of, secrets  # noqa: F401  # fixture
from tests.attacks.peers import PASSWORD
from tests.attacks.test_turn import month
from tests.device.board.conftest import SwitchOn
from tests.device.board.hardware import Hardware
from tests.device.storage.conftest import LONG
from tests.device.update.first_release import release

KIB = 1024
PAGE = 57 * KIB
SPEED = 4
HOUSEHOLD_S = 600 if LONG else 75


def page(board: Hardware) -> tuple[int, int, float]:
    """Load the page. Return its length, the system memory that it took, and its seconds of the board's clock."""
    board.forget_lowest()
    begin = time.monotonic()
    with urllib.request.urlopen(board.url, timeout=60) as reply:
        length = len(reply.read())
    return length, board.system_memory()[2], (time.monotonic() - begin) * board.speed


def test_model_gives_what_the_page_of_the_first_release_took(tmp_path: Path, interpreter: str) -> None:
    firmware = release().tree / "build/firmware"
    # A round trip that is longer than the time for a full buffer, which the emulated chip had too.
    board = Hardware(tmp_path, interpreter, speed=1, round_trip_ms=200, firmware=firmware, first_release=True)
    with board:
        board.wait_ready()
        length, taken, _ = page(board)
    assert length == 57344
    assert 17_000 <= taken <= 19_000


def test_page_takes_little_and_comes_soon(power: SwitchOn, record_property: Recorded) -> None:
    # At a fourth of the speed, this computer's own time counts little.
    with power(speed=0.25, round_trip_ms=50) as board:
        board.wait_ready()
        length, taken, seconds = page(board)
    record_property("firmware.page_idf_bytes", taken)
    record_property("firmware.page_s_at_50ms", seconds * PAGE / length)
    assert taken <= 9 * KIB
    assert seconds * PAGE / length <= 1.5


def test_small_reply_comes_at_once_beside_a_page(power: SwitchOn) -> None:
    with power(speed=1, round_trip_ms=300) as board:
        board.wait_ready()
        with urllib.request.urlopen(board.url, timeout=60) as reply:
            reply.read(1000)
            begin = time.monotonic()
            board.device()
            seconds = time.monotonic() - begin
            assert reply.length  # the page is still on its way
            reply.read()
    assert seconds < 0.3


@pytest.mark.parametrize("interpreter", ["micropython32"], indirect=True)
def test_day_of_a_household_leaves_enough_for_wifi(
    tmp_path: Path,
    interpreter: str,
    card_of: CardOf,  # noqa: F811
    record_property: Recorded,
) -> None:
    """Three views, and two users: one reads figures, the other loads the page, signs in and installs an update."""
    built, _ = board_folder.build("t8_c3")
    package = package_keys.signed(
        Package("9.9.9", "t8_c3", read_folder(built), release_number(ROOT, "BUILD"))
    ).content()
    slot = tmp_path / "a"
    shutil.copytree(built, slot)
    stopped = threading.Event()
    with P1Port(LongMessages(), speed=SPEED) as line:
        board = Hardware(tmp_path, interpreter, line=line, speed=SPEED, round_trip_ms=50, firmware=slot)
        (board.flash / "secrets.json").write_text(json.dumps(secrets()))
        package_keys.put_on(board.flash)
        board.insert_card(card_of(month(tmp_path / "files")))
        with board, watched(board.url, stopped):
            board.wait_ready()
            board.wait(lambda: board.device()["p1"]["telegrams"])
            owner = Owner(board.url, b"", 0)
            play(((owner.reads(), 5), (evening(owner, package), 3)), HOUSEHOLD_S)
            free, largest, _ = board.system_memory()
            assert board.device()["crash"] is None
            assert board.starts == 2  # the update has restarted it
            assert not board.said("Short of system memory")
    record_property("firmware.idf_lowest_bytes", free)
    record_property("firmware.idf_largest_bytes", largest)
    assert free >= 23 * KIB
    assert largest >= 9 * KIB


def evening(owner: Owner, package: bytes) -> Iterator[None]:
    """Load the page, sign in, change a setting, make and delete a token, install an update; then go on without one."""
    while True:
        owner.ask("")
        yield
        owner.token = ""
        owner.token = json.loads(owner.ask("api/session", "POST", {"password": PASSWORD}) or b"")["token"]
        yield
        owner.ask("api/config", "PATCH", {"light": {"brightness": 40}})
        yield
        made = json.loads(owner.ask("api/tokens", "POST", {"name": "evening"}) or b"")
        yield
        owner.ask(f"api/tokens?id={made['id']}", "DELETE")
        yield
        if package:
            owner.ask("api/update", "POST", package)
            package = b""
            yield


def play(users: Iterable[tuple[Iterator[None], float]], seconds: float) -> None:
    """Let users act at a time, each with a pause in seconds of the board's clock."""
    end = time.monotonic() + seconds / SPEED

    def act(steps: Iterator[None], pause_s: float) -> None:
        while time.monotonic() < end:
            next(steps)
            time.sleep(pause_s / SPEED)

    with ThreadPoolExecutor() as pool:
        for done in [pool.submit(act, *user) for user in users]:
            done.result()
