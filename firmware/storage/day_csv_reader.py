"""Reads the lines of day.csv and days.csv (see lines.py). Loaded while used."""

from binascii import crc32
from micropython import const

from storage.card import Card

_CHECK = const(9)  # bytes: a comma and eight digits


def is_whole(line):
    """Whether a line without its end is one that was sealed."""
    return line[-_CHECK:] == b",%08x" % crc32(line[:-_CHECK])


def read(path, last=0):
    """The fields of each whole line of a file, without the check; empty and damaged lines are passed over.

    `last`: only of those within so many bytes of its end. Nothing where there is no such file.
    """
    for _, line in places(path, last):
        if is_whole(line):
            yield line[:-_CHECK].split(b",")


def places(path, last=0):
    """Each line of a file that is not empty as (place, text without its end); the last one may have none."""
    try:
        file, _filesystem = open(path, "rb"), Card.filesystem
    except OSError:
        return
    with file:
        place = max(0, file.seek(0, 2) - last) if last else 0
        file.seek(place)
        rest = b""
        piece = file.read(512)
        while piece:
            # Not split: where lines were blanked, hundreds of empty ones would take 12 KB.
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
            if len(rest) > 512:  # no line of ours
                place += len(rest)
                rest = b""
            piece = file.read(512)
        if rest:
            yield place, rest
