"""Reply to GET /api/months/2026-01: the totals of each day, from days.csv. Loaded on demand."""

import asyncio
from array import array
from micropython import const

from overlay import load
from storage.day_csv_fields import DAY

# The running day has no line in days.csv. In the array of byte offsets, 1 marks this day, because no line begins at
# byte 1.
_RUNNING = const(1)


async def send(request, name, running):
    """Send the totals of a month's days. `running`: the running day's fields, None if that day is in another month."""
    members = load("api.totals_json").totals_members
    path = load("storage.day_csv_reader").days_csv(int(name[:4]))
    places = await _line_positions(path, name)
    if running:
        places[int(running[0][8:])] = _RUNNING
    request.begin(200, "application/json")
    request.write('{"month":"%s","days":[' % name.decode())
    between = b""
    for day, place in enumerate(places):
        fields = running if place == _RUNNING else load("storage.day_csv_reader").fields_at(path, place)
        # If the recorder has replaced the day's line meanwhile, the new line is at the end of the file.
        if place and not fields:
            place = (await _line_positions(path, name))[day]
            fields = load("storage.day_csv_reader").fields_at(path, place)
        if fields:
            request.write(b'%s{"day":"%s",%s}' % (between, fields[0], members(fields[1:8])))
            between = b","
            await asyncio.sleep_ms(0)
    request.write("]}")


async def _line_positions(path, name):
    """Return an array with the byte offset of each day's newest line in the file, 0 for a day without a line."""
    rows, fields_of = load("storage.day_csv_reader"), load("storage.day_csv_fields").fields_of
    places = array("I", [0] * 32)  # 0 means no line, because the header is at byte 0
    for count, (place, line) in enumerate(rows.places(path)):
        if line.startswith(name) and fields_of(line, DAY):
            places[int(line[8:10])] = place
        if not count & 7:
            await asyncio.sleep_ms(0)
    return places
