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
        piece = memoryview(piece)  # type: ignore[arg-type]  # a text has its bytes in memory, so that none are copied
        room = _SIZE - self._filled
        while len(piece) > room:
            self._buffer[self._filled :] = piece[:room]
            self._filled = _SIZE
            self.flush()
            piece = piece[room:]
            room = _SIZE
        end = self._filled + len(piece)
        self._buffer[self._filled : end] = piece
        self._filled = end

    def flush(self):
        full = memoryview(self._buffer)[: self._filled]
        self._filled = 0
        self._send(full)
