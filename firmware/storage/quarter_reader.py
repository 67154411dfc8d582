"""Reader of a quarter's file, and maker of the line of day.csv from such a file. Loaded on demand.

The file contains samples only. Therefore the registers in the line are empty.
"""

import json
import os
from micropython import const

from board.mount_point import CARD

# A quarter's file has about 2 KB. A file over 4 KB is not read, because it is damaged.
_MAX_SIZE = const(4096)
# Maximum size of a file that is sent, in bytes. A damaged directory entry may contain a size of gigabytes.
_MAX_SENT = const(16384)


def open_quarter(path):
    """Open a quarter's file, such as "2026/01/15/1615W.json". None if the file is missing, empty or too large.

    The caller must keep a reference to Card.filesystem while the file is open.
    """
    path = "%s/meter/%s" % (CARD, path)
    try:
        return open(path, "rb") if 0 < os.stat(path)[6] <= _MAX_SENT else None
    except OSError:
        return None


def line(path, start):
    """Return the line of day.csv for a quarter's file, without the field `check`. `start` is the line's first field.

    None if the file is missing, damaged or without samples.
    """
    try:
        with open(path, "rb") as file:
            size = file.seek(0, 2)
            if size > _MAX_SIZE:
                return None
            file.seek(0)
            text = file.read(size)
        # Ignore text after the JSON object, because json.loads() would refuse such text.
        quarter = json.loads(text[: text.find(b"}") + 1])
        samples, import_w = _mean(quarter["consumed_power_interval_avgs"], 1)
        _, export_w = _mean(quarter["produced_power_interval_avgs"], -1)
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return None
    return b"%s,%s,%s,,,,,%d,samples" % (start, import_w, export_w, samples) if samples else None


def _mean(powers, sign):
    """Return the number of samples in a list of powers in W, and the mean of the samples as text.

    A missing sample is None. If all samples are missing, the text is empty. `sign` is 1, or -1 for negative powers, so
    that the mean is positive.
    """
    if None in powers:
        powers = [power for power in powers if power is not None]
    count = len(powers)
    return count, b"%d" % (sign * sum(powers) // count) if count else b""
