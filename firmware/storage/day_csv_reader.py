"""Reader of day.csv and days.csv (format: day_csv_writer.py). Loaded on demand."""

from binascii import crc32
from micropython import const

from board.mount_point import CARD
from overlay import load
from storage.card import Card
from storage.day_csv_fields import DAY, QUARTER

_CHECK = const(9)  # bytes of a line's check: a comma and eight digits
# Maximum number of bytes that are read of a file. No day.csv or days.csv is longer, but a damaged directory entry may
# contain a larger size.
_LONGEST = const(1 << 18)
_LINE = const(512)  # maximum number of bytes of a line that the device writes


def days_csv(year):
    """Return the path of a year's days.csv."""
    return "%s/meter/%04d/days.csv" % (CARD, year)


def fields_at(path, place):
    """Return the fields of the line at byte offset `place` of a file.

    None if `place` is 0, or if no valid line is there. The writer may have replaced the line by newlines.
    """
    if not place:
        return None
    with open(path, "rb") as file:
        file.seek(place)
        return load("storage.day_csv_fields").fields_of(file.readline(_LINE).rstrip(b"\n"), DAY)


def has_right_check(line):
    """True if the check at the end of a line is correct. The line is given without its newline."""
    return line[-_CHECK:] == b",%08x" % crc32(line[:-_CHECK])


def read(path, last=0):
    """Yield the fields of each valid line of a file, without the field `check`. Other lines are skipped.

    `last` is the number of bytes to read at the end of the file, 0 for the whole file. A missing file yields nothing.
    """
    fields_of = load("storage.day_csv_fields").fields_of
    kinds = DAY if path.endswith("/days.csv") else QUARTER
    for _, line in places(path, last):
        fields = fields_of(line, kinds)
        if fields:
            yield fields


def places(path, last=0):
    """Yield (byte offset, text without newline) of each line that is not empty. The last line may lack its newline."""
    try:
        file, _filesystem = open(path, "rb"), Card.filesystem
    except OSError:
        return
    with file:
        place = max(0, file.seek(0, 2) - last) if last else 0
        file.seek(place)
        rest = b""
        piece = file.read(512)
        while piece and place < _LONGEST:
            # Do not use split(): for a piece of only newlines, the list would take 12 KB.
            rest += piece
            begin = 0
            end = rest.find(b"\n")
            while end >= 0:
                if end > begin:
                    yield place + begin, rest[begin:end]
                begin = end + 1
                end = rest.find(b"\n", begin)
            rest = rest[begin:]
            place += begin
            if len(rest) > _LINE:  # the text is longer than any line that the device writes
                place += len(rest)
                rest = b""
            piece = file.read(512)
        if rest:
            yield place, rest
