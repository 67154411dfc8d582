"""Totals of the running day, which has no line in days.csv yet. Loaded on demand."""

import asyncio
from micropython import const

from meter.timestamp import civil
from overlay import load

_DAY_S = const(86400)


async def send(device, request, name, totals):
    """Return the awaitable that sends the totals of a month or a year, including the running day.

    `name` is the month or year, like b"2026-01" or b"2026". `totals` is the name of the module that sends the totals.
    """
    running = await _fields(device.card, name)
    return load(totals).send(request, name, running)


async def _fields(card, name):
    """Return the running day's totals as fields of a line of days.csv.

    None if the running day is not in the month or year `name`, or has no quarter yet.
    """
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
