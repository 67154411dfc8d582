"""Opening of day.csv files for a reader that goes from day to day. Loaded on demand."""

import os
from micropython import const

from board.mount_point import CARD
from meter.timestamp import civil, days_in_month

_DAY_S = const(86400)
_NONE_THERE = const(2)  # errno ENOENT


def open_day(day):
    """Open the day.csv of a day (in days since 2000-01-01). Return (file, next day that may have a file).

    If the day has no day.csv, the file is None. OSError if the card fails. The caller must keep a reference to
    Card.filesystem while the file is open.
    """
    year, month, of_month = civil(day * _DAY_S)[:3]
    folder = "%s/meter/%04d/%02d" % (CARD, year, month)
    try:
        return open("%s/%02d/day.csv" % (folder, of_month), "rb"), day + 1
    except OSError as error:
        _expect(error)
    try:
        os.stat(folder)
        return None, day + 1
    except OSError as error:
        _expect(error)
        return None, day + 1 + days_in_month(year, month) - of_month


def _expect(error):
    """Raise an OSError of the card again, but ignore the error of a file or a folder that does not exist."""
    if error.errno != _NONE_THERE:
        raise error
