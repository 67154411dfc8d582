"""Framing: finds telegrams with a valid CRC in the bytes of the serial line."""

from micropython import const

from meter.crc import crc16

# Maximum length of a telegram in bytes. A Belgian telegram has 400 to 1500 bytes, or up to 3.5 KB with a text
# message of 1024 characters (e-MUCS P1).
LIMIT = const(4096)


class Framer:
    r"""Finder of telegrams in a stream of bytes, which may start or break off anywhere and may be damaged.

    It calls `on_telegram(lines)` with each telegram whose CRC is valid. `lines` are the lines of the telegram as bytes.
    They are split at LF and still have their CR, so that `b"\n".join(lines) + b"\n"` is the telegram byte for byte.

    A "/" always begins a telegram and a "!" always ends its data, because IEC 62056-21 does not allow them elsewhere.
    Therefore the framer finds the next telegram even after a damaged or incomplete one.
    """

    def __init__(self, on_telegram):
        self.telegrams = 0
        self.crc_errors = 0  # number of telegrams that were damaged or incomplete
        self.overruns = 0  # number of telegrams longer than LIMIT
        self.crc = 0  # CRC-16 of the telegram in progress. It stays until the next telegram begins.
        self._on_telegram = on_telegram
        self._newest = []  # lines of the newest valid telegram
        self.reset()

    def reset(self):
        """Discard the telegram in progress, and wait for the next one."""
        self._length = 0  # bytes of the telegram in progress, 0 if no telegram has begun
        self._lines = []
        self._tail = b""  # bytes of the line whose LF has not arrived yet
        self._ended = False  # True between "!" and the last digit of the CRC

    def feed(self, chunk):
        """Process `chunk`, the next bytes of the serial line, of any length."""
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
                # Most lines equal those of the previous telegram. They share one object, so that the parser can skip
                # equal lines.
                lines[at] = line
        self._lines.extend(lines)
        self._ended = ended
        return stop

    def _check(self, chunk, at):
        # The CRC has up to four hexadecimal digits, in upper or lower case. Some meters omit leading zeros. After the
        # fourth digit the telegram is complete, even if its LF has not arrived.
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
