"""A board on this computer: the firmware as it is, run by MicroPython in a process of its own."""

import itertools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import weakref
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from simulator.p1_port import P1Port

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "build" / "firmware"
SHORT = ROOT / "build" / "short"
_FIRST_PORT, _PORTS = 10_240, 20_000
_turns = itertools.count(os.getpid() * 997)
_READY = "ready "
_LAST_LINES = 15
_RESTART = 3
"""The exit status of a firmware that restarts its board (firmware/board/host.py, firmware/loader/slot.py)."""


class BoardError(Exception):
    """The firmware did not start, or ended by itself; the text holds its last lines."""


def free_port(host: str = "127.0.0.1") -> int:
    """A TCP port that nobody listens on just now.

    Not one that a system gives out by itself (from 32768 on), or that another process like this one tries at the same
    time: until it is used, anybody could take it.
    """
    for turn in itertools.islice(_turns, _PORTS):
        port = _FIRST_PORT + turn % _PORTS
        if not (trouble := port_trouble(port, host)):
            return port
    raise OSError(f"no port is free at {host}: {trouble}")


def port_trouble(port: int, host: str = "127.0.0.1") -> str:
    """Why nothing can listen on a port just now, "" when it is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.strerror or str(error)
    return ""


class Board:
    """The firmware on a line, with or without a card.

    `line` is a Line or an address (/dev/pts/N, tcp:HOST:PORT). `card` is a folder, or a file *.img with raw FAT that
    is made when it does not exist. `flash` is the folder of the board's flash, a temporary one by default, kept over
    a restart. `small` runs the 32-bit interpreter, whose objects are as large as the board's, and `compiled` the
    bytecode that a board gets; `heapsize` is text like "122k". `log` is called with each line the firmware prints.
    `firmware` is another folder with a `main`. With `loader` the board starts from its flash as a real one does, by
    the main.py there, from folder a or b.

    A firmware that restarts its board is started again; `restarts` counts that.
    """

    def __init__(
        self,
        line: P1Port | str,
        *,
        card: Path | str | None = None,
        port: int | None = None,
        host: str = "127.0.0.1",
        speed: float = 1,
        ticks: int = 0,
        flash: Path | str | None = None,
        device_id: str = "0200c3000001",
        small: bool = False,
        compiled: bool = False,
        heapsize: str | None = None,
        stats: bool = False,
        log: Callable[[str], None] | None = None,
        firmware: Path | None = None,
        loader: bool = False,
        environment: dict[str, str] | None = None,
    ) -> None:
        self.line, self.log = line, log
        self.host, self.port = host, port or free_port(host)
        self.url = f"http://{host}:{self.port}/"
        self.lines: deque[str] = deque(maxlen=1000)
        if not flash:
            flash = tempfile.mkdtemp(prefix="p1-flash-")
            weakref.finalize(self, shutil.rmtree, flash, ignore_errors=True)
        self._environment = {
            **os.environ,
            "P1_LINE": line if isinstance(line, str) else line.address,
            "P1_HTTP": f"{host}:{self.port}",
            "P1_SPEED": f"{speed:g}",
            "P1_TICKS": str(ticks),
            "P1_FLASH": str(flash),
            "P1_ID": device_id,
            **({"P1_CARD": os.path.abspath(card)} if card else {}),
            **({"P1_STATS": "1"} if stats else {}),
            **(environment or {}),
        }
        self._needs_build = compiled and not firmware
        self._command = self._program(small, compiled, heapsize, firmware)
        self._folder = None
        if loader:
            self._folder = flash
            self._command[-2:] = ["main.py"]
        self.restarts = 0
        self._process: subprocess.Popen[str] | None = None
        self._changing = threading.Lock()  # of _process, which both a caller and the forwarder replace
        self._forwarder: threading.Thread | None = None
        self._ready = threading.Event()

    @staticmethod
    def _program(small: bool, compiled: bool, heapsize: str | None, firmware: Path | None) -> list[str]:
        command = [str(ROOT / (".tools/bin/micropython32" if small else ".venv/bin/micropython"))]
        if heapsize:
            command += ["-X", f"heapsize={heapsize}"]
        folder = str(firmware or (SHORT if compiled else ROOT / "firmware"))
        # As on the board, the firmware's folder is where modules come from; `main` may be source or bytecode.
        path = (
            [folder] if compiled or firmware else [folder, str(TARGET)]
        )  # of the page no source could be served
        return [*command, "-c", f"import sys; sys.path[:1] = {path!r}; import main"]

    def start(self, timeout_s: float = 15) -> Self:
        """Switch the board on and wait until its web server listens; BoardError when it does not."""
        self._ready.clear()
        if self._needs_build and not (SHORT / "main.mpy").exists():
            raise BoardError("there is no compiled firmware in build/short: run scripts/build")
        try:
            self._process = self._run()
        except OSError as error:
            raise BoardError(
                f"{self._command[0]} cannot be run ({error.strerror}): run scripts/setup"
            ) from None
        self._forwarder = threading.Thread(
            target=self._forward, args=(self._process,), name="board log", daemon=True
        )
        self._forwarder.start()
        if isinstance(self.line, P1Port):
            self.line.plug()
        try:
            self.wait_ready(timeout_s)
        except BaseException:
            self.stop()
            raise
        return self

    def _run(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self._command,
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # Ctrl-C is for the simulator, which then stops the board itself
        )

    def wait_ready(self, timeout_s: float = 15) -> None:
        """Wait for the line that says that HTTP listens; BoardError when it does not come."""
        if not self._ready.wait(timeout_s):
            raise BoardError(self._report(f"the firmware was not ready after {timeout_s:g} s"))
        self.check()

    def check(self) -> None:
        """BoardError when the firmware has ended by itself."""
        process = self._process
        if process is not None and (status := process.poll()) not in (None, _RESTART):
            if self._forwarder:
                self._forwarder.join(2)
            raise BoardError(self._report(f"the firmware ended by itself with status {status}"))

    @property
    def pid(self) -> int | None:
        """The firmware's process, None when it is off."""
        return self._process.pid if self._process else None

    def stop(self) -> None:
        """Take the board's power: nothing is written any more. Safe to call twice; `start` brings it back.

        To interrupt it would not be kinder: MicroPython raises KeyboardInterrupt wherever it is, and goes on with its
        memory locked where that is within a collection.
        """
        with self._changing:
            process, self._process = self._process, None
        if isinstance(self.line, P1Port):
            self.line.unplug()
        if process is None:
            return
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if self._forwarder:
            self._forwarder.join()
        if process.stdout:
            process.stdout.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.stop()

    def _forward(self, process: subprocess.Popen[str]) -> None:
        while True:
            for text in process.stdout or ():
                line = text.rstrip()
                self.lines.append(line)
                if line.startswith(_READY):
                    self._ready.set()
                if self.log:
                    self.log(line)
            status = process.wait()
            with self._changing:
                if status != _RESTART or self._process is not process:
                    break
                if process.stdout:
                    process.stdout.close()
                self._process = process = self._run()
            self.restarts += 1
        # The end of its output wakes whoever waits, and `check` then tells why it ended.
        self._ready.set()

    def _report(self, what: str) -> str:
        last = "\n".join(f"  {line}" for line in list(self.lines)[-_LAST_LINES:])
        return f"{what}; its last lines:\n{last}" if last else f"{what}, without a word"
