"""Framing: finds telegrams with a valid CRC in the bytes of the serial line."""

from micropython import const

from meter.crc import MARK, crc16_to_mark
from overlay import load

# Maximum length of a telegram in bytes. A Belgian telegram has 400 to 1500 bytes, or up to 3.5 KB with a text
# message of 1024 characters (e-MUCS P1).
LIMIT = const(4096)


class Framer:
    r"""Finder of telegrams in a stream of bytes. The stream may start or break off anywhere, and may be damaged.

    `on_telegram(lines)` is called with each telegram whose CRC is valid. `lines` are the lines of the telegram as
    bytes, each with its CR but without its LF. `b"\n".join(lines) + b"\n"` is the telegram byte for byte.

    A telegram begins with "/" and ends with "!" and the CRC. A line may also contain "/" and "!", although IEC 62056-21
    forbids this. If a telegram was cut short, a later "/" is the beginning of the next telegram. The CRC decides which
    "/" is the beginning. A "!" inside a line ends the telegram only if the CRC after this "!" is valid.
    """

    def __init__(self, on_telegram):
        self.telegrams = 0
        # Number of damaged or incomplete telegrams. Each "/" in the discarded bytes counts as the beginning of a
        # telegram, even a "/" inside a line, so that the number may be too high.
        self.crc_errors = 0
        self.overruns = 0  # number of telegrams longer than LIMIT
        # CRC-16 of the telegram in progress. Between two telegrams, the CRC-16 of the earlier telegram.
        self.crc = 0
        self._on_telegram = on_telegram
        self._newest = []  # lines of the newest valid telegram
        self.reset()

    def reset(self):
        """Discard the telegram in progress, and wait for the next telegram."""
        self.length = 0  # bytes of the telegram in progress, 0 if no telegram has begun
        self.lines = []  # lines of the telegram in progress
        self.tail = b""  # bytes of the line whose LF has not arrived yet
        self._digits = None  # digits of the CRC that have arrived after "!", None before "!"

    def feed(self, chunk):
        """Process `chunk`, the next bytes of the serial line, at most 16 KB."""
        at = 0
        while at < len(chunk):
            at = self._collect(chunk, at) if self._digits is None else self._check(chunk, at)

    def _collect(self, chunk, at):
        if not self.length:
            at = chunk.find(b"/", at)
            if at < 0:
                return len(chunk)
            self.crc = 0
        found = crc16_to_mark(chunk, at, self.crc)
        self.crc = found & 0xFFFF
        stop = found >> 16
        self.length += stop - at
        lines = (chunk if stop - at == len(chunk) else chunk[at:stop]).split(b"\n")
        lines[0] = self.tail + lines[0]
        self.tail = lines.pop()
        at = -1
        begun = len(self.lines)
        for line in self._newest[begun : begun + len(lines)]:
            at += 1
            if line == lines[at]:
                # Reuse the equal line of the previous telegram, to save memory. The parser skips a reused line.
                lines[at] = line
        self.lines.extend(lines)
        if chunk[stop - 1] == MARK:
            self._digits = b""
        if self.length > LIMIT:
            load("meter.later_start").shorten(self)
        return stop

    def _check(self, chunk, at):
        # The CRC has four hexadecimal digits, upper or lower case, and ends after the fourth digit. Some meters leave
        # out zeros at the beginning of the CRC. Such a CRC ends at CR.
        before = self._digits
        digits = (before + chunk[at : at + 4 - len(before)]).split(b"\r")
        said = digits[0]
        if len(said) < 4 and len(digits) == 1:
            self._digits = said
            return len(chunk)
        try:
            crc = int(said, 16)
        except ValueError:
            crc = -1
        lines = self.lines
        end = self.tail + said + b"\r"
        if crc != self.crc:
            if self.tail != b"!":  # this "!" is inside a line, so it does not end the telegram
                self._digits = None
                self.feed(before)
                return at
            lines = load("meter.later_start").find(self, crc)
        self.reset()
        if lines:
            lines.append(end)
            self.telegrams += 1
            self._newest = lines
            self._on_telegram(lines)
        return at
