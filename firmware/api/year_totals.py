"""Reply to GET /api/years/2026: the totals of each month, from the days of days.csv. Loaded on demand."""

import asyncio

from overlay import load


async def send(request, name, running):
    """Send the totals of a year's months. `running`: the running day's fields, None if that day is in another year."""
    members = load("api.totals_json").totals_members
    months = await _months(name, running)
    request.begin(200, "application/json")
    request.write('{"year":%d,"months":[' % int(name))
    between = b""
    for at, month in enumerate(months):
        if month:
            days, quarters, peak_w, peak = month[:4]
            amounts = [
                b"" if amount is None else b"%d.%03d" % (amount // 1000, amount % 1000)
                for amount in month[4:]
            ]
            text = members(amounts + [b"%d" % peak_w if peak else b"", peak, b"%d" % quarters])
            request.write(b'%s{"month":"%s-%02d",%s,"days":%d}' % (between, name, at + 1, text, days))
            between = b","
    request.write("]}")


async def _months(name, running):
    """Return a list of 12 items: the totals of each month, in the form that _add() describes.

    An item is None if the month has no totals: days.csv has no line for any of its days, and the month does not contain
    the running day.
    """
    months = [None] * 12
    rows = load("storage.day_csv_reader")
    for count, fields in enumerate(rows.read(rows.days_csv(int(name)))):
        if not running or fields[0] != running[0]:
            _add(months, fields)
        if not count & 7:
            await asyncio.sleep_ms(0)
    if running:
        _add(months, running)
    return months


def _add(months, fields):
    """Add a day's fields of days.csv to the totals of the day's month.

    The totals of a month are a list: [number of days, number of quarters, peak in W, start of the peak, import, export,
    gas, water]. The last four items are amounts in Wh or dm³. An amount is None if no day has a value.
    """
    at = int(fields[0][5:7]) - 1
    months[at] = month = months[at] or [0, 0, -1, b"", None, None, None, None]
    month[0] += 1
    month[1] += int(fields[7])
    if fields[5] and int(fields[5]) > month[2]:
        month[2], month[3] = int(fields[5]), fields[6]
    for at in range(4):
        if fields[1 + at]:
            month[4 + at] = (month[4 + at] or 0) + int(fields[1 + at].replace(b".", b""))
