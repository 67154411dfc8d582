"""The peaks of the running month and of the closed months. The peak of a month is its highest quarter.

demand/month_peaks.py has the rules for peaks, and computes the billable average.
Sources: P1 objects 1-0:1.6.0 (running month) and 0-0:98.1.0 (closed months); Fluvius, capacity tariff.
"""

from micropython import const

from meter import timestamp
from overlay import load

# Indexes of the fields of a peak, which is a tuple.
PEAK_MONTH = const(0)  # number of the month, as month_of() returns it
PEAK_W = const(1)
PEAK_START = const(2)  # start of the quarter, in seconds from 2000-01-01 00:00:00 to its local time
PEAK_SUMMER = const(3)  # True if the quarter starts in summer time
PEAK_SOURCE = const(4)  # source of the peak: METER or CARD

METER = const("meter")
CARD = const("card")  # source of a peak that the device measured or found on the card


def month_of(local_s):
    """Return the month of a moment as one number, year * 12 + month - 1."""
    year, month = timestamp.civil(local_s)[:2]
    return year * 12 + month - 1


def month_name(month):
    """Return the name for a month number, such as "2023-12" for 24287."""
    return "%04d-%02d" % (month // 12, month % 12 + 1)


class Peaks:
    """The peaks: for each month one tuple (PEAK_MONTH, PEAK_W, PEAK_START, PEAK_SUMMER, PEAK_SOURCE).

    A peak belongs to the month in which its quarter starts. The objects 1.6.0 and 98.1.0 contain the quarter's end.
    The end of a month's last quarter is in the next month.

    For a closed month, the meter's peak counts. For the running month, the meter's peak or the device's peak counts,
    whichever is higher. The meter's peak may be too low for three reasons: the meter sends a new peak a few seconds
    late, was replaced, or no longer sends peaks.
    """

    def __init__(self):
        self.month = None  # the running month's number, None before the first telegram
        self.area = None
        # Moment (local_s) from which peaks count, for example the start of the day on which the household moved in.
        # None if all peaks count.
        self.counted_from = None
        self.months = []  # peaks of all months, newest first
        self.sent = None  # the meter's peaks in the previous telegram

    @property
    def running(self):
        """The running month's peak, None until the month's first quarter has ended."""
        for peak in self.months:
            if peak[PEAK_MONTH] == self.month:
                return peak
        return None

    @property
    def power_w(self):
        """The running month's peak in W, None if the month has no peak yet."""
        peak = self.running
        return peak and peak[PEAK_W]

    @property
    def closed(self):
        """The peaks of the closed months, newest first, at most 13."""
        return load("demand.month_peaks").closed(self)

    def update(self, local_s, sent_peak=None, sent_months=None):
        """Update the peaks from the time and the peaks of one telegram. True if anything changed.

        sent_peak    (power in W, end, summer) of 1.6.0, or None
        sent_months  a list of (month number, power in W, end, summer) of 98.1.0, or None

        If the peaks are equal to the previous telegram's peaks and no new month has begun, nothing is done.
        """
        month = month_of(local_s)
        sent = (sent_peak, sent_months)
        if month == self.month and sent == self.sent:
            return False
        self.sent = sent
        return load("demand.month_peaks").update(self, month, sent_peak, sent_months)

    def add_quarter(self, start, summer, power_w):
        """Add a quarter that ended just now or was read from the card. True if the quarter is now its month's peak."""
        return load("demand.month_peaks").add(self, (month_of(start), power_w, start, summer, CARD))

    def billable_w(self):
        """Return the billable average in W: the mean of max(2500, peak) over the running month and 11 months before.

        Months before `counted_from` and earlier months without a known peak are left out. None if all months are left
        out, if peaks cost nothing, or before the first telegram.
        """
        return load("demand.month_peaks").billable_w(self)
