"""Serial ports: find a board's port, and explain to the owner why a port cannot be used."""

import errno
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from serial import SerialException
from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo

from build_tool.boards import BOARDS, BoardType
from build_tool.errors import ToolError


def find_port(given: str | None, kinds: Iterable[BoardType] = tuple(BOARDS.values())) -> str:
    """Return `given` if the owner named a port. Otherwise return the only serial port with a board of one of `kinds`.

    ToolError if no port or more than one port has such a board.
    """
    if given:
        return given
    kinds = tuple(kinds)
    found = [port for port in list_ports.comports() if any(_matches(port, kind) for kind in kinds)]
    if len(found) == 1:
        return str(found[0].device)
    if found:
        lines = "\n".join(f"  --port {port.device}  ({port.description})" for port in found)
        raise ToolError(f"several boards are connected; choose one:\n{lines}")
    raise ToolError(
        "no board found. Use a USB cable that carries data, and unplug P1 first. "
        "If it is connected, bring it into upload mode:\n"
        + "\n".join(f"  {kind.title}: {kind.upload_mode}" for kind in kinds)
    )


def _matches(port: ListPortInfo, kind: BoardType) -> bool:
    return any(port.vid == vendor and product in (None, port.pid) for vendor, product in kind.usb)


@contextmanager
def readable_errors(port: str) -> Iterator[None]:
    """Convert the system's errors about a port to a ToolError that explains what the owner can do."""
    try:
        yield
    except SerialException as error:
        raise ToolError(describe_error(port, error)) from None
    except OSError as error:
        raise ToolError(describe_error(port, error)) from None


def describe_error(port: str, error: OSError) -> str:
    """Return a message for the owner: the reason of an error on a port, and what the owner can do."""
    text = str(error).lower()
    if (
        "access is denied" in text
        or error.errno == errno.EBUSY
        or "busy" in text
        or "exclusively lock" in text
    ):
        return f"{port} is in use: close the other program (a serial monitor, an IDE) and try again"
    if error.errno in (errno.EACCES, errno.EPERM) or "permission" in text:
        denied = f"you have no permission to use {port}"
        if sys.platform == "linux":
            return f"{denied}: sudo usermod -aG {group_of(port)} $USER, then log out and in again"
        return denied
    if (
        error.errno in (errno.ENOENT, errno.ENODEV, errno.ENXIO)
        or "could not open" in text
        or "filenotfound" in text
    ):
        return f"there is no {port}: is the board connected?"
    return f"the connection to {port} was lost ({error}): is the cable still plugged in?"


def group_of(port: str) -> str:
    """Return the user group that may use a port.

    If this group is root or unknown, return "dialout", the usual group on Debian and Fedora.
    """
    try:
        import grp

        name = grp.getgrgid(os.stat(port).st_gid).gr_name
    except (ImportError, OSError, KeyError):
        return "dialout"
    return name if name != "root" else "dialout"
