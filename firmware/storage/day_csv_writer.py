"""The lines of day.csv and days.csv: each ends in a check of its own, so that half a line is never believed.

    start,import_w,export_w,energy_import_kwh,energy_export_kwh,gas_volume_m3,water_volume_m3,samples,source,check
    2026-01-15T09:45:00+01:00,312,0,1234.567,12.345,123.456,,180,registers,5d0c9a41

The check is the CRC-32 of what stands before its comma. Loaded while used.
"""

from binascii import crc32

from overlay import load

QUARTERS = (
    b"start,import_w,export_w,energy_import_kwh,energy_export_kwh,gas_volume_m3,water_volume_m3,"
    b"samples,source,check\n"
)
DAYS = b"day,import_kwh,export_kwh,gas_m3,water_m3,peak_w,peak_start,quarters,check\n"


def with_check(text):
    """A line: this text (bytes), its check and the line's end."""
    return b"%s,%08x\n" % (text, crc32(text))


def decimal(amount):
    """12345 is 12.345; nothing where it is not known (-1)."""
    return b"" if amount < 0 else b"%d.%03d" % (amount // 1000, amount % 1000)


def append(path, line, header, key=None):
    """Append a line, in one write, as a generator that is run to its end. OSError when the card fails.

    With a key, its first field, the line takes the place of one that has the same. Then damaged lines go too: what a
    cut left of one, and what nobody can read. They become empty ones, since FAT cannot shorten a file in one step;
    readers pass those over. That takes a while: others get their turn, but never while the file is written.
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
