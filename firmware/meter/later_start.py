"""Search for the beginning of a telegram that follows a damaged or incomplete telegram. Loaded on demand.

`framer` is the Framer (framer.py) that has collected the bytes of both telegrams. Each "/" in these bytes may be the
beginning of the later telegram.
"""

from micropython import const

from meter.crc import crc16
from meter.framer import LIMIT

_MOST = const(7)  # maximum number of "/" that are tried; each try computes the CRC of up to 4 KB
_BYTES = const(2)  # index of the number of bytes from the "/" on, in a tuple of _starts()


def find(framer, crc):
    """Return the lines of the telegram with this CRC, None if no such telegram is found.

    The collected bytes may contain several "/". Each of the last _MOST "/" is tried as the beginning of the telegram,
    but never the first "/".
    """
    starts = _starts(framer)
    for start in starts[-_MOST:]:
        lines = _lines_from(framer, start)
        computed = 0
        for line in lines:
            computed = crc16(line + b"\n", computed)
        if crc16(b"!", computed) == crc:
            framer.crc = crc
            framer.crc_errors += 1 + starts.index(start)
            return lines
    framer.crc_errors += 1 + len(starts)
    return None


def shorten(framer):
    """Shorten a telegram that is longer than LIMIT: discard the bytes before a later "/".

    Use the first "/" from which on there are at most LIMIT bytes. Without such a "/", discard all bytes.
    """
    framer.lines.append(framer.tail)
    starts = _starts(framer)
    for at, start in enumerate(starts):
        if start[_BYTES] <= LIMIT:
            lines = _lines_from(framer, start)
            framer.reset()
            framer.crc_errors += 1 + at
            # pop() removes each line from the list. The line's memory is free once feed() has processed the line.
            while len(lines) > 1:
                framer.feed(lines.pop(0) + b"\n")
            framer.feed(lines[0])
            return
    framer.reset()
    framer.crc_errors += len(starts)
    framer.overruns += 1


def _starts(framer):
    """Return a list of the places of each "/" in the collected bytes, except the first.

    A place is (index of the line, index in the line, number of collected bytes from the "/" on).
    """
    starts = []
    left = framer.length
    for row, line in enumerate(framer.lines):
        column = line.find(b"/", row == 0)
        while column >= 0:
            starts.append((row, column, left - column))
            column = line.find(b"/", column + 1)
        left -= len(line) + 1
    return starts


def _lines_from(framer, start):
    row, column, _ = start
    lines = framer.lines[row:]
    lines[0] = lines[0][column:]
    return lines
