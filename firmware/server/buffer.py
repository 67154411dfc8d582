"""Write buffer, which collects small pieces of a reply so that they are sent in few packets."""

from micropython import const

_SIZE = const(512)


class WriteBuffer:
    """Buffer of 512 bytes that calls `send(memoryview)` when it is full, and at flush()."""

    def __init__(self, send):
        self._send = send
        self._buffer = bytearray(_SIZE)
        self._filled = 0

    def write(self, piece):
        """Add a piece, text or bytes, of any length."""
        if isinstance(piece, str):
            piece = piece.encode()
        at = 0
        while at < len(piece):
            count = min(_SIZE - self._filled, len(piece) - at)
            self._buffer[self._filled : self._filled + count] = piece[at : at + count]
            self._filled += count
            at += count
            if self._filled == _SIZE:
                self.flush()

    def flush(self):
        full = memoryview(self._buffer)[: self._filled]
        self._filled = 0
        self._send(full)
