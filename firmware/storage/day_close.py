"""Closing of a day: its line in days.csv, which contains the totals of the day. Loaded on demand."""

from micropython import const

from meter.timestamp import civil
from overlay import load

_DAY_S = const(86400)
_QUARTERS_IN_STEP = const(8)  # quarters that the job adds between two yields


def close(day):
    """Write the line of a day (in days since 2000-01-01) to days.csv. This is a job of the recorder.

    Nothing is written if the day.csv of the day has no lines.
    """
    rows = load("storage.day_csv_reader")
    days = load("storage.day_totals")
    total = days.Total(day, rows)
    for fields in rows.read(days.folder(day) + "/day.csv"):
        total.add(fields)
        if not total.quarters % _QUARTERS_IN_STEP:
            yield
    yield from write(total, rows.days_csv(civil(day * _DAY_S)[0]), True)


def write(total, path, again):
    """Write the line of a day to days.csv if the day has quarters.

    `again` is True if the file may already contain a line of the day. The caller must run this generator to its end.
    """
    if total.quarters:
        text = b",".join(total.fields())
        lines = load("storage.day_csv_writer")
        yield from lines.append(path, lines.with_check(text), lines.DAYS, text[:10] if again else None)
