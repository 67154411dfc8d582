"""Search for the peaks of months on the card, for a meter that does not send peaks. Loaded on demand."""

from micropython import const

from board.mount_point import CARD
from demand.peaks import month_name, month_of
from overlay import load
from storage.recorder import JOB_MODULE

_CLOSED_MONTHS = const(13)
_DAY_S = const(86400)
_LINES_IN_STEP = const(8)  # lines that the search reads between two yields
# Indexes of the fields in a line of days.csv.
_DAY = const(0)
_PEAK_W = const(5)
_PEAK_START = const(6)


def queue_search(recorder):
    """Queue the search for the peaks that the meter does not send.

    If the meter sends no peaks of closed months, search the running month and the 13 months before. Otherwise search
    only the month of the day from which peaks count, because the meter's peak of that month may be from an earlier day.
    """
    reading, peaks = recorder.reading, recorder.device.peaks
    if not recorder.card.mounted or not reading["time"]:
        return
    local_s, _ = reading["time"]
    first = month_of(local_s) - _CLOSED_MONTHS
    last = first + _CLOSED_MONTHS
    if reading["peaks"] is not None:
        if peaks.counted_from is None or month_of(peaks.counted_from) < first:
            return
        first = last = month_of(peaks.counted_from)
    job = ["storage.card_peaks", "search", "find peaks on the card", (peaks, local_s, first, last), None]
    # Remove any earlier search from the queue: the new search also finds the peaks of the earlier search.
    recorder.jobs[:] = [other for other in recorder.jobs if other[JOB_MODULE] != job[JOB_MODULE]] + [job]


def search(asked):
    """Add the peak of each stored day in a range of months to a Peaks object.

    This is a job of the recorder, which yields after every 8 lines. `asked` is (Peaks object, local time in seconds
    since 2000-01-01 00:00:00, first month, last month). A month is a number, as month_of() returns it.
    """
    peaks, local_s, first, last = asked
    rows, days = load("storage.day_csv_reader"), load("storage.day_totals")
    first_name, last_name = month_name(first).encode(), month_name(last).encode()
    for year in range(first // 12, last // 12 + 1):
        for count, fields in enumerate(rows.read("%s/meter/%04d/days.csv" % (CARD, year)), 1):
            if fields[_PEAK_START] and fields[_PEAK_W] and first_name <= fields[_DAY][:7] <= last_name:
                peaks.add_quarter(*days.moment(fields[_PEAK_START]), int(fields[_PEAK_W]))
            if not count % _LINES_IN_STEP:
                yield
    if last < month_of(local_s):
        return
    today = days.Total(local_s // _DAY_S, rows)
    for fields in rows.read(days.folder(local_s // _DAY_S) + "/day.csv"):
        today.add(fields)
        if not today.quarters % _LINES_IN_STEP:
            yield
    _, _, _, _, _, power_w, start, _ = today.fields()
    if start:
        peaks.add_quarter(*days.moment(start), int(power_w))
