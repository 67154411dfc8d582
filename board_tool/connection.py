"""Connection to a board over the cable: MicroPython's prompt and files, by means of mpremote."""

import json
import struct
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from mpremote.transport import TransportError, TransportExecError
from mpremote.transport_serial import SerialTransport
from serial import SerialException, serial_for_url

from board_tool.ports import readable_errors
from build_tool.errors import ToolError

_CHUNK = 512
_ANSWER_S = 2.0
_NO_PROMPT = (
    "the board on {} does not answer as MicroPython does. Press its RESET button and try again; "
    "if that does not help, install MicroPython on it: firmware flash"
)


class BoardConnection:
    """A board's prompt, with its firmware interrupted. Paths are relative to the root of its flash.

    It is a context manager. Opening it does not reset the board, because after a soft reset the board could not open
    its card again.
    """

    def __init__(self, port: str) -> None:
        self.port = port

    def __enter__(self) -> Self:
        with readable_errors(self.port):
            # Open the port here first, because mpremote hides why a port cannot be opened.
            serial_for_url(self.port, exclusive=True).close()
            self._transport = SerialTransport(self.port, timeout=_ANSWER_S)
        try:
            self._transport.enter_raw_repl(soft_reset=False, timeout_overall=5)
        except (TransportError, SerialException, OSError):
            self._transport.close()
            raise ToolError(_NO_PROMPT.format(self.port)) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        try:
            if self._transport.in_raw_repl:
                self._transport.exit_raw_repl()
            self._transport.close()
        except OSError:
            pass  # the board restarts, or was unplugged

    def run(self, code: str, timeout_s: float = 10) -> str:
        """Run lines of Python on the board; return their output. ToolError with the board's message if they raise."""
        try:
            printed, error = self._transport.exec_raw(code, timeout=timeout_s)
        except (TransportError, struct.error):
            raise ToolError(f"the board on {self.port} stopped answering") from None
        except OSError:
            raise ToolError(
                f"the connection to {self.port} was lost: is the cable still plugged in?"
            ) from None
        if error:
            raise ToolError("the board reports: " + error.decode(errors="replace").strip().splitlines()[-1])
        return bytes(printed).decode(errors="replace")

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression on the board, as JSON transfers it."""
        return json.loads(self.run(f"import json,os,sys\nprint(json.dumps({expression}))"))

    def read(self, path: str) -> bytes | None:
        """Return the content of a file, None if it does not exist."""
        try:
            self._transport.fs_stat(path)
            return bytes(self._transport.fs_readfile(path, chunk_size=_CHUNK))
        except (TransportError, FileNotFoundError):
            return None

    def write(self, path: str, content: bytes) -> None:
        """Replace a file in one step; make its folders if needed."""
        parts = path.split("/")[:-1]
        for count in range(1, len(parts) + 1):
            folder = "/".join(parts[:count])
            self.run(f"import os\ntry:\n os.mkdir({folder!r})\nexcept OSError:\n pass")
        try:
            self._transport.fs_writefile(path + ".new", content, chunk_size=_CHUNK)
        except TransportExecError as error:
            raise ToolError(f"the board cannot write {path}: {error.error_output.splitlines()[-1]}") from None
        except (TransportError, OSError) as error:
            raise ToolError(f"{path} was not written: {error}") from None
        self.run(f"os.rename({path + '.new'!r}, {path!r})")

    def remove(self, path: str) -> None:
        """Remove a file, or a folder with everything in it, if it exists."""
        self.run(
            "import os\n"
            "def remove(path):\n"
            " try:\n"
            "  if os.stat(path)[0] & 0x4000:\n"
            "   for entry in list(os.ilistdir(path)):\n"
            "    remove(path + '/' + entry[0])\n"
            "   os.rmdir(path)\n"
            "  else:\n"
            "   os.remove(path)\n"
            " except OSError as error:\n"
            "  if error.errno != 2:\n"
            "   raise\n"
            f"remove({path!r})",
            timeout_s=60,
        )

    def restart(self) -> None:
        """Reset the board, which ends the connection."""
        try:
            self._transport.exec_raw_no_follow("import machine\nmachine.reset()")
            time.sleep(0.1)
        except (TransportError, OSError):
            pass  # the board has already gone
        self._transport.in_raw_repl = False


def wait_for_board(port: Callable[[], str], timeout_s: float = 20) -> BoardConnection:
    """Wait for a board that has just restarted, and return a connection to it, not yet opened.

    `port` is called for each attempt, because the board's USB may return under another name. ToolError if the board
    does not reply within `timeout_s`.
    """
    end = time.monotonic() + timeout_s
    while True:
        try:
            connection = BoardConnection(port())
            with connection:
                return connection
        except ToolError as error:
            if time.monotonic() > end:
                raise ToolError(f"MicroPython does not start: {error}") from None
            time.sleep(0.5)
