"""Write buffer, which collects small pieces of a reply so that they are sent in few packets."""


class WriteBuffer:
    """Buffer of `size` bytes. `send(memoryview)` is called when the buffer is full, and at flush()."""

    def __init__(self, send, size):
        self._send = send
        self._buffer = bytearray(size)
        self._filled = 0

    def write(self, piece):
        """Add a piece, text or bytes, of any length."""
        piece = memoryview(piece)  # type: ignore[arg-type]  # a text has its bytes in memory, so that none are copied
        size = len(self._buffer)
        room = size - self._filled
        while len(piece) >= room:
            self._buffer[self._filled :] = piece[:room]
            self._filled = size
            self.flush()
            piece = piece[room:]
            room = size
        end = self._filled + len(piece)
        self._buffer[self._filled : end] = piece
        self._filled = end

    def read(self, file):
        """Add the next bytes of a file, as many as the buffer has room for. Return the number of added bytes."""
        count = file.readinto(memoryview(self._buffer)[self._filled :])
        self._filled += count
        if self._filled == len(self._buffer):
            self.flush()
        return count

    def flush(self):
        full = memoryview(self._buffer)[: self._filled]
        self._filled = 0
        self._send(full)
