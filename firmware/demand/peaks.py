"""The month's peaks: the highest quarter of the running month and of the closed ones, and what is billed on them.

Source: P1 objects 1-0:1.6.0 (running month) and 0-0:98.1.0 (closed months); Fluvius, capacity tariff.
"""

from micropython import const

from demand.capacity import FLOOR_W, has_tariff
from demand.quarter import QUARTER_S
from meter import stamp

_CLOSED = const(13)  # closed months that a meter keeps, and we
_BILLED = const(12)

METER = "meter"
CARD = "card"  # from the quarters that we saw close or stored


def month_of(local_s):
    """The month of a moment as one number, so that neighbours differ by one: year * 12 + month - 1."""
    year, month = stamp.civil(local_s)[:2]
    return year * 12 + month - 1


def month_number(name):
    """The number of the month "2023-12", as month_of() gives it."""
    return int(name[:4]) * 12 + int(name[5:7]) - 1


def month_name(month):
    """The month with this number: "2023-12"."""
    return f"{month // 12:04}-{month % 12 + 1:02}"


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
        self._peaks = []  # newest first
        self._sent = None  # what the meter sent last

    @property
    def running(self):
        """The running month's peak; None until its first quarter has closed."""
        return self._of(self.month)

    @property
    def power_w(self):
        """The running month's peak in W, or None."""
        peak = self._of(self.month)
        return peak and peak[1]

    @property
    def closed(self):
        """The peaks of the closed months, newest first, at most 13."""
        return [peak for peak in self._peaks if peak[0] < self.month][:_CLOSED]

    def update(self, local_s, sent_peak=None, sent_months=None):
        """Take the moment and the peaks of one telegram; True when anything changed.

        sent_peak: (power in W, end, its letter) of 1.6.0 or None; sent_months: a list of (month number,
        power in W, end, its letter) of 98.1.0 or None. Month after month they are the same, so they are looked
        at only when they are not.
        """
        month = month_of(local_s)
        changed = month != self.month
        if changed:
            self.month = month
            # A clock that was ahead leaves no peaks behind.
            self._peaks = [peak for peak in self._peaks if peak[0] <= month]
        sent = (sent_peak, sent_months)
        if not changed and sent == self._sent:
            return False
        self._sent = sent
        if sent_peak and self._take_sent(*sent_peak):
            changed = True
        for month, power_w, end, summer in sent_months or ():
            if self._take_sent(power_w, end, summer, month):
                changed = True
        return changed

    def quarter(self, start, summer, power_w):
        """Take a quarter that has closed, now or on the card; True when it is its month's peak."""
        return self._take((month_of(start), power_w, start, summer, CARD))

    def billable_w(self):
        """Mean in W of max(2500, peak) over the running month and the 11 before it, those that are known.

        None before the first telegram, where no month counts, and where peaks cost nothing.
        """
        if self.month is None or not has_tariff(self.area):
            return None
        first = max(self.month - _BILLED + 1, self.counted_from or 0)
        powers = [max(FLOOR_W, peak[1]) for peak in self._peaks if first <= peak[0] < self.month]
        if first <= self.month:
            powers.append(max(FLOOR_W, self.power_w or 0))
        return sum(powers) // len(powers) if powers else None

    def _of(self, month):
        for peak in self._peaks:
            if peak[0] == month:
                return peak
        return None

    def _take_sent(self, power_w, end, summer, month=None):
        start, summer = stamp.shift(end, summer, -QUARTER_S)
        start -= start % QUARTER_S
        started = month_of(start)
        # A month that was never measured has a stamp outside of itself.
        if month is not None and month != started:
            return False
        return self._take((started, power_w, start, summer, METER))

    def _take(self, peak):
        """Keep a peak if it is the better one of its month."""
        month, power_w, start, _, source = peak
        if self.month is None or month > self.month:
            return False
        old = self._of(month)
        if old:
            official = source == METER and old[4] == CARD and (month != self.month or start == old[2])
            if power_w <= old[1] and not official:
                return False
            self._peaks.remove(old)
        self._peaks.append(peak)
        self._peaks.sort(reverse=True)
        del self._peaks[_CLOSED + 1 :]
        return True
