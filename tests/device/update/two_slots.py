"""A board with two folders for its firmware, started by its loader, as its owner has set it up."""

import json
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from build_tool import bytecode, short_names
from build_tool.board_folder import LOADER, ROOT, build
from build_tool.package import Package, read_folder, release_number
from simulator import package_keys as keys
from simulator.board import Board
from simulator.p1_port import P1Port

PASSWORD = "a good one"


def until(condition: Callable[[], object], timeout_s: float = 20) -> None:
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


class Device:
    """A board that its loader starts, and what a browser asks it. `files` go into folder a; None: it has a firmware."""

    def __init__(self, folder: Path, line: P1Port, files: dict[str, bytes] | None, **options: Any) -> None:
        self.flash = folder
        self.speed = options.get("speed", 1)
        self.token = ""
        if files is not None:
            self._lay_out(folder, files)
        self.board = Board(line, flash=folder, loader=True, **options)

    @staticmethod
    def _lay_out(folder: Path, files: dict[str, bytes]) -> None:
        shutil.copytree(LOADER, folder, dirs_exist_ok=True)
        keys.put_on(folder)
        for name, content in files.items():
            path = folder / "a" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        (folder / "a" / "manifest.json").write_bytes(Package("old", "host", files).manifest())
        (folder / "slot.txt").write_text("a ok\n")

    def ask(self, path: str, data: bytes | None = None, method: str | None = None) -> tuple[int, bytes]:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        request = urllib.request.Request(self.board.url + path.lstrip("/"), data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:
                return reply.status, reply.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def send_slowly(self, package: bytes, meanwhile: Callable[[], object]) -> tuple[int, bytes]:
        """Send a package in ten pieces over three seconds, as over a poor Wi-Fi."""
        connection = HTTPConnection(self.board.host, self.board.port, timeout=10)
        connection.putrequest("POST", "/api/update")
        connection.putheader("Content-Length", str(len(package)))
        connection.putheader("Authorization", f"Bearer {self.token}")
        connection.endheaders()
        size = -(-len(package) // 10)
        for at in range(0, len(package), size):
            connection.send(package[at : at + size])
            time.sleep(0.3)
            if at + size < len(package):
                meanwhile()
        reply = connection.getresponse()
        return reply.status, reply.read()

    def status(self) -> Any:
        return json.loads(self.ask("/api/device")[1])

    def slot(self) -> str:
        return (self.flash / "slot.txt").read_text().strip()

    def press(self, button: Path, count: int) -> None:
        """Press BOOT so many times in a row, and wait until the board has counted the presses."""
        for _ in range(count):
            button.touch()
            time.sleep(0.1)
            button.unlink()
            time.sleep(0.1)
        time.sleep(2.5 / self.speed)

    def sign_in(self) -> None:
        status, reply = self.ask("/api/session", json.dumps({"password": PASSWORD}).encode())
        assert status == 200, reply
        self.token = json.loads(reply)["token"]


def set_password(flash: Path) -> None:
    """Have the device's password in this flash."""
    code = (
        "import asyncio, sys\nfrom auth.password import set_password\n"
        f"class Board: flash = {str(flash)!r}\n"
        "class Monitor: board = Board; access = None\n"
        f"asyncio.run(set_password(Monitor, {PASSWORD!r}))\n"
    )
    bytecode.build()
    micropython = bytecode.ROOT / ".venv" / "bin" / "micropython"
    environment = {**os.environ, "MICROPYPATH": f"{bytecode.TARGET}:.frozen"}
    subprocess.run([micropython, "-c", code], env=environment, check=True, timeout=30)


def newer(files: dict[str, bytes], version: str, tmp_path: Path, **more: bytes) -> Package:
    """Return a package of these files and `more` that runs as this version, signed by the key "release"."""
    short = short_names.of_firmware()
    name = short.modules["version"]
    source = tmp_path / "version.py"
    source.write_text(short.rename(f"VERSION = {version!r}\n"))
    bytecode.compile_python(source, tmp_path / "version.mpy", name, optimise=3)
    content = {**files, f"{name}.mpy": (tmp_path / "version.mpy").read_bytes(), **more}
    return keys.signed(Package(version, "host", content, release_number(ROOT, "BUILD")))


def newest(tmp_path: Path, version: str = "9.9.9", **more: bytes) -> Package:
    """Return the package of these sources for this computer, as if they had this version."""
    return newer(read_folder(build("host")[0]), version, tmp_path, **more)
