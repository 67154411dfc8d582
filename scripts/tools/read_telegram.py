"""Command scripts/telegram, which reads telegrams in files with the firmware's parser, under MicroPython.

For each good telegram, the command prints one line on stdout: the JSON of /api/reading. For each bad telegram, and for
each good telegram without values that the coach needs, the command prints one line on stderr. The exit status is 0 if
all telegrams are good, 1 if at least one telegram is bad, and 2 if no file is given.
"""

import sys

_HERE = __file__.rpartition("/")[0] or "."
sys.path[0] = _HERE + "/../../firmware"

from api import documents  # noqa: E402
from meter.crc import crc16  # noqa: E402
from meter.framer import LIMIT, Framer  # noqa: E402
from meter.parser import Parser  # noqa: E402

USAGE = """\
usage: scripts/telegram FILE...   (- reads standard input)
Reads each telegram of a P1 port in the files as the board would, and prints its reading as JSON, one a line."""

UNKNOWN = (
    "no object in it is known: to have your meter supported, replace its numbers and names with zeros and open an "
    "issue with this telegram at https://github.com/p1-monitor/p1-monitor/issues"
)
# Fields that the coach needs. Each row has some fields, and a note for telegrams with none of these fields.
NEEDED = (
    (("time",), "without the clock (0-0:1.0.0) there are no quarters"),
    (("power_import_w",), "without 1-0:1.7.0 there is no projection"),
    (("demand_w",), "without 1-0:1.4.0 the coach takes the demand from the registers"),
    (("peak", "peaks"), "without 1-0:1.6.0 and 0-0:98.1.0 only peaks that the board measures are known"),
)
_ERRORS = {2: "there is no such file", 13: "you may not read it", 21: "it is a folder"}
_HEX = b"0123456789ABCDEFabcdef"


class Bad(Exception):
    """Error for a telegram or file that cannot be read. The message gives the reason."""


def as_octets(file):
    """Return a function that reads bytes from `file`. If the file is UTF-16, the function returns one byte a character.

    PowerShell and Notepad may save a telegram as UTF-16. Such a file begins with the bytes FF FE or FE FF. One byte for
    each character is enough, because a telegram is ASCII.
    """
    start = file.read(2)
    if start in (b"\xff\xfe", b"\xfe\xff"):
        low = 1 if start == b"\xfe\xff" else 0  # index of the low byte in the two bytes of a character
        return lambda size: bytes([octet for at, octet in enumerate(file.read(2 * size)) if at % 2 == low])
    unread = [start]
    return lambda size: unread.pop() + file.read(size) if unread else file.read(size)


def pieces(read):
    """Yield the data that `read` returns, in pieces.

    A new piece begins at each "/" that begins a line or a telegram's header. A piece has at most twice the bytes of the
    longest telegram. The end of a longer piece is left out.
    """
    data, at = b"", 0
    while True:
        chunk = read(4096)
        data += chunk
        # Check a "/" only when the next four bytes have been read, because _is_header() needs these bytes.
        while 0 <= (at := data.find(b"/", at)) < len(data) - (4 if chunk else 0):
            if at and _is_header(data, at):
                yield data[: min(at, 2 * LIMIT)]
                data, at = data[at:], 0
            at += 1
        if not chunk:
            break
        at = max(0, at if at >= 0 else len(data))
    yield data[: 2 * LIMIT]


def _is_header(data, at):
    """True if the "/" at this index begins a line, or is followed by three letters and a digit, as in /FLU5."""
    before = data[at - 1 : at]
    # A UTF-8 file may begin with a byte order mark. The last byte of this mark is b"\xbf". A "/" after the
    # mark begins the first line.
    return before in (b"\n", b"\r", b"\xbf") or (
        data[at + 1 : at + 4].isalpha() and data[at + 4 : at + 5].isdigit()
    )


def encrypted(start):
    """True if a file begins with an encrypted telegram (DLMS general-glo-ciphering): bytes DB 08, binary or in hex."""
    return start[:2] == b"\xdb\x08" or b"".join(start[:16].split())[:4].lower() == b"db08"


class Reader:
    """Reader of one telegram at a time, by the firmware's framer and parser."""

    def __init__(self):
        self.parser = Parser()
        self.framer = Framer(self._take)
        self.good = False

    def _take(self, lines):
        self.good = True
        self.parser.take(lines)

    def read(self, telegram):
        """Read a telegram into the parser, and return notes about it. Raise Bad if the telegram cannot be read."""
        notes = []
        if not self._is_read(telegram):
            repaired = b"".join([line.rstrip() + b"\r\n" for line in telegram.rstrip().split(b"\n")])
            if not self._is_read(repaired):
                self._explain(telegram)
            notes.append("the ends of its lines are not the meter's, as terminals and text editors save them")
        fields = self.parser.reading
        if [field for field in fields if fields[field] not in (None, {})] == ["meter_model"]:
            raise Bad(UNKNOWN)
        notes += [note for needed, note in NEEDED if all(fields[field] is None for field in needed)]
        return notes

    def _is_read(self, telegram):
        self.good = False
        self.framer.reset()
        self.framer.feed(telegram)
        self.framer.feed(b"\r\n")
        return self.good

    def _explain(self, telegram):
        """Raise Bad with the reason why the framer refused a telegram."""
        end = telegram.find(b"!")
        if max(end, len(telegram) if end < 0 else 0) >= LIMIT:
            raise Bad(f"it is longer than {LIMIT} bytes: no meter sends that much, and the board discards it")
        if end < 0:
            raise Bad('it is cut: there is no "!" with a CRC at its end')
        if b"\r\n" not in telegram:
            raise Bad(
                "its lines end in LF instead of CR LF, and with CR LF its CRC is wrong too: it was edited"
            )
        end = telegram.rfind(b"!") + 1
        said = b"".join(telegram[end : end + 8].split()[:1])
        shown = "".join([chr(octet) if 32 < octet < 127 else "?" for octet in said])
        computed = crc16(telegram[:end])
        if not said:
            if b":24.3.0(" in telegram:
                raise Bad(
                    "it is a Dutch telegram of DSMR 2.2 or 3, which has no CRC, so the board cannot check it"
                )
            raise Bad(
                'there is no CRC after its "!": a Belgian meter always sends one, so part of it is missing'
            )
        for digit in said:
            if digit not in _HEX:
                raise Bad(f"its CRC {shown} is not a hexadecimal number; the bytes give {computed:04X}")
        raise Bad(f"its CRC is {shown}, but the bytes give {computed:04X}: it is damaged or was edited")


def read_file(name, file):
    """Print the readings of one file. Return the number of bad telegrams."""
    reader = Reader()
    number = bad = 0
    first = True
    for piece in pieces(as_octets(file)):
        if first and encrypted(piece):
            raise Bad(
                "it is encrypted (a DB 08 frame, as in Luxembourg and Austria) and needs a key, which the grid "
                "operator gives: this monitor reads only meters that send plain text"
            )
        first = False
        if not piece.startswith(b"/"):
            continue
        number += 1
        where = f"{name}, telegram {number}"
        errors = reader.framer.crc_errors
        try:
            notes = reader.read(piece)
        except Bad as error:
            bad += 1
            complain(where, error)
            continue
        documents.reading(reader.parser, sys.stdout.write, True)
        print()
        if reader.framer.crc_errors > errors and not notes:
            bad += 1
            complain(where, "before it is the beginning of a telegram that is cut")
        elif notes:
            complain(where, "read; " + "; ".join(notes))
    if not number:
        raise Bad('there is no telegram in it: none of its lines begins with "/"')
    return bad


def complain(where, what):
    """Print one line on stderr."""
    print(f"telegram: {where}: {what}", file=sys.stderr)


def main(names):
    """Read the files; return the exit status."""
    if not names or names[0] in ("-h", "--help"):
        print(USAGE, file=sys.stdout if names else sys.stderr)
        return 0 if names else 2
    bad = 0
    for name in names:
        try:
            if name == "-":
                bad += read_file("standard input", sys.stdin.buffer)
            else:
                with open(name, "rb") as file:
                    bad += read_file(name, file)
        except Bad as error:
            bad += 1
            complain(name, error)
        except OSError as error:
            bad += 1
            complain(name, f"it cannot be read: {_ERRORS.get(error.errno, error)}")
    return 1 if bad else 0


sys.exit(main(sys.argv[1:]))
