"""A quarter as JSON, in the original firmware's format. Loaded on demand.

The arrays end at the newest sample. If a restart missed the quarter's end, one null follows. Production is <= 0.
"""

from micropython import const

from demand.quarter import ABSENT, SAMPLES

_PIECE = const(12)  # samples that are written at a time, 73 bytes at most


def write_json(quarter, write, cut):
    """Write the JSON of a quarter: see Quarter.write_json()."""
    if quarter.quarter_id is None:
        write(b"{}")
        return
    stop = SAMPLES
    while stop > 0 and quarter.import_w[stop - 1] == ABSENT:
        stop -= 1
    if cut and stop < SAMPLES:
        stop += 1
    write(
        b'{"quarter_id":%d,"consumed_power_avg":%d,"interval_secs":5,"consumed_power_interval_avgs":['
        % (quarter.quarter_id, quarter.mean(0, stop) or 0)
    )
    _write_samples(write, quarter.import_w, 1, stop)
    write(b'],"produced_power_interval_avgs":[')
    _write_samples(write, quarter.export_w, -1, stop)
    write(b"]}")


def _write_samples(write, samples, sign, stop):
    for first in range(0, stop, _PIECE):
        if first:
            write(b",")
        piece = samples[first : min(first + _PIECE, stop)]
        write(",".join(["null" if power == ABSENT else str(sign * power) for power in piece]).encode())
