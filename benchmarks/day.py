"""A day of a board: 24 hours of its clock, with everything that a household does with it.

The meter sends a telegram every five seconds; one in ten has 3.5 KB. Three clients watch the live stream. A request
comes every minute, for each readable path in turn. Each hour (in a shorter day: eight times) a user loads the page,
signs in, changes a setting and makes a token. After half of the day the firmware is updated and restarts. Quarters are
written to a FAT card. Time runs 400 times as fast, but requests, the restart and the hash of a password take as long
as ever.
"""

import hashlib
import http.client
import json
import os
import shutil
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import count
from pathlib import Path

from benchmarks.heap import LongMessages, Run, watched
from build_tool import romfs
from build_tool.board_folder import LOADER, ROOT, build as build_board
from build_tool.package import Package, read_folder, release_number
from simulator import package_keys, romfs_flash
from simulator.board import Board, BoardError
from simulator.p1_port import P1Port

SPEED = 400.0
EVERY_S = 5
HOURS = 24
PASSWORD = "correct horse"
# All readable paths. A path that an older firmware does not have replies 404, which is no fault.
READ = (
    "api/device",
    "api/reading",
    "api/quarter",
    "api/peaks",
    "api/telegram",
    "api/config",
    "api/log",
    "api/days/2026-01-15",
    "api/months/2026-01",
    "api/years/2026",
    "api/history?from=2026-01-01&to=2026-02-01",
    "current/quarter",
    "current/month/peak",
    "watt",
    "historic/years",
    "historic/months?year=2026",
    "historic/days?year=2026&month=1",
    "historic/quarters?year=2026&month=1&day=15",
    "meter/2026/01/15/1800W.json",
    "crashlog.txt",
    "description.xml",
    "update",
)
_MAY_FAIL = 5  # attempts for one request, because the board may be restarting


def firmware() -> dict[str, bytes]:
    """Return the files of this firmware for the board `host`, this computer, for play()."""
    return read_folder(build_board("host")[0])


def play(
    heap: int, files: Mapping[str, bytes], hours: float = HOURS, offer: int = 0, in_flash: bool = False
) -> Run:
    """Play a day, or its first hours, on a board with a heap of `heap` bytes.

    MicroPython may take `offer` more bytes for further areas of its heap. A board with its code `in_flash` has one
    area of `heap` bytes, others begin with an area of half of it.
    """
    result = Run(heap)
    stopped = threading.Event()
    with (
        _short_folder() as folder,
        P1Port(LongMessages(), speed=SPEED, every_s=EVERY_S) as line,
    ):
        environment = _fill_flash(folder, files, in_flash)
        areas = folder / "areas"
        board = Board(
            line,
            card=folder / "card.img",
            flash=str(folder),
            small=True,
            # Half of this size is the first area (scripts/tools/micropython/like_esp32/areas.c).
            heapsize=str(2 * heap if in_flash else heap),
            speed=SPEED,
            stats=True,
            loader=True,
            log=result.log.append,
            environment={"AREAS_OFFER": str(offer), "AREAS_LOG": str(areas), **environment},
        )
        try:
            with board, watched(board.url, stopped):
                package = Package("9.9.9", "host", files, release_number(ROOT, "BUILD"))
                if in_flash:
                    image = {romfs.NAME: romfs.image(files)}
                    package = replace(package, files=image, architecture=romfs_flash.ARCHITECTURE)
                package = package_keys.signed(package)
                owner = Owner(board.url, package.content(), hours * 3600 / SPEED)
                _live(board, owner, line, result, hours)
                if result.passed and not _confirmed(folder):
                    result.problem = "the update was not confirmed"
        except (BoardError, OSError) as error:
            result.problem = str(error)
        if areas.exists():
            result.areas = max(int(line.split()[1]) for line in areas.read_text().splitlines())
    return result


@contextmanager
def _short_folder() -> Iterator[Path]:
    """Yield a new folder with a path as short as possible.

    MicroPython keeps the path of each module that it has loaded, and a board's paths are as short as "/a/log.mpy".
    """
    for number in count():
        folder = Path(tempfile.gettempdir()) / str(number)
        with suppress(FileExistsError):
            folder.mkdir()
            break
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _confirmed(flash: Path) -> bool:
    """True if the updated version confirms itself within 10 s; on a busy computer its start may take that long."""
    for _ in range(100):
        if (flash / "slot.txt").read_text().strip() == "b ok":
            return True
        time.sleep(0.1)
    return False


def _fill_flash(flash: Path, files: Mapping[str, bytes], in_flash: bool) -> dict[str, str]:
    """Write the firmware into folder a or slice a, its loader, the key of its releases, and a password.

    Return what the board's process needs in its environment.
    """
    environment = romfs_flash.lay_out(flash, files) if in_flash else {}
    if not in_flash:
        shutil.copytree(LOADER, flash, dirs_exist_ok=True)
        for name, content in files.items():
            path = flash / "a" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        (flash / "a" / "manifest.json").write_bytes(Package("old", "host", files).manifest())
    package_keys.put_on(flash)
    (flash / "slot.txt").write_text("a ok\n")
    salt = os.urandom(16)
    digest = hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), salt, 2000)
    kept = {"salt": salt.hex(), "rounds": 2000, "hash": digest.hex()}
    (flash / "secrets.json").write_text(json.dumps({"password": kept}))
    return environment


def _live(board: Board, owner: Owner, line: P1Port, result: Run, hours: float) -> None:
    """Play two users at once: one reads figures, the other does what is due each hour."""
    stopped = threading.Event()
    faults: list[str] = []

    def repeat(acts: Iterator[None], pause_s: float) -> None:
        try:
            while not stopped.is_set():
                next(acts)
                stopped.wait(pause_s)
        except (OSError, ValueError) as error:
            faults.append(str(error))

    threads = [
        threading.Thread(target=repeat, args=(owner.reads(), 60 / SPEED)),
        threading.Thread(target=repeat, args=(owner.hours(), min(3600, hours * 450) / SPEED)),
    ]
    for thread in threads:
        thread.start()
    whole = hours * 3600 / EVERY_S
    deadline = time.monotonic() + hours * 3600 / SPEED * 3 + 20
    while line.sent + line.damaged < whole and result.passed and not result.problem:
        board.check()
        if faults or time.monotonic() > deadline:
            result.problem = faults[0] if faults else "the day was not finished in time"
        time.sleep(0.05)
    stopped.set()
    for thread in threads:
        thread.join()


class Owner:
    """The board's user, who sends `package` after half of `day_s` seconds."""

    def __init__(self, url: str, package: bytes, day_s: float) -> None:
        self._url = url
        self._package = package
        self._update_at = time.monotonic() + day_s / 2
        self.token = ""

    def reads(self) -> Iterator[None]:
        """Read all paths in turn, one for each step."""
        while True:
            for path in READ:
                self.ask(path)
                yield

    def hours(self) -> Iterator[None]:
        """Load the page, sign in, change a setting and make a token in each step; send the update once it is due."""
        brightness = 50
        while True:
            self.ask("")
            self.token = ""
            session = self.ask("api/session", "POST", {"password": PASSWORD})
            self.token = json.loads(session or b"{}").get("token", "")
            brightness = 110 - brightness
            self.ask("api/config", "PATCH", {"light": {"brightness": brightness}})
            created = self.ask("api/tokens", "POST", {"name": "bench"})
            self.ask("api/tokens")
            self.ask(f"api/tokens?id={json.loads(created or b'{}').get('id', '')}", "DELETE")
            with suppress(OSError):  # the light may show a warning
                self.ask("api/identify", "POST", {})
            if self._package and time.monotonic() > self._update_at:
                self.ask("api/update", "POST", self._package)
                self._package = b""
            yield

    def ask(self, path: str, method: str = "GET", body: object = None) -> bytes | None:
        """Return the body of a reply, None for a 404. OSError if the board refuses, or replies to no attempt."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        request = urllib.request.Request(self._url + path, data, headers, method=method)
        for left in reversed(range(_MAY_FAIL)):
            try:
                with urllib.request.urlopen(request, timeout=20) as reply:
                    answer: bytes = reply.read()
                    return answer
            except urllib.error.HTTPError as error:
                if error.code == 404:
                    return None
                if left and error.headers["Retry-After"]:
                    time.sleep(1)
                    continue
                raise OSError(f"{method} /{path}: {error.code} {error.read().decode()}") from None
            except (OSError, http.client.HTTPException) as error:  # HTTPException: the reply broke off
                if not left:
                    raise OSError(f"{method} /{path}: {error}") from None
                time.sleep(1)
        return None
