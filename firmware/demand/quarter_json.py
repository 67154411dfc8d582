"""Writer of a quarter as JSON, in the original firmware's format. Loaded on demand.

The arrays of import and export end with the newest sample. If the device missed the quarter's end because of a restart,
each of the two arrays has a null after this sample.
Exported power is written as a negative number.
"""

from micropython import const

from demand.quarter import ABSENT, SAMPLES

_PIECE = const(12)  # number of samples in one call of write(), at most 83 bytes of text


def write_json(quarter, write, cut):
    """Write a quarter as JSON. Quarter.write_json() describes the arguments."""
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
