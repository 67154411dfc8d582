"""The quarter-hours of the meter's clock: their ids and files, and the 5 s samples of one quarter.

Ids and files are those of the original firmware: 2023-12-02 09:45 in winter is 386662951, 2023/12/02/0945W.json.
"""

from array import array
from micropython import const

from meter import timestamp
from overlay import load

QUARTER_S = const(900)
SAMPLE_S = const(5)
SAMPLES = const(180)
ABSENT = const(0xFFFF)  # a sample without a telegram
HEAD_CELLS = const(24)  # 16-bit cells of a block before its samples: see storage/journal.py
_MAX_W = const(0xFFFE)  # the most that a sample can be; higher powers are stored as this


def quarter_id(local_s, summer):
    """Return a quarter's id: bits 31-24 year - 2000, 23-16 month, 15-8 day, 7 summer, 6-0 quarter of the local day."""
    year, month, day, hour, minute, _ = timestamp.civil(local_s)
    return year - 2000 << 24 | month << 16 | day << 8 | (128 if summer else 0) | hour * 4 + minute // 15


def start_of(quarter_id):
    """Return the start (local_s, summer) of the quarter with this id."""
    day = timestamp.seconds(2000 + (quarter_id >> 24), quarter_id >> 16 & 255, quarter_id >> 8 & 255)
    return day + (quarter_id & 127) * QUARTER_S, quarter_id & 128 != 0


def file_path(quarter_id):
    """Return the file of a quarter below /meter: 2023/12/02/0945W.json."""
    local_s, summer = start_of(quarter_id)
    return "{:04}/{:02}/{:02}/{:02}{:02}{}.json".format(*timestamp.civil(local_s)[:5], "S" if summer else "W")


class Quarter:
    """The samples of one quarter: mean import and export power per 5 s in W, ABSENT where no telegram came.

    All samples are in one `block` (layout: storage/journal.py), so that one copy of it survives a reset. Each telegram
    updates the mean of the running sample. `newest_index` is the index of that sample, -1 before the first telegram.
    """

    def __init__(self):
        self.block = array("H", [ABSENT] * (HEAD_CELLS + 2 * SAMPLES))
        samples = memoryview(self.block)[HEAD_CELLS:]
        self.import_w = samples[:SAMPLES]
        self.export_w = samples[SAMPLES:]
        self.clear(None)

    def clear(self, quarter_id):
        """Begin the quarter with this id (None: no quarter)."""
        self.quarter_id = quarter_id
        self._clear_from(0)
        self.resume(-1)

    def resume(self, index):
        """Continue after the sample with this index; the samples up to it are already filled in."""
        self.newest_index = index
        self._telegrams = self._import_sum = self._export_sum = 0

    def add(self, t, import_w, export_w):
        """Add the powers of the telegram at t seconds (0 to 899) to its sample; export_w None: not sent.

        If the meter's clock was set back, the samples from t on are cleared.
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
        """Return the mean import in W of the samples first to stop - 1, truncated; None if all are absent."""
        total = present = 0
        for index in range(max(first, 0), stop):
            power = self.import_w[index]
            if power != ABSENT:
                total += power
                present += 1
        return total // present if present else None

    def watt(self):
        """Return the mean import of the running 5 s in W, -1 before any telegram."""
        return -1 if self.newest_index < 0 else self.import_w[self.newest_index]

    def write_json(self, write, cut=False):
        """Write the quarter's JSON in pieces of at most 150 bytes by write(bytes).

        The running sample is the newest one. `cut`: a restart missed its end. The samples must not change meanwhile.
        """
        load("demand.quarter_json").write_json(self, write, cut)

    def _clear_from(self, index):
        for at in range(index, SAMPLES):
            self.import_w[at] = self.export_w[at] = ABSENT
