"""The month's peaks: the highest quarter of the running month and of the closed ones, and what is billed on them.

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
CARD = const("card")  # from the quarters that we saw close or stored


def month_of(local_s):
    """The month of a moment as one number, so that neighbours differ by one: year * 12 + month - 1."""
    year, month = timestamp.civil(local_s)[:2]
    return year * 12 + month - 1


def month_number(name):
    """The number of the month "2023-12", as month_of() gives it."""
    return int(name[:4]) * 12 + int(name[5:7]) - 1


def month_name(month):
    """The month with this number: "2023-12"."""
    return "%04d-%02d" % (month // 12, month % 12 + 1)


class Peaks:
    """Peaks as tuples (month number, power in W, start and its letter, METER or CARD), one a month.

    A peak belongs to the month in which its quarter starts: 1.6.0 and 98.1.0 name its end, which for the last
    quarter of a month lies in the next. What the meter says of a closed month wins; in the running month the
    higher one does, since the meter is a few seconds late, may be replaced, or stop to send its peak.
    """

    def __init__(self):
        self.month = None  # the running one; None before the first telegram
        self.area = None
        self.counted_from = None  # the first month that counts: moved in, new meter; None: all
        self.months = []  # newest first
        self._sent = None  # what the meter sent last

    @property
    def running(self):
        """The running month's peak; None until its first quarter has closed."""
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
        """Take the moment and the peaks of one telegram; True when anything changed.

        sent_peak: (power in W, end, its letter) of 1.6.0 or None; sent_months: a list of (month number,
        power in W, end, its letter) of 98.1.0 or None. Month after month they are the same, so they are looked
        at only when they are not.
        """
        month = month_of(local_s)
        sent = (sent_peak, sent_months)
        if month == self.month and sent == self._sent:
            return False
        self._sent = sent
        return load("demand.month_peaks").update(self, month, sent_peak, sent_months)

    def add_quarter(self, start, summer, power_w):
        """Take a quarter that has closed, now or on the card; True when it is its month's peak."""
        return load("demand.month_peaks").add(self, (month_of(start), power_w, start, summer, CARD))

    def billable_w(self):
        """Mean in W of max(2500, peak) over the running month and the 11 before it, those that are known.

        None before the first telegram, where no month counts, and where peaks cost nothing.
        """
        return load("demand.month_peaks").billable_w(self)
