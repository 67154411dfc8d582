"""The lines of day.csv and days.csv: each ends in a check of its own, so that half a line is never believed.

    start,import_w,export_w,energy_import_kwh,energy_export_kwh,gas_volume_m3,water_volume_m3,samples,source,check
    2026-01-15T09:45:00+01:00,312,0,1234.567,12.345,123.456,,180,registers,5d0c9a41

The check is the CRC-32 of what stands before its comma. Loaded while used.
"""

import struct
from binascii import crc32
from micropython import const

from demand.quarter import ABSENT, QUARTER_S, SLOTS, start_of
from history.journal import CUT, CUT_SEEN, SEEN
from meter.stamp import iso

QUARTERS = (
    b"start,import_w,export_w,energy_import_kwh,energy_export_kwh,gas_volume_m3,water_volume_m3,"
    b"samples,source,check\n"
)
DAYS = b"day,import_kwh,export_kwh,gas_m3,water_m3,peak_w,peak_start,quarters,check\n"
_CHECK = const(9)  # bytes: a comma and eight digits
_NEAR_S = const(10)  # registers read so soon after the quarter's start are those of its start
_MOST_WH = const(16383)  # of a quarter: more than its samples can say


def sealed(text):
    """A line: this text (bytes), its check and the line's end."""
    return b"%s,%08x\n" % (text, crc32(text))


def is_whole(line):
    """Whether a line without its end is one that was sealed."""
    return line[-_CHECK:] == b",%08x" % crc32(line[:-_CHECK])


def decimal(amount):
    """12345 is 12.345; nothing where it is not known (-1)."""
    return b"" if amount < 0 else b"%d.%03d" % (amount // 1000, amount % 1000)


def quarter_line(quarter):
    """The line of a quarter that has ended, from its block (see journal.py)."""
    _, quarter_id, _, _, t, _, *head, end_t, ended = struct.unpack_from("<IIHHhHiiiiiihH", quarter.block, 4)
    before_import, before_export, import_wh, export_wh, gas, water = head
    samples = SLOTS - sum([power == ABSENT for power in quarter.import_w])
    import_w = quarter.mean(0, SLOTS)
    export_w = _mean(quarter.export_w)
    source = b"partial" if ended == CUT else b"samples"
    if t <= _NEAR_S and ended in (SEEN, CUT_SEEN) and _counted(before_import, import_wh):
        source = b"registers"
        # Between the two readings: a meter that sends every 10 s is late at both ends.
        span_s = end_t - t if ended == SEEN else QUARTER_S
        import_w = (import_wh - before_import) * 3600 // span_s
        if _counted(before_export, export_wh):
            export_w = (export_wh - before_export) * 3600 // span_s
    return sealed(
        b"%s,%s,%s,%s,%s,%s,%s,%d,%s"
        % (
            iso(*start_of(quarter_id)).encode(),
            b"" if import_w is None else b"%d" % import_w,
            b"" if export_w is None else b"%d" % export_w,
            decimal(import_wh),
            decimal(export_wh),
            decimal(gas),
            decimal(water),
            samples,
            source,
        )
    )


def _counted(before, after):
    return before >= 0 and 0 <= after - before <= _MOST_WH


def _mean(slots):
    present = SLOTS - sum([power == ABSENT for power in slots])
    return sum([power for power in slots if power != ABSENT]) // present if present else None


def read(path, last=0):
    """The fields of each whole line of a file, without the check; empty and damaged lines are passed over.

    `last`: only of those within so many bytes of its end. Nothing where there is no such file.
    """
    for _, line in places(path, last):
        if line and is_whole(line):
            yield line[:-_CHECK].split(b",")


def places(path, last=0):
    """Each line of a file as (place, text without its end); the last one may have none."""
    try:
        file = open(path, "rb")
    except OSError:
        return
    with file:
        place = max(0, file.seek(0, 2) - last) if last else 0
        file.seek(place)
        rest = b""
        piece = file.read(512)
        while piece:
            lines = (rest + piece).split(b"\n")
            rest = lines.pop()
            for line in lines:
                yield place, line
                place += len(line) + 1
            if len(rest) > 512:  # no line of ours
                place += len(rest)
                rest = b""
            piece = file.read(512)
        if rest:
            yield place, rest


def put(path, line, header, key=None):
    """Append a line, in one write, as a generator that is run to its end. OSError when the card fails.

    With a key, its first field, the line takes the place of one that has the same. Then damaged lines go too: what a
    cut left of one, and what nobody can read. They become empty ones, since FAT cannot shorten a file in one step;
    readers pass those over. That takes a while: others get their turn, but never while the file is written.
    """
    if key is not None:
        gone = []
        for place, found in places(path):
            if found == line[:-1]:
                return
            if found and (found.startswith(key + b",") or not is_whole(found)) and found != header[:-1]:
                gone.append((place, len(found)))
            yield
        if gone:
            with open(path, "r+b") as file:
                for place, length in gone:
                    file.seek(place)
                    file.write(b"\n" * length)
    with open(path, "ab") as file:
        file.write(line if file.seek(0, 2) else header + line)
