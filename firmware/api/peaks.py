"""Peaks of the months as JSON, for GET /api/peaks and GET /api/reading. Loaded on demand."""

import json

from demand.peaks import month_name
from demand.quarter import QUARTER_S, file_path, quarter_id
from meter.timestamp import iso, shift


def write_peaks(device, write):
    """Write the document of GET /api/peaks in pieces, by calls of write(piece). The newest month is first."""
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
    """Write the peaks of closed months for GET /api/reading, in the order in which the meter sends them."""
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
