"""GET /api/peaks: the running month and the closed ones, newest first. Loaded when they are asked for or change."""

import json

from demand.peaks import month_name
from demand.quarter import QUARTER_S, file_path, quarter_id
from meter.stamp import iso, shift


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
