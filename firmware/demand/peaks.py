"""The month's peaks: the highest quarter of the running month and of the closed ones, and the billable average.

Source: P1 objects 1-0:1.6.0 (running month) and 0-0:98.1.0 (closed months); Fluvius, capacity tariff.
"""

from micropython import const

from meter import timestamp
from overlay import load

# Positions in a peak, which is a tuple.
PEAK_MONTH = const(0)  # its number, as month_of() returns it
PEAK_W = const(1)
PEAK_START = const(2)  # local_s
PEAK_SUMMER = const(3)  # of the start
PEAK_SOURCE = const(4)  # METER or CARD

METER = const("meter")
CARD = const("card")  # from quarters that the device closed or stored


def month_of(local_s):
    """Return the month of a moment as one number, year * 12 + month - 1."""
    year, month = timestamp.civil(local_s)[:2]
    return year * 12 + month - 1


def month_number(name):
    """Return the number of the month "2023-12", as month_of() does."""
    return int(name[:4]) * 12 + int(name[5:7]) - 1


def month_name(month):
    """Return the name of the month with this number, "2023-12"."""
    return "%04d-%02d" % (month // 12, month % 12 + 1)


class Peaks:
    """The peaks, one a month, as tuples (PEAK_MONTH, PEAK_W, PEAK_START, PEAK_SUMMER, PEAK_SOURCE).

    A peak belongs to the month in which its quarter starts. 1.6.0 and 98.1.0 have its end, which is in the next month
    for a month's last quarter. For a closed month the meter's peak counts. In the running month the higher one
    counts, because the meter is a few seconds late, may be replaced, or may stop sending its peak.
    """

    def __init__(self):
        self.month = None  # the running month's number, None before the first telegram
        self.area = None
        self.counted_from = None  # the first month that counts (a move, a new meter); None: all
        self.months = []  # newest first
        self._sent = None  # the meter's peaks in the previous telegram

    @property
    def running(self):
        """The running month's peak, None until its first quarter has closed."""
        for peak in self.months:
            if peak[PEAK_MONTH] == self.month:
                return peak
        return None

    @property
    def power_w(self):
        """The running month's peak in W, or None."""
        peak = self.running
        return peak and peak[PEAK_W]

    @property
    def closed(self):
        """The peaks of the closed months, newest first, at most 13."""
        return load("demand.month_peaks").closed(self)

    def update(self, local_s, sent_peak=None, sent_months=None):
        """Update from the time and the peaks of one telegram. True if anything changed.

        sent_peak: (power in W, end, summer) of 1.6.0 or None; sent_months: a list of (month number, power in W,
        end, summer) of 98.1.0 or None. They rarely change, so they are read only when they differ.
        """
        month = month_of(local_s)
        sent = (sent_peak, sent_months)
        if month == self.month and sent == self._sent:
            return False
        self._sent = sent
        return load("demand.month_peaks").update(self, month, sent_peak, sent_months)

    def add_quarter(self, start, summer, power_w):
        """Add a quarter that has closed, now or on the card. True if it is its month's peak."""
        return load("demand.month_peaks").add(self, (month_of(start), power_w, start, summer, CARD))

    def billable_w(self):
        """Return the mean in W of max(2500, peak) over the running month and the known ones of the previous 11.

        None before the first telegram, if no month counts, or if peaks cost nothing.
        """
        return load("demand.month_peaks").billable_w(self)
