"""A board on this computer: the unchanged firmware, run by MicroPython in a separate process."""

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
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from simulator.interpreters import MICROPYTHON, MICROPYTHON32
from simulator.p1_port import P1Port

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "build" / "firmware"
SHORT = ROOT / "build" / "short"
_FIRST_PORT, _PORTS = 10_240, 20_000
_port_numbers = itertools.count(os.getpid() * 997)
_READY = "ready "
_LAST_LINES = 15
_RESTART = 3
"""Exit status of a firmware that restarts its board (firmware/board/host.py, firmware/loader/slot.py)."""


class BoardError(Exception):
    """Error if the firmware does not start or ends unexpectedly. The message contains the firmware's last output."""


def free_port(host: str = "127.0.0.1") -> int:
    """Return a free TCP port. OSError if all ports in the range are taken.

    Another program could take the port before the caller uses it. Two rules make this unlikely. The port is below
    32768, because the system assigns only higher ports to programs. Each process begins its search at a different port.
    """
    for number in itertools.islice(_port_numbers, _PORTS):
        port = _FIRST_PORT + number % _PORTS
        if not (problem := port_problem(port, host)):
            return port
    raise OSError(f"no port is free at {host}: {problem}")


def port_problem(port: int, host: str = "127.0.0.1") -> str:
    """Return the reason why a server cannot listen on a TCP port now, "" if the port is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.strerror or str(error)
    return ""


@dataclass(eq=False)
class Board:
    """Simulated board with the firmware, connected to a P1 port, with or without a card.

    If the firmware restarts its board, the firmware's process is started again. `restarts` counts these restarts.
    """

    line: P1Port | str
    """The P1 port, or an address: /dev/pts/N or tcp:HOST:PORT."""
    _: KW_ONLY
    card: Path | str | None = None
    """A folder, or a file *.img with raw FAT, which the board makes if it does not exist."""
    port: int = 0
    """TCP port of the web page and the API; 0 takes a free one."""
    host: str = "127.0.0.1"
    speed: float = 1
    ticks: int = 0
    """The tick counter's value at the start."""
    flash: Path | str | None = None
    """Folder of the board's flash, kept over a restart; None makes a temporary one."""
    device_id: str = "0200c3000001"
    small: bool = False
    """True runs the 32-bit interpreter, whose objects are as large as the board's."""
    compiled: bool = False
    """True runs the bytecode that a board gets."""
    heapsize: str | None = None
    """In the interpreter's notation, e.g. "122k"; None leaves its default."""
    stats: bool = False
    """True prints a line "memory BYTES" whenever more memory is in use than before."""
    log: Callable[[str], None] | None = None
    """Called with each line that the firmware prints."""
    firmware: Path | None = None
    """Another folder with a `main` to run instead."""
    loader: bool = False
    """True starts from the flash as a real board does: its main.py, then folder a or b."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """More environment variables for the firmware."""

    def __post_init__(self) -> None:
        self.port = self.port or free_port(self.host)
        self.url = f"http://{self.host}:{self.port}/"
        self.lines: deque[str] = deque(maxlen=1000)
        self.restarts = 0
        if not self.flash:
            self.flash = tempfile.mkdtemp(prefix="p1-flash-")
            weakref.finalize(self, shutil.rmtree, self.flash, ignore_errors=True)
        self._needs_build = self.compiled and not self.firmware
        self._process: subprocess.Popen[str] | None = None
        # The lock protects `_process`, because both a caller and the thread of `_forward` replace this process.
        self._process_lock = threading.Lock()
        self._forwarder: threading.Thread | None = None
        self._ready = threading.Event()

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "P1_LINE": self.line if isinstance(self.line, str) else self.line.address,
            "P1_HTTP": f"{self.host}:{self.port}",
            "P1_SPEED": f"{self.speed:g}",
            "P1_TICKS": str(self.ticks),
            "P1_FLASH": str(self.flash),
            "P1_ID": self.device_id,
            **({"P1_CARD": os.path.abspath(self.card)} if self.card else {}),
            **({"P1_STATS": "1"} if self.stats else {}),
            **self.environment,
        }

    def _command(self) -> list[str]:
        command = [str(MICROPYTHON32 if self.small else MICROPYTHON)]
        if self.heapsize:
            command += ["-X", f"heapsize={self.heapsize}"]
        if self.loader:
            return [*command, "main.py"]
        folder = str(self.firmware or (SHORT if self.compiled else ROOT / "firmware"))
        # As on a board, `import main` finds main.py or main.mpy in the firmware's folder. If the firmware runs from its
        # sources, the path also contains build/firmware, because the firmware serves only a built web page.
        path = [folder] if self.compiled or self.firmware else [folder, str(TARGET)]
        return [*command, "-c", f"import sys; sys.path[:1] = {path!r}; import main"]

    def start(self, timeout_s: float = 15) -> Self:
        """Switch the board on and wait until its web server listens. BoardError if the server does not start."""
        self._ready.clear()
        if self._needs_build and not (SHORT / "main.mpy").exists():
            raise BoardError("there is no compiled firmware in build/short: run scripts/build")
        try:
            self._process = self._run()
        except OSError as error:
            raise BoardError(
                f"{self._command()[0]} cannot be run ({error.strerror}): run scripts/setup"
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
            self._command(),
            cwd=self.flash if self.loader else None,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            # Run the firmware in a new process session. Then a Ctrl-C reaches only the simulator, and the simulator
            # stops the board.
            start_new_session=True,
        )

    def wait_ready(self, timeout_s: float = 15) -> None:
        """Wait until the firmware reports that its web server listens. BoardError if no report comes in time."""
        if not self._ready.wait(timeout_s):
            raise BoardError(self._with_last_lines(f"the firmware was not ready after {timeout_s:g} s"))
        self.check()

    def check(self) -> None:
        """Raise BoardError if the firmware has ended unexpectedly."""
        process = self._process
        if process is not None and (status := process.poll()) not in (None, _RESTART):
            if self._forwarder:
                self._forwarder.join(2)
            raise BoardError(self._with_last_lines(f"the firmware ended unexpectedly with status {status}"))

    @property
    def pid(self) -> int | None:
        """Process id of the firmware, None if the board is off."""
        return self._process.pid if self._process else None

    def stop(self) -> None:
        """Cut the board's power, so that the firmware writes nothing more. A second call does nothing.

        `start` switches the board on again.

        stop() kills the firmware's process instead of interrupting it. After an interrupt, MicroPython may raise
        KeyboardInterrupt during a garbage collection. The firmware would then continue with its memory locked.
        """
        with self._process_lock:
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
            with self._process_lock:
                if status != _RESTART or self._process is not process:
                    break
                if process.stdout:
                    process.stdout.close()
                self._process = process = self._run()
            self.restarts += 1
        # The firmware's output has ended. Wake `wait_ready`. It calls `check`, which reports why the output has ended.
        self._ready.set()

    def _with_last_lines(self, problem: str) -> str:
        last = "\n".join(f"  {line}" for line in list(self.lines)[-_LAST_LINES:])
        return f"{problem}; its last lines:\n{last}" if last else f"{problem}, and it printed nothing"
