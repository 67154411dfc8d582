"""The wire between meter and board on this computer: a pseudo-terminal or a TCP connection.

The board's request line travels as bytes in the unused direction: b"1" raises it, b"0" releases it.
A wire never blocks and never drops: what it cannot take yet, it does not take.
"""

import os
import pty
import socket
import termios
import tty
from typing import Protocol


class Transport(Protocol):
    """One end of the line, the meter's."""

    address: str
    """What the board is told: a device path, or tcp:HOST:PORT."""

    def inputs(self) -> list[int]:
        """File descriptors that become readable when the other side did something."""

    def outputs(self) -> list[int]:
        """File descriptors that become writable when there is room again; none without a reader."""

    def read(self) -> bytes | None:
        """What came from the board: bytes, b"" for nothing, None when it hung up."""

    def write(self, data: bytes) -> int:
        """Hand over what fits, and say how much that was."""

    def discard(self) -> None:
        """Forget what was written and not yet read, as when the plug is pulled."""

    def close(self) -> None:
        """Take the wire down."""


class PtyTransport:
    """A pseudo-terminal. Both ends stay open, since a closed one gives its reader endless empty reads."""

    def __init__(self) -> None:
        self._meter, self._board = pty.openpty()
        tty.setraw(self._board)
        settings = termios.tcgetattr(self._board)
        # With VMIN 1 a read would block the whole interpreter of the board.
        settings[6][termios.VMIN] = settings[6][termios.VTIME] = 0
        termios.tcsetattr(self._board, termios.TCSANOW, settings)
        os.set_blocking(self._meter, False)
        self.address = os.ttyname(self._board)

    def inputs(self) -> list[int]:
        """The meter's end."""
        return [self._meter]

    def outputs(self) -> list[int]:
        """The meter's end."""
        return [self._meter]

    def read(self) -> bytes | None:
        """Bytes of the request line."""
        try:
            return os.read(self._meter, 256)
        except BlockingIOError:
            return b""

    def write(self, data: bytes) -> int:
        """Hand over what fits."""
        try:
            return os.write(self._meter, data)
        except BlockingIOError:
            return 0

    def discard(self) -> None:
        """Forget what nobody read, in both directions."""
        termios.tcflush(self._board, termios.TCIOFLUSH)
        termios.tcflush(self._meter, termios.TCIOFLUSH)

    def close(self) -> None:
        """Close both ends."""
        os.close(self._meter)
        os.close(self._board)


class TcpTransport:
    """A TCP server for one board at a time. OSError when the port is taken."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self._server = socket.create_server((host, port))
        self._server.setblocking(False)
        self._board: socket.socket | None = None
        self.address = f"tcp:{host}:{self._server.getsockname()[1]}"

    def inputs(self) -> list[int]:
        """The connection, or the door while there is none."""
        return [(self._board or self._server).fileno()]

    def outputs(self) -> list[int]:
        """The connection."""
        return [self._board.fileno()] if self._board else []

    def read(self) -> bytes | None:
        """Bytes of the request line; lets a board in when there is none."""
        if self._board is None:
            try:
                self._board, _ = self._server.accept()
            except OSError:
                return b""
            self._board.setblocking(False)
            self._board.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # A deep buffer would let the meter run far ahead of a slow reader.
            self._board.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
            return b""
        try:
            data = self._board.recv(256)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        if data:
            return data
        self._hang_up()
        return None

    def write(self, data: bytes) -> int:
        """Hand over what fits."""
        if self._board is None:
            return 0
        try:
            return self._board.send(data)
        except OSError:  # a connection that broke is noticed by the next read
            return 0

    def discard(self) -> None:
        """Hang up: a connection has no way to forget."""
        self._hang_up()

    def close(self) -> None:
        """Close the connection and the port."""
        self._hang_up()
        self._server.close()

    def _hang_up(self) -> None:
        if self._board:
            self._board.close()
            self._board = None
