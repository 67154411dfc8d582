"""The command `firmware prove`: ten minutes on a board, to see what only hardware can show (docs/calls.md).

The command never erases or formats anything. It restarts the board, and removes the two small files that it writes.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256

from board_tool import on_board_code, prove_network, prove_report
from board_tool.connection import BoardConnection, wait_for_board
from board_tool.on_board_code import CannotRunError
from board_tool.ports import find_port
from board_tool.prove_checks import CHECKS, NOT_RUN, OK, OUTSIDE
from board_tool.prove_network import Network
from board_tool.prove_report import FORM, Findings
from build_tool.board_folder import build
from build_tool.boards import BOARDS
from build_tool.errors import ToolError
from build_tool.package import read_folder
from build_tool.signatures import EXPONENT, KEY_BYTES, modulus

_WATCHDOG_S = 5
_SKIPPED = "skipped by the person at the board"
_LOST = "the board was lost before"
# A telegram of a Belgian meter, without numbers of a meter: {0} is the second, {1} the power in kW.
_TELEGRAM = """/FLU5\\prove_A

0-0:96.1.4(50221)
0-0:96.1.1(00)
0-0:1.0.0(2601151201{0:02}W)
1-0:1.8.1(000301.548*kWh)
1-0:1.8.2(000270.014*kWh)
1-0:2.8.1(000000.005*kWh)
1-0:2.8.2(000000.000*kWh)
0-0:96.14.0(0001)
1-0:1.4.0(02.351*kW)
1-0:1.6.0(260103121500W)(03.210*kW)
0-0:98.1.0(1)(1-0:1.6.0)(1-0:1.6.0)(260101000000W)(251209171500W)(04.329*kW)
1-0:1.7.0({1:06.3f}*kW)
1-0:2.7.0(00.000*kW)
1-0:21.7.0({1:06.3f}*kW)
1-0:22.7.0(00.000*kW)
1-0:32.7.0(234.7*V)
1-0:31.7.0(002.61*A)
0-0:96.3.10(1)
0-0:17.0.0(999.9*kW)
1-0:31.4.0(999*A)
0-0:96.13.0()
!"""


def prove(port: str | None, with_meter: bool) -> None:
    """Measure a board, write the report, and print where to send it. ToolError if the board is lost on the way."""
    findings = Findings()
    address = find_port(port)
    with BoardConnection(address) as connection:  # without an answer there is nothing to report
        slot = _check_firmware(connection, findings)
    run = _Run(findings, lambda: find_port(port), slot)
    lost = None
    try:
        run.with_firmware_stopped()
        run.over_restarts()
        if with_meter:
            run.ask_for_meter()
        run.over_network(with_meter)
    except ToolError as error:
        lost = error
    except KeyboardInterrupt:
        lost = ToolError("stopped by Ctrl-C; press the board's RESET button")
    for check in CHECKS:
        measurement = check.of.partition(".")[0]
        if lost and measurement not in findings.figures:
            findings.reasons.setdefault(measurement, _LOST)
    path = prove_report.write(findings)
    results = [check.judge(findings.figures, findings.reasons)[0] for check in CHECKS]
    print(f"{results.count(OK)} ok, {results.count(OUTSIDE)} outside, {results.count(NOT_RUN)} could not run")
    print(f"report: {path}")
    if lost:
        raise ToolError(f"{lost}; the report has what was measured until then")
    print(f"please read it, and send it: {FORM}")


def signature() -> tuple[bytes, bytes, bytes]:
    """Return a new public key (its modulus), and a signature by this key with the SHA-256 of what it signs."""
    key = generate_private_key(EXPONENT, KEY_BYTES * 8)
    digest = hashlib.sha256(b"firmware prove").digest()
    return modulus(key.public_key(), "a new key"), key.sign(digest, PKCS1v15(), Prehashed(SHA256())), digest


def telegrams() -> tuple[bytes, bytes]:
    """Return two telegrams that follow each other."""
    return _telegram(3, 0.611), _telegram(4, 0.618)


def _telegram(second: int, power_kw: float) -> bytes:
    text = _TELEGRAM.format(second, power_kw).replace("\n", "\r\n").encode()
    crc = 0
    for byte in text:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return text + b"%04X\r\n" % crc


def _check_firmware(connection: BoardConnection, findings: Findings) -> str:
    """Return the slot of the board's firmware. ToolError if the board has none, or not that of these sources."""
    words = (connection.read("slot.txt") or b"").decode(errors="replace").split()
    slot = words[0] if words and words[0] in ("a", "b") else "a"
    if words[1:] and words[1] != "ok":
        # Each start of a version on trial counts, and this tool restarts the board three times.
        raise ToolError(
            "the update on this board is still on trial: press RESET, and wait until the log confirms it"
        )
    try:
        manifest = json.loads(connection.read(f"{slot}/manifest.json") or b"")
        name = str(manifest["board"])
        on_board = {file: digest for file, _, digest in manifest["files"]}
    except (ValueError, KeyError, TypeError):
        raise ToolError("this board has no firmware: install it first, with firmware deploy") from None
    if name not in (*BOARDS, "host"):
        raise ToolError(f"these sources have no board {name[:20]!r}")
    here = {
        file: hashlib.sha256(content).hexdigest() for file, content in read_folder(build(name)[0]).items()
    }
    if {file: digest for file, digest in on_board.items() if file in here} != here:
        raise ToolError(
            "this board's firmware is not that of these sources: install it first, with firmware deploy"
        )
    facts = connection.evaluate(
        "[sys.implementation._machine,'.'.join(map(str,sys.implementation.version[:3])),"
        "__import__('machine').unique_id()[:3].hex()]"
    )
    machine, micropython, maker = map(str, facts)
    findings.name(
        board=name,
        chip=machine.rpartition("with ")[2].strip() or "unknown",
        micropython=micropython,
        firmware=str(manifest["version"]),
        maker=":".join(maker[at : at + 2] for at in (0, 2, 4)),
    )
    return slot


class _Run:
    """One run over a board: each step measures what the state of the board allows, and never stops the next step."""

    def __init__(self, findings: Findings, port: Callable[[], str], slot: str) -> None:
        self._findings = findings
        self._port = port
        self._slot = slot
        self._address = self._hostname = ""
        self._connection: BoardConnection | None = None

    def with_firmware_stopped(self) -> None:
        """Measure what needs the firmware's own objects, after the firmware was interrupted."""
        with self._connect():
            self._call("restart", "save")
            self._look_up_address()
            self._measure("running", "memory", "now")
            self._measure("telegram", "speed", "telegram", *telegrams())
            for name in ("crc", "collection", "password"):
                self._measure(name, "speed", name)
            self._measure("signature", "speed", "signature", *signature())
            self._measure("card", "storage", "card", timeout_s=120)
            self._measure("flash", "storage", "flash")
            self._measure("request", "line", "request")
            self._with_hands()

    def over_restarts(self) -> None:
        """Restart the board by a reset, and then by its watchdog. Measure the memory and Wi-Fi before the firmware."""
        with self._connect():
            mark = self._call("restart", "mark").get("check")
            self._restart()
        with self._connect():
            self._after_restart("after_reset", mark)
            self._measure("start", "memory", "now")
            if self._findings.figures.get("start", {}).pop("radio_on", 0):
                del self._findings.figures["start"]
                self._findings.reasons["start"] = "Wi-Fi was on before the tool could interrupt the start"
            before = self._findings.figures.get("start", {}).get("system_free")
            self._measure("wifi", "memory", "join", self._hostname, before, timeout_s=60)
            self._look_up_address()
            print(f"the watchdog restarts the board in {_WATCHDOG_S} s", flush=True)
            self._call("restart", "starve", _WATCHDOG_S)
            self._forget()  # an open port may get another name when the board returns
            time.sleep(_WATCHDOG_S + 1)
        with self._connect():
            self._after_restart("after_watchdog", mark)
            self._call("restart", "unmark")
            self._restart()

    def ask_for_meter(self) -> None:
        """Let the person move the board from USB to the meter, because both together may damage either."""
        question = (
            "Now pull the USB cable out of the board. ONLY THEN plug the board into the meter's P1 port.\n"
            "Press Enter when its light flashes, or type s to skip"
        )
        if self._answer(question) is None:
            self._findings.reasons["meter"] = _SKIPPED

    def over_network(self, with_meter: bool) -> None:
        """Measure the running firmware over the network."""
        if not with_meter:
            self._findings.reasons["meter"] = "without --with-meter, no meter is asked for"
        measurements = dict(prove_network.MEASUREMENTS)
        if with_meter and "meter" not in self._findings.reasons:
            measurements["meter"] = prove_network.meter
        for name, measure in measurements.items():
            try:
                if not self._address:
                    raise CannotRunError("the board has no Wi-Fi network")
                print(f"{name} …", flush=True)
                self._findings.take(name, measure(Network(self._address)))
            except CannotRunError as error:
                self._findings.reasons[name] = str(error)
            except (KeyError, TypeError, AttributeError):
                self._findings.reasons[name] = "the answer is not that of this firmware"

    def _with_hands(self) -> None:
        if self._answer("Is nothing but USB connected? Put a wire between the pins TX and RX. Enter, or s"):
            self._measure("loop", "line", "loop")
            self._answer("Take the wire away. Enter")
        else:
            self._findings.reasons["loop"] = _SKIPPED
        if self._answer("Look at the light: it flashes five times. Enter to begin, or s"):
            self._measure("light", "hands", "light")
            seen = self._answer("Was it on five times, and dark in between? y, n, or s")
            if seen in ("y", "n"):
                self._findings.take("light", {"seen": seen == "y"})
        if "seen" not in self._findings.figures.get("light", {}):
            self._findings.reasons.setdefault("light", _SKIPPED)
        if self._answer("Press BOOT once, within 15 s after Enter. Enter, or s"):
            self._measure("button", "hands", "button")
        else:
            self._findings.reasons["button"] = _SKIPPED

    def _look_up_address(self) -> None:
        """Ask the board for its address and name, unless they are known: a fixed address is the firmware's alone."""
        if not self._address:
            found = self._call("memory", "address")
            if found.get("ip", "0.0.0.0") != "0.0.0.0":
                self._address, self._hostname = found["ip"], found["hostname"]

    def _answer(self, question: str) -> str | None:
        """Return what the person answers, "enter" for nothing, None to skip."""
        try:
            answer = input(question + ": ").strip().lower()
        except EOFError:
            return None
        return None if answer in ("s", "skip") else answer or "enter"

    def _after_restart(self, name: str, mark: object) -> None:
        self._measure(name, "restart", "cause")
        found = self._call("restart", "check").get("check")
        if name in self._findings.figures and mark is not None and found is not None:
            self._findings.figures[name]["rtc_same"] = int(found == mark)

    def _measure(
        self, name: str, module: str, function: str, *arguments: object, timeout_s: float = 30
    ) -> None:
        print(f"{name} …", flush=True)
        try:
            figures = self._ask(module, function, *arguments, timeout_s=timeout_s)
            self._findings.take(name, figures)
        except CannotRunError as error:
            self._findings.reasons[name] = str(error)

    def _call(self, module: str, function: str, *arguments: object) -> Any:
        """Return what a function of the board returns, which is no figure of the report."""
        try:
            return self._ask(module, function, *arguments)
        except CannotRunError:
            return {}

    def _ask(self, module: str, function: str, *arguments: object, timeout_s: float = 30) -> Any:
        """Call a function on the board. If the board stops answering, connect again, so that the rest can run."""
        assert self._connection
        try:
            return on_board_code.call(self._connection, module, function, *arguments, timeout_s=timeout_s)
        except ToolError:
            self._forget()
            self._open()
            raise CannotRunError("the board stopped answering, and was connected again") from None

    @contextmanager
    def _connect(self) -> Iterator[None]:
        self._open()
        try:
            yield
        finally:
            self._forget()

    def _open(self) -> None:
        connection = wait_for_board(self._port)
        connection.__enter__()
        self._connection = connection
        on_board_code.prepare(connection, self._slot)
        try:
            on_board_code.call(connection, "restart", "watch_later")
        except CannotRunError as error:
            print(f"the watchdog's limit was not raised: {error}")

    def _forget(self) -> None:
        if self._connection:
            self._connection.__exit__(None, None, None)
            self._connection = None

    def _restart(self) -> None:
        if self._connection:
            self._connection.restart()
        self._forget()
