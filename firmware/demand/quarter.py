"""The quarter-hours of the meter's clock: ids, file names, and the 5 s samples of one quarter.

Ids and file names are those of the original firmware. The quarter of 2023-12-02 09:45 in winter time has the id
386662951 and the file 2023/12/02/0945W.json. demand/coach.py begins, closes and projects the running quarter.
"""

from array import array
from micropython import const

from meter import timestamp
from overlay import load

QUARTER_S = const(900)
SAMPLE_S = const(5)
SAMPLES = const(180)
ABSENT = const(0xFFFF)  # value of a sample without a telegram
# number of 16-bit cells at the start of a block, before its samples (storage/journal.py)
HEAD_CELLS = const(24)
_MAX_W = const(0xFFFE)  # highest power of a sample in W; a higher power is stored as this value


def quarter_id(local_s, summer):
    """Return the id of the quarter that contains `local_s`.

    Bits 31 to 24 are the year - 2000, bits 23 to 16 the month, and bits 15 to 8 the day. Bit 7 is 1 in summer time.
    Bits 6 to 0 are the number of the quarter in the local day, from 0.
    """
    year, month, day, hour, minute, _ = timestamp.civil(local_s)
    return year - 2000 << 24 | month << 16 | day << 8 | (128 if summer else 0) | hour * 4 + minute // 15


def start_of(quarter_id):
    """Return the start (local_s, summer) of the quarter with this id."""
    day = timestamp.seconds(2000 + (quarter_id >> 24), quarter_id >> 16 & 255, quarter_id >> 8 & 255)
    return day + (quarter_id & 127) * QUARTER_S, quarter_id & 128 != 0


def file_path(quarter_id):
    """Return the path of a quarter's file relative to /meter, such as 2023/12/02/0945W.json."""
    local_s, summer = start_of(quarter_id)
    return "{:04}/{:02}/{:02}/{:02}{:02}{}.json".format(*timestamp.civil(local_s)[:5], "S" if summer else "W")


class Quarter:
    """The samples of one quarter: mean import and export of each 5 s, in W. A sample without a telegram is ABSENT.

    All samples are in one array, `block`, so that one write saves all samples in the memory that survives a reset.
    storage/journal.py describes the layout of the array. Each telegram updates the mean of the running sample.
    `newest_index` is the index of the running sample, -1 before the first telegram.
    """

    def __init__(self):
        self.block = array("H", [ABSENT] * (HEAD_CELLS + 2 * SAMPLES))
        samples = memoryview(self.block)[HEAD_CELLS:]
        self.import_w = samples[:SAMPLES]
        self.export_w = samples[SAMPLES:]
        self.clear(None)

    def clear(self, quarter_id):
        """Clear all samples, and begin the quarter with this id. The id None means no quarter."""
        self.quarter_id = quarter_id
        self._clear_from(0)
        self.resume(-1)

    def resume(self, index):
        """Make the sample with this index the running sample, and begin its mean. The index -1 means no sample."""
        self.newest_index = index
        self._telegrams = self._import_sum = self._export_sum = 0

    def add(self, t, import_w, export_w):
        """Add the import and export of one telegram, in W, to the running sample.

        `t` is the telegram's time in the quarter, 0 to 899 s. `export_w` is None if the telegram has no export.
        If the meter's clock was set back, all samples from `t` on are cleared first.
        """
        index = t // SAMPLE_S
        if index != self.newest_index:
            if index < self.newest_index:
                self._clear_from(index)
            self.resume(index)
        self._telegrams += 1
        self._import_sum += import_w
        self.import_w[index] = min(self._import_sum // self._telegrams, _MAX_W)
        if export_w is not None:
            self._export_sum += export_w
            self.export_w[index] = min(self._export_sum // self._telegrams, _MAX_W)

    def mean(self, first, stop):
        """Return the mean import in W of the samples `first` to `stop - 1`, rounded down. None if all are absent."""
        total = present = 0
        for index in range(max(first, 0), stop):
            power = self.import_w[index]
            if power != ABSENT:
                total += power
                present += 1
        return total // present if present else None

    def watt(self):
        """Return the mean import of the running 5 s sample in W, -1 before the first telegram."""
        return -1 if self.newest_index < 0 else self.import_w[self.newest_index]

    def write_json(self, write, cut=False):
        """Write the quarter as JSON. Each call of write(bytes) gets at most 150 bytes.

        cut  True if the device missed the quarter's end because of a restart

        The samples must not change during the call.
        """
        load("demand.quarter_json").write_json(self, write, cut)

    def _clear_from(self, index):
        for at in range(index, SAMPLES):
            self.import_w[at] = self.export_w[at] = ABSENT
