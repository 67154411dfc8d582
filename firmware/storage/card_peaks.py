"""Search for the peaks of months on the card, for a meter that does not send peaks. Loaded on demand."""

from micropython import const

from board.mount_point import CARD
from demand.peaks import month_name, month_of
from overlay import load

_CLOSED_MONTHS = const(13)
_DAY_S = const(86400)
_LINES_IN_STEP = const(8)  # lines that a step reads
# Indexes of the fields in a line of days.csv.
_DAY = const(0)
_PEAK_W = const(5)
_PEAK_START = const(6)


def queue_search(recorder):
    """Queue the search for peaks on the card if the meter sends no peaks of closed months."""
    reading = recorder.reading
    if recorder.card.mounted and reading["time"] and reading["peaks"] is None:
        local_s, _ = reading["time"]
        argument = recorder.device.peaks, local_s
        recorder.jobs.append(["storage.card_peaks", "search", "find peaks on the card", argument, None])


def search(asked):
    """Add the peaks of all stored days of the running month and the 13 months before it.

    This is a job of the recorder, which reads 8 lines in each step. `asked` is (Peaks object, current local_s).
    """
    peaks, local_s = asked
    rows, days = load("storage.day_csv_reader"), load("storage.day_totals")
    month = month_of(local_s)
    first = month_name(month - _CLOSED_MONTHS).encode()
    for year in range((month - _CLOSED_MONTHS) // 12, month // 12 + 1):
        for count, fields in enumerate(rows.read("%s/meter/%04d/days.csv" % (CARD, year)), 1):
            if fields[_PEAK_START] and fields[_DAY] >= first:
                peaks.add_quarter(*days.moment(fields[_PEAK_START]), int(fields[_PEAK_W]))
            if not count % _LINES_IN_STEP:
                yield
    today = days.Total(local_s // _DAY_S, rows)
    for fields in rows.read(days.folder(local_s // _DAY_S) + "/day.csv"):
        today.add(fields)
        if not today.quarters % _LINES_IN_STEP:
            yield
    _, _, _, _, _, power_w, start, _ = today.fields()
    if start:
        peaks.add_quarter(*days.moment(start), int(power_w))
