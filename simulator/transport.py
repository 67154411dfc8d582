"""Transports between meter and board on this computer: a pseudo-terminal or a TCP connection.

The board reports the state of its request line as bytes to the meter: b"1" raises the line, and b"0" releases it. A
transport never blocks and never loses bytes, because `write` accepts only the bytes for which there is room.
"""

import os
import pty
import socket
import termios
import tty
from typing import Protocol


class Transport(Protocol):
    """The meter's end of a P1 line."""

    address: str
    """Address to which the board connects: a device path, or tcp:HOST:PORT."""

    def inputs(self) -> list[int]:
        """Return file descriptors that become readable when the board sends, connects or hangs up."""

    def outputs(self) -> list[int]:
        """Return file descriptors that become writable when there is room for more bytes, [] without a reader."""

    def read(self) -> bytes | None:
        """Return the bytes that the board sent, b"" if there are none, None if the board has hung up."""

    def write(self, data: bytes) -> int:
        """Write as many bytes as there is room for, and return their number."""

    def discard(self) -> None:
        """Discard the bytes that the board has not read yet, as if the plug was pulled."""

    def close(self) -> None:
        """Close the transport."""


class PtyTransport:
    """Pseudo-terminal between meter and board.

    Both ends stay open, because a reader gets endless empty reads after the other end is closed.
    """

    def __init__(self) -> None:
        self._meter, self._board = pty.openpty()
        tty.setraw(self._board)
        settings = termios.tcgetattr(self._board)
        # VMIN is the number of bytes for which a read waits. Set VMIN to 0, because a read that waits would block the
        # whole interpreter of the board.
        settings[6][termios.VMIN] = settings[6][termios.VTIME] = 0
        termios.tcsetattr(self._board, termios.TCSANOW, settings)
        os.set_blocking(self._meter, False)
        self.address = os.ttyname(self._board)

    def inputs(self) -> list[int]:
        return [self._meter]

    def outputs(self) -> list[int]:
        return [self._meter]

    def read(self) -> bytes | None:
        try:
            return os.read(self._meter, 256)
        except BlockingIOError:
            return b""

    def write(self, data: bytes) -> int:
        try:
            return os.write(self._meter, data)
        except BlockingIOError:
            return 0

    def discard(self) -> None:
        """Discard unread bytes in both directions."""
        termios.tcflush(self._board, termios.TCIOFLUSH)
        termios.tcflush(self._meter, termios.TCIOFLUSH)

    def close(self) -> None:
        """Close both ends."""
        os.close(self._meter)
        os.close(self._board)


class TcpTransport:
    """TCP server for one board at a time. OSError if the TCP port is taken."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self._server = socket.create_server((host, port))
        self._server.setblocking(False)
        self._board: socket.socket | None = None
        self.address = f"tcp:{host}:{self._server.getsockname()[1]}"

    def inputs(self) -> list[int]:
        """Return the file descriptor of the connection, or of the listening socket if no board is connected."""
        return [(self._board or self._server).fileno()]

    def outputs(self) -> list[int]:
        return [self._board.fileno()] if self._board else []

    def read(self) -> bytes | None:
        """Return the bytes that the board sent. If no board is connected, accept a connection and return no bytes."""
        if self._board is None:
            try:
                self._board, _ = self._server.accept()
            except OSError:
                return b""
            self._board.setblocking(False)
            self._board.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # Use a small buffer. With a large buffer, the meter would run far ahead of a slow reader.
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
        if self._board is None:
            return 0
        try:
            return self._board.send(data)
        except OSError:  # the next read detects the broken connection
            return 0

    def discard(self) -> None:
        """Close the connection, because sent bytes cannot be discarded in another way."""
        self._hang_up()

    def close(self) -> None:
        """Close the connection and the listening socket."""
        self._hang_up()
        self._server.close()

    def _hang_up(self) -> None:
        if self._board:
            self._board.close()
            self._board = None
