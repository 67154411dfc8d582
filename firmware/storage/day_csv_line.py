"""Line of day.csv for a quarter, made from the quarter's block. Loaded on demand."""

import struct
from micropython import const

from demand.quarter import ABSENT, QUARTER_S, SAMPLES, start_of
from meter.timestamp import iso
from storage.journal import CUT_SEEN, CUT_UNSEEN, ENDED_SEEN, QUARTER_ID_BYTE

# Registers that were read at most 10 s after a quarter's start count as the registers at the start.
_MAX_LATE_S = const(10)
# Maximum rise of a register in a quarter, in Wh: that of 200 kW, twice the power of the strongest grid connection.
_MAX_WH = const(50000)


def text(quarter, decimal):
    """Return the line of an ended quarter, without its field `check`. The registers are in the block (journal.py)."""
    quarter_id, _, _, t, _, *head, end_t, ended = struct.unpack_from(
        "<IHHhHiiiiiihH", quarter.block, QUARTER_ID_BYTE
    )
    before_import, before_export, import_wh, export_wh, gas, water = head
    samples = SAMPLES - sum([power == ABSENT for power in quarter.import_w])
    import_w = quarter.mean(0, SAMPLES)
    export_w = _mean(quarter.export_w)
    source = b"partial" if ended == CUT_UNSEEN else b"samples"
    if t <= _MAX_LATE_S and ended in (ENDED_SEEN, CUT_SEEN) and _is_plausible(before_import, import_wh):
        source = b"registers"
        # Divide the rise by the seconds between the two readings. These can be more or less than 900 s: a meter that
        # sends a telegram only every 10 s may send the first or the second reading late.
        span_s = end_t - t if ended == ENDED_SEEN else QUARTER_S
        import_w = (import_wh - before_import) * 3600 // span_s
        if _is_plausible(before_export, export_wh):
            export_w = (export_wh - before_export) * 3600 // span_s
    if before_import < 0:
        # The meter was replaced during the quarter. Leave the registers of this line empty, because the day's totals
        # would count the difference between the registers of the two meters as energy used.
        import_wh = export_wh = gas = water = -1
    return b"%s,%s,%s,%s,%s,%s,%s,%d,%s" % (
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


def _is_plausible(before, after):
    return before >= 0 and 0 <= after - before <= _MAX_WH


def _mean(samples):
    present = SAMPLES - sum([power == ABSENT for power in samples])
    return sum([power for power in samples if power != ABSENT]) // present if present else None
