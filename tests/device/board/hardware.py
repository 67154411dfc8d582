"""An ESP32 on this computer: the whole firmware of one of its boards, run by MicroPython on tests/device/standins.

What a hand does to the board is a method here; what the board did is read from what the stand-ins wrote down.
"""

import json
import os
import re
import shutil
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from build_tool import board_folder, bytecode, short_names
from simulator.board import free_port
from simulator.interpreters import MICROPYTHON, MICROPYTHON32
from simulator.p1_port import P1Port

STANDINS = bytecode.ROOT / "tests" / "device" / "standins"
INTERPRETERS = {
    "micropython": [str(MICROPYTHON)],
    # The board's 128 KB, and what the stand-ins take.
    "micropython32": [str(MICROPYTHON32), "-X", "heapsize=176k"],
}
COMPILED = bytecode.ROOT / "build" / "standins"
POWER_ON, RESET, WATCHDOG = "1", "2", "3"
_RESTART = 3  # the status of a process that asks for it


class Hardware:
    """A board with its slot, button, flash and supply.

    `speed` is that of the board's clock and of its watchdog, which waits at least `patience_s`; `ticks` is where the
    clock's ticks begin, `version` that of MicroPython's drivers; `wifi`: a network is in reach and in the settings.
    `round_trip_ms` is the time, by the board's clock, until its peers' acknowledgements arrive. `first_release`: the
    firmware is that of version 0.1.0. `console` is the end of a pseudo-terminal that is the board's cable.
    """

    def __init__(
        self,
        folder: Path,
        interpreter: str,
        *,
        board: str = "t8_c3",
        line: P1Port | None = None,
        speed: float = 10,
        patience_s: float = 5,
        ticks: int = 0,
        version: str = "1.29",
        wifi: bool = True,
        round_trip_ms: float = 20,
        firmware: Path | None = None,
        first_release: bool = False,
        console: int | None = None,
    ) -> None:
        firmware = firmware or board_folder.build(board)[0]
        for source in STANDINS.glob("*.py"):
            bytecode.compile_python(source, COMPILED / f"{source.stem}.mpy", source.name, optimise=0)
        self.world, self.flash, self.speed, self.line = folder / "world", folder / "flash", speed, line
        self.patience_s = patience_s
        self._console = console
        self.world.mkdir()
        self.flash.mkdir()
        self.port = free_port()
        self.lines: list[str] = []
        self.starts = 0
        self.token = ""  # which each request sends
        pins = dict(re.findall(r'"(\w+)": (\d+)', (bytecode.FIRMWARE / f"board/{board}.py").read_text()))
        (self.world / "rts").write_text(pins["rts"])
        if line:
            (self.world / "line").write_text(line.address)
        if wifi:
            self.reach(home="hunter22")
            self.settings(wifi={"ssid": "home", "password": "hunter22"})
        self._short = short_names.of_firmware()
        self._names = {
            name: short for names in self._short.by_module.values() for name, short in names.items()
        }
        self._command = [*INTERPRETERS[interpreter], "-m"]
        if first_release:
            self._command += ["boot_first_release", str(firmware), board, str(self.port)]
        else:
            self._command += [
                "boot",
                str(firmware),
                str(self.port),
                *(self._short.modules["board.clock"], self._names["Clock"]),
                *(self._short.modules["board.esp32"], self._names["Board"]),
                self._names.get("flash", "flash"),
            ]
        self._environment = {
            **os.environ,
            "MICROPYPATH": f"{COMPILED}:.frozen",
            "STANDINS": str(COMPILED),
            "STANDIN_WORLD": str(self.world),
            "STANDIN_FLASH": str(self.flash),
            "STANDIN_SPEED": f"{speed:g}",
            "STANDIN_TICKS": str(ticks),
            "STANDIN_MICROPYTHON": version,
            "STANDIN_ROUND_TRIP_MS": f"{round_trip_ms:g}",
        }
        self._process: subprocess.Popen[str] | None = None
        self._is_on = False
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self if self._is_on else self.switch_on()

    def __exit__(self, *_: object) -> None:
        self.switch_off()

    def switch_on(self, cause: str = POWER_ON, memory: bytes = b"") -> Self:
        """Give it power, which it then keeps: it starts again whenever it resets.

        `cause` is what the chip says of this start, and `memory` what its memory happens to hold.
        """
        (self.world / "cause").write_text(cause)
        (self.world / "rtc").write_bytes(memory)
        self._is_on = True
        self._thread = threading.Thread(target=self._power, name="board", daemon=True)
        self._thread.start()
        if self.line:
            self.line.plug()
        return self

    def switch_off(self) -> None:
        """Take its power away."""
        self._is_on = False
        if self.line:
            self.line.unplug()
        if self._process:
            self._process.kill()
        if self._thread:
            self._thread.join()

    def _power(self) -> None:
        while self._is_on:
            (self.world / "fed").unlink(missing_ok=True)
            self.starts += 1
            process = self._process = subprocess.Popen(
                self._command,
                env=self._environment,
                cwd=self.flash,
                stdin=subprocess.DEVNULL if self._console is None else self._console,
                stdout=subprocess.PIPE if self._console is None else self._console,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
            )
            if not self._is_on:
                process.kill()  # switched off while it restarted
            watchdog = threading.Thread(target=self._watch, args=(process,), name="watchdog", daemon=True)
            watchdog.start()
            self.lines += [f"-- start {self.starts}"]
            for text in process.stdout or ():
                self.lines.append(text.rstrip())
            process.wait()
            if process.stdout:
                process.stdout.close()
            watchdog.join()
            if process.returncode == _RESTART:
                (self.world / "cause").write_text(RESET)
            elif process.returncode >= 0 and self._is_on:
                # The program has ended and its prompt waits; nothing feeds the watchdog.
                self.lines.append(f"-- ended with status {process.returncode}")
                (self.world / "cause").write_text(WATCHDOG)

    def _watch(self, process: subprocess.Popen[str]) -> None:
        """The watchdog: resets a board that has not fed it for as long as it asked for."""
        fed = self.world / "fed"
        while process.poll() is None:
            time.sleep(0.02)
            try:
                limit_s = int(fed.read_text() or 600_000) / 1000 / self.speed
                hungry_s = time.time() - fed.stat().st_mtime
            except FileNotFoundError:
                continue
            if hungry_s > max(limit_s, self.patience_s):
                (self.world / "cause").write_text(WATCHDOG)
                process.kill()

    def settings(self, **sections: Any) -> None:
        """Put a config.json into the flash."""
        (self.flash / "config.json").write_text(json.dumps(sections))

    def reach(self, **networks: str) -> None:
        """Let these networks, with their passwords, be in reach and no others: in one go, for the board looks often."""
        (self.world / "networks.new").write_text(json.dumps(networks))
        (self.world / "networks.new").rename(self.world / "networks.json")

    def insert_card(self, image: Path) -> None:
        """Put a card into the slot; what is written to it is on `image` after `pull_card`."""
        shutil.copy(image, self.world / "card.new")
        (self.world / "card.new").rename(self.world / "card.img")

    def pull_card(self, image: Path) -> None:
        (self.world / "card.img").rename(image)

    def break_firmware(self, code: str) -> None:
        """Run this inside the firmware before it starts: a fault that it has to survive."""
        (self.world / "fault.py").write_text(self._short.rename(code, self._names))

    def hold_button(self) -> None:
        (self.world / "button").touch()

    def release_button(self) -> None:
        (self.world / "button").unlink(missing_ok=True)

    def did(self) -> list[tuple[int, str]]:
        """What the board did: milliseconds since its start, by its own clock, and what."""
        if not (self.world / "did").exists():
            return []
        acts = [line.partition(" ") for line in (self.world / "did").read_text().splitlines()]
        return [(int(int(at) * self.speed), what) for at, _, what in acts]

    def acts(self) -> list[str]:
        return [what for _, what in self.did()]

    def said(self, text: str) -> bool:
        return any(text in line for line in self.lines)

    def system_memory(self) -> tuple[int, int, int]:
        """The most that connections took of the system memory since forget_lowest(), over restarts too.

        Returns the bytes that were free then, the largest piece of them, and what the connections took.
        """

        def lowest() -> list[int]:
            return [int(number) for number in (self.world / "lowest").read_text().split()]

        free, largest, taken = self.wait(lowest)  # it is empty for a moment
        return free, largest, taken

    def forget_lowest(self) -> None:
        (self.world / "lowest").unlink(missing_ok=True)

    def take_system_memory(self, count: int) -> None:
        """Let something else take so many bytes of system memory."""
        (self.world / "taken.new").write_text(str(count))
        (self.world / "taken.new").rename(self.world / "taken")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def get(self, path: str) -> Any:
        """What the board answers to GET, JSON or text; OSError when it does not."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        request = urllib.request.Request(self.url + path[1:], headers=headers)
        with urllib.request.urlopen(request, timeout=5) as reply:
            body = reply.read().decode()
            return json.loads(body) if reply.headers["Content-Type"] == "application/json" else body

    def device(self) -> dict[str, Any]:
        found: dict[str, Any] = self.get("/api/device")
        return found

    def wait(self, condition: Callable[[], Any], seconds: float = 15) -> Any:
        """What `condition` gives once that is true; TimeoutError with the newest lines when it stays false."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if found := condition():
                    return found
            except OSError:
                pass  # it does not listen yet
            time.sleep(0.02)
        raise TimeoutError("\n".join(self.lines[-25:]))

    def wait_ready(self) -> Self:
        self.wait(lambda: self.said("ready http"))
        return self
