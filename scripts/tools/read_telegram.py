"""Command scripts/telegram, which reads telegrams in files with the firmware's parser, under MicroPython.

For each good telegram it prints one line on stdout, the JSON of /api/reading. For each bad telegram it prints one line
on stderr. The exit status is 0 if all telegrams are good, 1 if one is bad, and 2 if no file is given.
"""

import sys

_HERE = __file__.rpartition("/")[0] or "."
sys.path[0] = _HERE + "/../../firmware"

from api import documents  # noqa: E402
from meter.framer import LIMIT, Framer  # noqa: E402
from meter.parser import Parser  # noqa: E402

USAGE = """\
usage: scripts/telegram FILE...   (- reads standard input)
Reads each telegram of a Belgian P1 port in the files as the board would, and prints its reading as JSON, one a line."""

ELSEWHERE = (
    "this monitor reads Belgian meters (e-MUCS P1); to have yours supported, replace its numbers and names with "
    "zeros and open an issue with this telegram at https://github.com/p1-monitor/p1-monitor/issues"
)
# (bytes to find, origin of a telegram that contains them). The first match counts. Bytes that begin with "/" must be at
# the start of the telegram.
FOREIGN = (
    (b"/Lux", "a telegram from Luxembourg (Smarty)"),
    (b"/EST5", "a telegram from Austria"),
    (b"/SAG5SAG", "a telegram from Hungary (E.ON)"),
    (b"/GRE", "a telegram from Switzerland (Groupe E)"),
    (b"/ADN9", "a telegram from Sweden"),
    (b":24.3.0(", "a Dutch telegram of DSMR 2.2 or 3, which has no CRC"),
    (b"1-3:0.2.8(", "a Dutch telegram (DSMR 4 or 5: object 1-3:0.2.8)"),
    (b"1-1:1.8.", "a telegram of a Nordic or Swiss meter (object 1-1:1.8.x)"),
    (b"0-0:42.0.0(", "a telegram from Luxembourg or Hungary (object 0-0:42.0.0)"),
)
_BELGIAN_VERSION = b"0-0:96.1.4(502"
_ERRORS = {2: "there is no such file", 13: "you may not read it", 21: "it is a folder"}
_HEX = b"0123456789ABCDEFabcdef"


class Bad(Exception):
    """A telegram or file that cannot be read; the message gives the reason."""


def pieces(read):
    """Yield the data that `read` returns, cut before each "/", because a telegram begins with "/" (IEC 62056-21).

    Each item is (piece, True if the piece begins at the start of a line). The end of a piece is dropped if the piece
    is longer than the longest telegram, so that a file of any length fits in memory.
    """
    piece, at_line_start = b"", True
    before = b"\n"
    while True:
        chunk = read(4096)
        if not chunk:
            break
        while chunk:
            stop = chunk.find(b"/")
            part = chunk if stop < 0 else chunk[:stop]
            piece = (piece + part)[: LIMIT + 8]
            before = part[-1:] or before
            if stop < 0:
                break
            yield piece, at_line_start
            at_line_start = before in (b"\n", b"\r", b"\xbf")  # b"\xbf" is the end of a byte order mark
            piece, before = b"/", b"/"
            chunk = chunk[stop + 1 :]
    yield piece, at_line_start


def encrypted(start):
    """True if a file begins with an encrypted telegram: DLMS general-glo-ciphering, bytes DB 08, binary or as hex."""
    return start[:2] == b"\xdb\x08" or b"".join(start[:16].split())[:4].lower() == b"db08"


def foreign(telegram):
    """Return the origin of a telegram from a meter abroad, None if the telegram may be from a Belgian meter."""
    for sign, whose in FOREIGN:
        if telegram.startswith(sign) if sign[:1] == b"/" else sign in telegram:
            return whose
    if b"1-0:1.8.0(" in telegram and b"1-0:1.8.1(" not in telegram and _BELGIAN_VERSION not in telegram:
        return "a telegram with totals only (1-0:1.8.0), as meters abroad send"
    return None


class Reader:
    """The firmware's framer and parser, which read one telegram at a time."""

    def __init__(self):
        self.parser = Parser()
        self.framer = Framer(self._take)
        self.good = False

    def _take(self, lines):
        self.good = True
        self.parser.take(lines)

    def read(self, telegram):
        """Return the fields of the telegram's reading. Bad, with the reason, if the telegram cannot be read."""
        whose = foreign(telegram)
        if whose:
            raise Bad(f"{whose}; {ELSEWHERE}")
        end = telegram.find(b"!")
        if max(end, len(telegram) if end < 0 else 0) >= LIMIT:
            raise Bad(f"it is longer than {LIMIT} bytes: no meter sends that much, and the board discards it")
        if end < 0:
            raise Bad('it is cut: there is no "!" with a CRC at its end')
        self.good = False
        self.framer.reset()
        self.framer.feed(telegram)
        self.framer.feed(b"\r\n")
        if not self.good:
            self._explain(telegram)
        fields = self.parser.reading
        if [field for field in fields if fields[field] not in (None, {})] == ["meter_model"]:
            raise Bad(f"no object in it is known; {ELSEWHERE}")
        return fields

    def _explain(self, telegram):
        """Raise Bad with the reason why the framer refused a telegram."""
        computed = self.framer.crc
        end = telegram.find(b"!") + 1
        said = b"".join(telegram[end : end + 8].split()[:1])
        shown = "".join([chr(octet) if 32 < octet < 127 else "?" for octet in said])
        if b"\r\n" not in telegram:
            repaired = telegram.replace(b"\n", b"\r\n")
            self.framer.feed(repaired + b"\r\n")
            hint = "; with CR LF its CRC is right" if self.good else ""
            raise Bad(
                f"its lines end in LF instead of CR LF, as text editors save them{hint}: use it as it was received"
            )
        if not said:
            raise Bad(
                'there is no CRC after its "!": a Belgian meter always sends one, so part of it is missing'
            )
        for digit in said:
            if digit not in _HEX:
                raise Bad(f"its CRC {shown} is not a hexadecimal number; the bytes give {computed:04X}")
        raise Bad(f"its CRC is {shown}, but the bytes give {computed:04X}: it is damaged or was edited")


def read_file(name, file):
    """Print the readings of one file; return the number of bad telegrams."""
    reader = Reader()
    number = bad = 0
    first = True
    for piece, at_line_start in pieces(file.read):
        if first:
            first = False
            if encrypted(piece):
                raise Bad(
                    "it is encrypted (a DB 08 frame, as in Luxembourg and Austria), and without the grid operator's "
                    f"key it cannot be read; {ELSEWHERE}"
                )
            if not piece.startswith(b"/"):
                continue
        if not at_line_start and b"(" not in piece:
            continue  # a "/" within a text does not begin a telegram
        number += 1
        try:
            fields = reader.read(piece)
        except Bad as error:
            bad += 1
            complain(f"{name}, telegram {number}", error)
        else:
            documents.reading(fields, sys.stdout.write, True)
            print()
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
