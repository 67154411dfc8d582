"""Transports between meter and board on this computer: a pseudo-terminal or a TCP connection.

The board's request line travels as bytes in the unused direction: b"1" raises it, b"0" releases it.
A transport never blocks and loses nothing: `write` accepts only the bytes for which there is room.
"""

import os
import pty
import socket
import termios
import tty
from typing import Protocol


class Transport(Protocol):
    """The meter's end of the line."""

    address: str
    """Address to which the board connects: a device path, or tcp:HOST:PORT."""

    def inputs(self) -> list[int]:
        """Return file descriptors that become readable when the board sends, connects or hangs up."""

    def outputs(self) -> list[int]:
        """Return file descriptors that become writable when there is room again; none without a reader."""

    def read(self) -> bytes | None:
        """Return the bytes that the board sent, b"" if there are none, None if it has hung up."""

    def write(self, data: bytes) -> int:
        """Write the bytes for which there is room; return their number."""

    def discard(self) -> None:
        """Discard written bytes that are not yet read, as when the plug is pulled."""

    def close(self) -> None:
        """Close the transport."""


class PtyTransport:
    """A pseudo-terminal. Both ends stay open, because the reader of a closed one gets endless empty reads."""

    def __init__(self) -> None:
        self._meter, self._board = pty.openpty()
        tty.setraw(self._board)
        settings = termios.tcgetattr(self._board)
        # With VMIN 1 a read would block the board's whole interpreter.
        settings[6][termios.VMIN] = settings[6][termios.VTIME] = 0
        termios.tcsetattr(self._board, termios.TCSANOW, settings)
        os.set_blocking(self._meter, False)
        self.address = os.ttyname(self._board)

    def inputs(self) -> list[int]:
        """Return the meter's end."""
        return [self._meter]

    def outputs(self) -> list[int]:
        """Return the meter's end."""
        return [self._meter]

    def read(self) -> bytes | None:
        """Return the bytes of the request line."""
        try:
            return os.read(self._meter, 256)
        except BlockingIOError:
            return b""

    def write(self, data: bytes) -> int:
        """Write the bytes for which there is room; return their number."""
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
    """A TCP server for one board at a time. OSError if the port is taken."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self._server = socket.create_server((host, port))
        self._server.setblocking(False)
        self._board: socket.socket | None = None
        self.address = f"tcp:{host}:{self._server.getsockname()[1]}"

    def inputs(self) -> list[int]:
        """Return the connection, or the listening socket while there is none."""
        return [(self._board or self._server).fileno()]

    def outputs(self) -> list[int]:
        """Return the connection, if there is one."""
        return [self._board.fileno()] if self._board else []

    def read(self) -> bytes | None:
        """Return the bytes of the request line; without a connection, accept one."""
        if self._board is None:
            try:
                self._board, _ = self._server.accept()
            except OSError:
                return b""
            self._board.setblocking(False)
            self._board.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # With a large buffer the meter would run far ahead of a slow reader.
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
        """Write the bytes for which there is room; return their number."""
        if self._board is None:
            return 0
        try:
            return self._board.send(data)
        except OSError:  # the next read notices that the connection broke
            return 0

    def discard(self) -> None:
        """Hang up, because sent bytes cannot be discarded otherwise."""
        self._hang_up()

    def close(self) -> None:
        """Close the connection and the port."""
        self._hang_up()
        self._server.close()

    def _hang_up(self) -> None:
        if self._board:
            self._board.close()
            self._board = None
