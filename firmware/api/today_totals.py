"""Totals of the running day, which has no line in days.csv yet. Loaded on demand."""

import asyncio
from micropython import const

from meter.timestamp import civil
from overlay import load

_DAY_S = const(86400)


async def send(device, request, name, totals):
    """Return the awaitable by which the module `totals` sends the month or year `name`, with the running day."""
    running = await _fields(device.card, name)
    return load(totals).send(request, name, running)


async def _fields(card, name):
    """Return the fields of the running day's line, None if it is not in this period or has no quarter."""
    day = card.day
    if not card.mounted or day is None or not (b"%04d-%02d" % civil(day * _DAY_S)[:2]).startswith(name):
        return None
    days, rows = load("storage.day_totals"), load("storage.day_csv_reader")
    total = days.Total(day, rows)
    for fields in rows.read(days.folder(day) + "/day.csv"):
        total.add(fields)
        if not total.quarters & 7:
            await asyncio.sleep_ms(0)
    return total.fields() if total.quarters else None
