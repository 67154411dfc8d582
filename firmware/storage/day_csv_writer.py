"""Writer of day.csv and days.csv, whose lines each end in a check, so that half a line is never used.

    start,import_w,export_w,energy_import_kwh,energy_export_kwh,gas_volume_m3,water_volume_m3,samples,source,check
    2026-01-15T09:45:00+01:00,312,0,1234.567,12.345,123.456,,180,registers,5d0c9a41

The check is the CRC-32 of the text before the last comma, 8 hex digits. Fields of day.csv; an unknown one is empty:

  0 start                    local time of the quarter's start with its UTC offset
  1 import_w, 2 export_w     average power, W
  3, 4 energy_..._kwh        import and export register at its end, all tariffs, kWh with 3 decimals
  5 gas_..., 6 water_...     registers at its end, m3 with 3 decimals
  7 samples                  number of 5 s samples, at most 180
  8 source                   of the averages: registers, samples, or partial (samples up to a restart)

Fields of days.csv: see day_totals.py. Loaded on demand.
"""

from binascii import crc32

from overlay import load

QUARTERS = (
    b"start,import_w,export_w,energy_import_kwh,energy_export_kwh,gas_volume_m3,water_volume_m3,"
    b"samples,source,check\n"
)
DAYS = b"day,import_kwh,export_kwh,gas_m3,water_m3,peak_w,peak_start,quarters,check\n"


def with_check(text):
    """Return a line: this text (bytes), its check and a newline."""
    return b"%s,%08x\n" % (text, crc32(text))


def decimal(amount):
    """Return thousandths as bytes, 12345 as 12.345; b"" for -1, an unknown amount."""
    return b"" if amount < 0 else b"%d.%03d" % (amount // 1000, amount % 1000)


def append(path, line, header, key=None):
    """Append a line in one write: a generator, to be run to its end. OSError if the card fails.

    With `key` (the line's first field), replace the existing line that has it, and blank half-written and unreadable
    lines. Blanked lines become empty ones, because FAT cannot shorten a file in one step. Readers skip them. The
    search takes long, so it yields after each line, but never while the file is open for writing.
    """
    is_there = False
    if key is not None:
        rows = load("storage.day_csv_reader")
        gone = []
        for place, found in rows.places(path):
            if found == line[:-1] and not is_there:
                is_there = True
            elif (found.startswith(key + b",") or not rows.is_whole(found)) and found != header[:-1]:
                gone.append((place, len(found)))
            yield
        if gone:
            with open(path, "r+b") as file:
                for place, length in gone:
                    file.seek(place)
                    file.write(b"\n" * length)
    if not is_there:
        with open(path, "ab") as file:
            file.write(line if file.seek(0, 2) else header + line)
