"""Rules for the peaks of the months and for the billable average. Loaded on demand.

A peak is a tuple with the fields PEAK_MONTH to PEAK_SOURCE of demand/peaks.py.
"""

from micropython import const

from demand.peaks import CARD, METER, PEAK_MONTH, PEAK_SOURCE, PEAK_START, PEAK_W, month_of
from demand.quarter import QUARTER_S
from demand.target import FLOOR_W, has_tariff
from meter import timestamp

_CLOSED = const(13)  # maximum number of closed months that a meter sends and that the device stores
_BILLED = const(12)


def closed(peaks):
    """Return the peaks of the closed months, newest first, at most 13."""
    return [peak for peak in peaks.months if peak[PEAK_MONTH] < peaks.month][:_CLOSED]


def billable_w(peaks):
    """Return the billable average in W: the mean of max(2500, peak) over the running month and 11 months before.

    Months before `peaks.counted_from` and earlier months without a known peak are left out. None if all months are left
    out, if peaks cost nothing, or before the first telegram.
    """
    month = peaks.month
    if month is None or not has_tariff(peaks.area):
        return None
    since = _counted_month(peaks)
    first = max(month - _BILLED + 1, since)
    counted = [peak for peak in peaks.months if first <= peak[PEAK_MONTH] < month]
    powers = [max(FLOOR_W, peak[PEAK_W]) for peak in counted]
    # Peaks may count from a day within a month. If no peak of that month is known from the day on, the month counts as
    # 2.5 kW.
    begun = first == since == month_of((peaks.counted_from or 0) - 1) < month
    if begun and since not in [peak[PEAK_MONTH] for peak in counted]:
        powers.append(FLOOR_W)
    if first <= month:
        powers.append(max(FLOOR_W, peaks.power_w or 0))
    return sum(powers) // len(powers) if powers else None


def update(peaks, month, sent_peak, sent_months):
    """Set the running month, and add the peaks that the meter sent. True if anything changed.

    `sent_peak` and `sent_months` are described in Peaks.update().
    """
    changed = month != peaks.month
    if changed:
        peaks.month = month
        # Remove the peaks of future months. Such peaks are from a time when the meter's clock was ahead.
        peaks.months = [peak for peak in peaks.months if peak[PEAK_MONTH] <= month]
    if sent_peak and _add_sent(peaks, *sent_peak):
        changed = True
    for month, power_w, end, summer in sent_months or ():
        if _add_sent(peaks, power_w, end, summer, month):
            changed = True
    return changed


def count_from(peaks, since):
    """Count only peaks from `since` on. `since` is local_s at the start of a day, or None to count all peaks."""
    peaks.counted_from = since
    month = _counted_month(peaks)
    peaks.months = [peak for peak in peaks.months if peak[PEAK_MONTH] != month or peak[PEAK_START] >= since]
    # Peaks.update() ignores peaks that are equal to the previous telegram's peaks. Forget the previous peaks, because
    # equal peaks may count now if they did not count before.
    peaks.sent = None


def _counted_month(peaks):
    """Return the number of the month with the day from which peaks count. 0 if all peaks count."""
    return 0 if peaks.counted_from is None else month_of(peaks.counted_from)


def _add_sent(peaks, power_w, end, summer, month=None):
    start, summer = timestamp.shift(end, summer, -QUARTER_S)
    start -= start % QUARTER_S
    started = month_of(start)
    # Ignore a peak whose timestamp is in another month. The meter never measured the month of such a peak.
    if month is not None and month != started:
        return False
    return add(peaks, (started, power_w, start, summer, METER))


def add(peaks, peak):
    """Add a peak if the month has no peak yet, or if the new peak replaces the known peak. True if the peak was added.

    A higher peak replaces a lower peak. Also, a peak from the meter replaces a higher peak that the device measured, if
    the month is closed or if both peaks are of the same quarter.
    """
    month, power_w, start, _, source = peak
    if peaks.month is None or month > peaks.month:
        return False
    if month == _counted_month(peaks) and start < peaks.counted_from:
        return False
    months = peaks.months
    for old in months:
        if old[PEAK_MONTH] == month:
            official = (
                source == METER
                and old[PEAK_SOURCE] == CARD
                and (month != peaks.month or start == old[PEAK_START])
            )
            if power_w <= old[PEAK_W] and not official:
                return False
            months.remove(old)
            break
    months.append(peak)
    months.sort(reverse=True)
    del months[_CLOSED + 1 :]
    return True
