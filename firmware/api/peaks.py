"""The months' peaks: GET /api/peaks, newest first, and what GET /api/reading has of them.

Loaded when they are asked for or change.
"""

import json

from demand.peaks import month_name
from demand.quarter import QUARTER_S, file_path, quarter_id
from meter.timestamp import iso, shift


def write_peaks(peaks, card, write):
    """Give the document in pieces to write(piece)."""
    write('{"running":')
    _peak(peaks.running, card, write)
    write(',"months":[')
    between = ""
    for peak in peaks.closed if peaks.month else ():
        write(between)
        _peak(peak, card, write)
        between = ","
    write('],"billable_average_w":%s}' % json.dumps(peaks.billable_w()))


def write_sent(peaks, write):
    """The part of GET /api/reading that holds what the meter says of the closed months."""
    write(',"peaks":[')
    between = ""
    for month, power, end, summer in peaks:
        write(
            '%s{"month":"%s","power_w":%d,"end":"%s"}' % (between, month_name(month), power, iso(end, summer))
        )
        between = ","
    write("]")


def _peak(peak, card, write):
    if not peak:
        write("null")
        return
    month, power, start, summer, source = peak
    number = quarter_id(start, summer)
    path = file_path(number)
    write('{"month":"%s","power_w":%d,"start":"%s"' % (month_name(month), power, iso(start, summer)))
    write(',"end":"%s"' % iso(*shift(start, summer, QUARTER_S)))
    write(',"file":"/meter/%s"' % path if card.has(number, path) else ',"file":null')
    write(',"source":"%s"}' % source)
