"""`firmware logs`: what the board prints, as it comes."""

import sys
import time

import serial

from board_tool.ports import explained, find
from build_tool.errors import ToolError


def logs(port: str | None) -> None:
    """Show it until Ctrl-C. A board that restarts takes its port along, and is waited for."""
    address = find(port)
    with explained(address):
        line = serial.serial_for_url(address, 115200, timeout=0.2, exclusive=True)
    print(f"{address}; Ctrl-C stops", flush=True)
    while True:
        try:
            while True:
                sys.stdout.write(line.read(line.in_waiting or 1).decode(errors="replace"))
                sys.stdout.flush()
        except OSError:  # of which a SerialException is one
            line.close()
        print("\n-- the board has gone; waiting for it --", flush=True)
        line = _again(port)


def _again(port: str | None) -> serial.Serial:
    while True:
        time.sleep(0.3)
        try:
            return serial.serial_for_url(find(port), 115200, timeout=0.2, exclusive=True)
        except (OSError, ToolError):
            pass
