"""The command `firmware logs`: the board's console output."""

import codecs
import sys
import time

import serial

from board_tool.ports import find_port, readable_errors
from build_tool.errors import ToolError


def logs(port: str | None) -> None:
    """Print the board's output until Ctrl-C. If the board's port disappears, wait for its return."""
    address = find_port(port)
    with readable_errors(address):
        console = serial.serial_for_url(address, 115200, timeout=0.2, exclusive=True)
    print(f"{address}; Ctrl-C stops", flush=True)
    # The decoder is incremental, because a read may return only the first bytes of a character.
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    while True:
        try:
            while True:
                sys.stdout.write(decoder.decode(console.read(console.in_waiting or 1)))
                sys.stdout.flush()
        except OSError:  # pyserial's SerialException is an OSError too
            console.close()
        print("\n-- the board is disconnected; waiting for it --", flush=True)
        console = _reopen(port)


def _reopen(port: str | None) -> serial.Serial:
    while True:
        time.sleep(0.3)
        try:
            return serial.serial_for_url(find_port(port), 115200, timeout=0.2, exclusive=True)
        except (OSError, ToolError):
            pass
