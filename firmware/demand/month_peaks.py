"""Rules of the monthly peaks: which one counts, and the billable average. Loaded on demand.

A peak is a tuple (PEAK_MONTH ... PEAK_SOURCE, demand/peaks.py).
"""

from micropython import const

from demand.peaks import CARD, METER, PEAK_MONTH, PEAK_SOURCE, PEAK_START, PEAK_W, month_of
from demand.quarter import QUARTER_S
from demand.target import FLOOR_W, has_tariff
from meter import timestamp

_CLOSED = const(13)  # closed months in a meter's list, and in ours
_BILLED = const(12)


def closed(peaks):
    """Return the peaks of the closed months, newest first, at most 13."""
    return [peak for peak in peaks.months if peak[PEAK_MONTH] < peaks.month][:_CLOSED]


def billable_w(peaks):
    """Return the mean in W of max(2500, peak) over the months that count; None without any, or if peaks are free."""
    month = peaks.month
    if month is None or not has_tariff(peaks.area):
        return None
    first = max(month - _BILLED + 1, peaks.counted_from or 0)
    powers = [max(FLOOR_W, peak[PEAK_W]) for peak in peaks.months if first <= peak[PEAK_MONTH] < month]
    if first <= month:
        powers.append(max(FLOOR_W, peaks.power_w or 0))
    return sum(powers) // len(powers) if powers else None


def update(peaks, month, sent_peak, sent_months):
    """Set the running month and add the meter's peaks, as given to Peaks.update(). True if anything changed."""
    changed = month != peaks.month
    if changed:
        peaks.month = month
        # Remove the peaks of later months, left by a clock that was ahead.
        peaks.months = [peak for peak in peaks.months if peak[PEAK_MONTH] <= month]
    if sent_peak and _add_sent(peaks, *sent_peak):
        changed = True
    for month, power_w, end, summer in sent_months or ():
        if _add_sent(peaks, power_w, end, summer, month):
            changed = True
    return changed


def _add_sent(peaks, power_w, end, summer, month=None):
    start, summer = timestamp.shift(end, summer, -QUARTER_S)
    start -= start % QUARTER_S
    started = month_of(start)
    # The timestamp of a month that was never measured is not in that month.
    if month is not None and month != started:
        return False
    return add(peaks, (started, power_w, start, summer, METER))


def add(peaks, peak):
    """Add a peak if it replaces its month's peak or is the first. True if it was added."""
    month, power_w, start, _, source = peak
    if peaks.month is None or month > peaks.month:
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
