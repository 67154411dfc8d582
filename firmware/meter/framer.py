"""Framing: finds telegrams with a valid CRC in the bytes of the serial line."""

from micropython import const

from meter.crc import crc16

# A Belgian telegram has 400 to 1500 bytes, with a text message of 1024 characters up to 3.5 KB (e-MUCS P1).
LIMIT = const(4096)


class Framer:
    r"""Finds telegrams in a stream that may start, break off or be damaged anywhere.

    It calls `on_telegram(lines)` with each telegram whose CRC is valid: its lines as bytes, split at LF (a CR stays at
    each line's end), so that `b"\\n".join(lines) + b"\\n"` is the telegram byte for byte.

    "/" begins a telegram and "!" ends its data at any place, because IEC 62056-21 allows neither inside. So the next
    telegram is read, whatever was lost or damaged before.
    """

    def __init__(self, on_telegram):
        self.telegrams = 0
        self.crc_errors = 0  # telegrams that were damaged, or cut short by the next one
        self.overruns = 0  # telegrams longer than LIMIT
        self.crc = 0  # of the telegram in progress; once it has ended, of that one
        self._on_telegram = on_telegram
        self._newest = []  # lines of the newest good telegram
        self.reset()

    def reset(self):
        """Discard the telegram in progress, and wait for the next one."""
        self._length = 0  # bytes of the telegram in progress; 0: none has begun
        self._lines = []
        self._tail = b""  # the line whose LF has not arrived
        self._ended = False  # "!" has arrived: the CRC digits follow

    def feed(self, chunk):
        """Take the next bytes of the serial line, any number of them."""
        at = 0
        while at < len(chunk):
            at = self._check(chunk, at) if self._ended else self._collect(chunk, at)

    def _collect(self, chunk, at):
        stop = chunk.find(b"!", at) + 1
        ended = stop > 0
        if not ended:
            stop = len(chunk)
        start = chunk.rfind(b"/", at, stop)
        if start >= 0:
            if self._length:
                self.crc_errors += 1
            self.reset()
            self.crc = 0
        elif self._length:
            start = at
        else:
            return stop
        self._length += stop - start
        if self._length > LIMIT:
            self.overruns += 1
            self.reset()
            return stop
        data = chunk if stop - start == len(chunk) else chunk[start:stop]
        self.crc = crc16(data, self.crc)
        lines = data.split(b"\n")
        lines[0] = self._tail + lines[0]
        self._tail = lines.pop()
        at = -1
        begun = len(self._lines)
        for line in self._newest[begun : begun + len(lines)]:
            at += 1
            if line == lines[at]:
                lines[at] = line  # most lines equal those of the previous telegram: share one object
        self._lines.extend(lines)
        self._ended = ended
        return stop

    def _check(self, chunk, at):
        # Up to four digits in any case, not always padded. After the fourth digit the check does not wait for LF.
        said = self._tail + chunk[at : at + 5 - len(self._tail)]
        digits = said[1:].split(b"\r")[0]
        if len(said) < 5 and len(digits) == len(said) - 1:
            self._tail = said
            return len(chunk)
        lines = self._lines
        lines.append(b"!" + digits + b"\r")
        try:
            good = int(digits, 16) == self.crc
        except ValueError:
            good = False
        self.reset()
        if good:
            self.telegrams += 1
            self._newest = lines
            self._on_telegram(lines)
        else:
            self.crc_errors += 1
        return at
