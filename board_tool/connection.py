"""Connection to a board over the USB cable. mpremote runs code, and reads and writes files on the board."""

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
    """Connection to MicroPython's prompt on a board, as a context manager.

    The start of a connection interrupts the firmware, but does not reset the board. After a soft reset, a board could
    not open its card again. Paths are relative to the root of the board's flash.
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
            pass  # the port no longer exists, because the board is restarting or was unplugged

    def run(self, code: str, timeout_s: float = 10) -> str:
        """Run Python code on the board and return its output. ToolError with the board's message if the code raises."""
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
        """Evaluate a Python expression on the board. Return the value. JSON must be able to represent this value."""
        return json.loads(self.run(f"import json,os,sys\nprint(json.dumps({expression}))"))

    def read(self, path: str) -> bytes | None:
        """Return the content of a file on the board, None if the file is missing or cannot be read."""
        try:
            self._transport.fs_stat(path)
            return bytes(self._transport.fs_readfile(path, chunk_size=_CHUNK))
        except (TransportError, FileNotFoundError):
            return None

    def write(self, path: str, content: bytes) -> None:
        """Write a file on the board, and create missing folders of the path. Replace an existing file in one step."""
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
        """Remove a file or a whole folder from the board. Do nothing if the path does not exist."""
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
        """Reset the board. The reset ends the connection."""
        try:
            self._transport.exec_raw_no_follow("import machine\nmachine.reset()")
            time.sleep(0.1)
        except (TransportError, OSError):
            pass  # the connection ended early, because the board has already reset
        self._transport.in_raw_repl = False


def wait_for_board(port: Callable[[], str], timeout_s: float = 20) -> BoardConnection:
    """Wait until a board that has just restarted answers. Return a connection that the caller must still open.

    The function `port` returns the name of the board's port. It is called before each attempt, because a restart of the
    board may change the name. ToolError if the board does not answer within `timeout_s`.
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
