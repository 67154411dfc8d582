"""GET /api/months/2026-01 on its way: the totals of each day, as days.csv has them. Loaded while they are sent."""

import asyncio
from array import array
from micropython import const

from overlay import load

_RUNNING = const(1)  # no place of a line


async def send(request, name, running):
    """Send the days of a month; `running` has the fields of the running one, None where it is none of them."""
    shown = load("api.totals_json").shown
    path = load("storage.day_csv_reader").days_csv(int(name[:4]))
    places = await _places(path, name)
    if running:
        places[int(running[0][8:])] = _RUNNING
    request.begin(200, "application/json")
    request.write('{"month":"%s","days":[' % name.decode())
    between = b""
    for day, place in enumerate(places):
        fields = running if place == _RUNNING else load("storage.day_csv_reader").fields_at(path, place)
        if place and not fields:  # it was closed anew meanwhile: its line stands further behind
            place = (await _places(path, name))[day]
            fields = load("storage.day_csv_reader").fields_at(path, place)
        if fields:
            request.write(b'%s{"day":"%s",%s}' % (between, fields[0], shown(fields[1:8])))
            between = b","
            await asyncio.sleep_ms(0)
    request.write("]}")
    await request.drain()


async def _places(path, name):
    """Where the file has the newest line of each day of this month."""
    rows = load("storage.day_csv_reader")
    places = array("I", [0] * 32)  # never at 0, where the header is
    for count, (place, line) in enumerate(rows.places(path)):
        if line.startswith(name) and rows.is_whole(line):
            places[int(line[8:10])] = place
        if not count & 7:
            await asyncio.sleep_ms(0)
    return places
