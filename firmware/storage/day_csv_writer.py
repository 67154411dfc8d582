"""Writer of day.csv and days.csv. Each line ends in a check, so that half a line is never used. Loaded on demand.

    start,import_w,export_w,energy_import_kwh,energy_export_kwh,gas_volume_m3,water_volume_m3,samples,source,check
    2026-01-15T09:45:00+01:00,312,0,1234.567,12.345,123.456,,180,registers,5d0c9a41

The check is the CRC-32 of the text before the last comma, in 8 hexadecimal digits. A field is empty if its value is
unknown. day_totals.py describes the fields of days.csv. The fields of day.csv are:

  0 start                    local time of the quarter's start, with the UTC offset
  1 import_w, 2 export_w     average power in W
  3, 4 energy_..._kwh        import and export register at the quarter's end, all tariffs, kWh with 3 decimals
  5 gas_..., 6 water_...     gas and water register at the quarter's end, m3 with 3 decimals
  7 samples                  number of 5 s samples, at most 180
  8 source                   source of the average power: registers, samples, or partial (samples up to a restart)
"""

from binascii import crc32
from micropython import const

from overlay import load

_LINES_IN_STEP = const(32)  # lines that the search for a key reads between two yields
QUARTERS = (
    b"start,import_w,export_w,energy_import_kwh,energy_export_kwh,gas_volume_m3,water_volume_m3,"
    b"samples,source,check\n"
)
DAYS = b"day,import_kwh,export_kwh,gas_m3,water_m3,peak_w,peak_start,quarters,check\n"


def with_check(text):
    """Return a line in bytes: the text, the text's check and a newline."""
    return b"%s,%08x\n" % (text, crc32(text))


def decimal(amount):
    """Return an amount with 3 decimals: b"12.345" for 12345 thousandths, and b"" for -1, which means unknown."""
    return b"" if amount < 0 else b"%d.%03d" % (amount // 1000, amount % 1000)


def append(path, line, header, key=None):
    """Append a line to a file in one write. The caller must run this generator to its end. OSError if the card fails.

    If `key` is given, `key` is the line's first field. Before the write, other lines that begin with `key`, and damaged
    lines, are blanked. If the file already has exactly this line, nothing is appended. Blanking replaces all bytes of a
    line by newlines, because FAT cannot shorten a file in one step. Readers skip the empty lines.

    The search for the key takes long. Therefore the generator yields after every 32 lines of the search, but never
    while the file is open for writing.
    """
    is_there = False
    if key is not None:
        rows = load("storage.day_csv_reader")
        gone = []
        for count, (place, found) in enumerate(rows.places(path), 1):
            if found == line[:-1] and not is_there:
                is_there = True
            elif (found.startswith(key + b",") or not rows.has_right_check(found)) and found != header[:-1]:
                gone.append((place, len(found)))
            if not count % _LINES_IN_STEP:
                yield
        if gone:
            with open(path, "r+b") as file:
                for place, length in gone:
                    file.seek(place)
                    file.write(b"\n" * length)
    if not is_there:
        with open(path, "ab") as file:
            file.write(line if file.seek(0, 2) else header + line)
