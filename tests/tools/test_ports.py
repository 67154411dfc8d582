"""Which port is taken, and what is said when none can be."""

import errno
from dataclasses import dataclass

import pytest
from serial import SerialException
from serial.tools import list_ports

from board_tool import ports
from build_tool.boards import BOARDS
from build_tool.errors import ToolError


@dataclass
class Port:
    device: str
    vid: int | None = None
    pid: int | None = None
    description: str = "USB"


C3 = Port("/dev/ttyACM0", 0x303A, 0x1001)
CP210X = Port("/dev/ttyUSB0", 0x10C4, 0xEA60)
PRINTER = Port("/dev/ttyACM7", 0x04A9, 1)
BUILT_IN = Port("/dev/ttyS0")


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[Port]:
    found: list[Port] = []
    monkeypatch.setattr(list_ports, "comports", lambda: found)
    return found


def test_the_only_board_is_found_among_other_devices(connected: list[Port]) -> None:
    connected += [BUILT_IN, PRINTER, C3]
    assert ports.find_port(None) == "/dev/ttyACM0"


def test_the_kind_of_board_chooses(connected: list[Port]) -> None:
    connected += [C3, CP210X]
    assert ports.find_port(None, [BOARDS["generic_esp32"]]) == "/dev/ttyUSB0"
    assert ports.find_port(None, [BOARDS["t8_c3"]]) == "/dev/ttyACM0"


def test_a_port_that_was_given_is_not_looked_for(connected: list[Port]) -> None:
    assert ports.find_port("COM5") == "COM5"


def test_no_board_says_how_each_gets_into_upload_mode(connected: list[Port]) -> None:
    connected += [BUILT_IN, PRINTER]
    with pytest.raises(ToolError) as told:
        ports.find_port(None)
    for board in BOARDS.values():
        assert f"{board.title}: hold BOOT" in str(told.value)


def test_several_boards_are_listed(connected: list[Port]) -> None:
    connected += [C3, CP210X]
    with pytest.raises(ToolError, match=r"(?s)several.*--port /dev/ttyACM0.*--port /dev/ttyUSB0"):
        ports.find_port(None)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PermissionError(errno.EACCES, "Permission denied"), "usermod -aG"),
        (SerialException(errno.EACCES, "could not open port x: Permission denied"), "usermod -aG"),
        (SerialException(errno.EBUSY, "could not open port x: Device or resource busy"), "is in use"),
        (SerialException("Could not exclusively lock port x: Resource temporarily unavailable"), "is in use"),
        (
            SerialException("could not open port 'COM3': PermissionError(13, 'Access is denied.')"),
            "is in use",
        ),
        (SerialException(errno.ENOENT, "could not open port x: No such file or directory"), "there is no x"),
        (SerialException("could not open port 'COM9': FileNotFoundError(2, ...)"), "there is no x"),
        (OSError(errno.EIO, "Input/output error"), "was lost"),
    ],
)
def test_errors_of_a_port_are_told_with_what_to_do(
    error: OSError, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    assert said in ports.describe_error("x", error)


def test_port_that_is_not_there(tmp_path: object) -> None:
    from board_tool.connection import BoardConnection

    with pytest.raises(ToolError, match="there is no"), BoardConnection(f"{tmp_path}/ttyACM0"):
        pass
