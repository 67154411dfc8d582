"""The months' peaks as JSON, newest first: GET /api/peaks, and a part of GET /api/reading. Loaded on demand."""

import json

from demand.peaks import month_name
from demand.quarter import QUARTER_S, file_path, quarter_id
from meter.timestamp import iso, shift


def write_peaks(device, write):
    """Write the document in pieces to write(piece)."""
    peaks, card = device.peaks, device.card
    write('{"running":')
    _peak(peaks.running, card, write)
    write(',"months":[')
    between = ""
    for peak in peaks.closed if peaks.month else ():
        write(between)
        _peak(peak, card, write)
        between = ","
    write('],"billable_average_w":%s}' % json.dumps(peaks.billable_w()))


def write_meter_peaks(peaks, write):
    """Write the closed months as the meter sends them, a part of GET /api/reading."""
    write(',"peaks":[')
    between = ""
    for month, power, end, summer in peaks or ():
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
