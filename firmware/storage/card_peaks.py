"""The peaks of months that the meter does not tell, from the days of the card. Loaded while used."""

from micropython import const

from board.mount_point import CARD
from demand.peaks import month_name, month_of
from overlay import load

_CLOSED_MONTHS = const(13)
_DAY_S = const(86400)


def queue_search(recorder):
    """Where the meter sends no peaks of closed months, let those of the card be found beside the reading."""
    reading = recorder.reading
    if recorder.card.mounted and reading["time"] and reading["peaks"] is None:
        job = ["storage.card_peaks", "search", (recorder.device.peaks, reading["time"][0]), None]
        recorder.jobs.append(job)


def search(asked):
    """Hand each stored day's peak, of this month and the 13 before it, to the peaks: a generator of small steps."""
    peaks, local_s = asked
    rows, days = load("storage.day_csv_reader"), load("storage.day_totals")
    month = month_of(local_s)
    first = month_name(month - _CLOSED_MONTHS).encode()
    for year in range((month - _CLOSED_MONTHS) // 12, month // 12 + 1):
        for fields in rows.read("%s/meter/%04d/days.csv" % (CARD, year)):
            if fields[6] and fields[0] >= first:
                peaks.add_quarter(*days.moment(fields[6]), int(fields[5]))
            yield
    today = days.Total(local_s // _DAY_S, rows)
    for fields in rows.read(days.folder(local_s // _DAY_S) + "/day.csv"):
        today.add(fields)
        yield
    _, _, _, _, _, power_w, start, _ = today.fields()
    if start:
        peaks.add_quarter(*days.moment(start), int(power_w))
