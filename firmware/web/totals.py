"""Totals and peak per day and per month: GET /api/months/2026-01 and GET /api/years/2026. Loaded while used.

A closed day is one line of days.csv; the running one is added up from its quarters.
"""

import asyncio
from micropython import const

from history.card import ROOT
from loading import borrow
from meter.stamp import civil
from web.server import Refused

_JSON = "application/json"
_DAY_S = const(86400)
_TOTALS = (
    b'"import_kwh":%s,"export_kwh":%s,"gas_m3":%s,"water_m3":%s,"peak_w":%s,"peak_start":%s,"quarters":%s'
)


async def month(monitor, request):
    """GET /api/months/2026-01: its days that have quarters."""
    name = request.path[len(b"/api/months/") :]
    if len(name) != 7 or name[4:5] != b"-" or not _is_year(name[:4]) or name[5:] not in _MONTHS:
        raise Refused(400, "A month is like 2026-01")
    days = [b""] * 32
    async for fields in _Days(monitor, name[:4]):
        if fields[0].startswith(name):
            days[int(fields[0][8:])] = b",".join(fields)
    request.begin(200, _JSON)
    request.write('{"month":"%s","days":[' % name.decode())
    between = b""
    for line in days:
        if line:
            fields = line.split(b",")
            request.write(b'%s{"day":"%s",%s}' % (between, fields[0], _shown(fields[1:])))
            between = b","
    request.write("]}")
    await request.drain()


async def year(monitor, request):
    """GET /api/years/2026: its months that have quarters."""
    name = request.path[len(b"/api/years/") :]
    if not _is_year(name):
        raise Refused(400, "A year is like 2026")
    months = {}
    async for fields in _Days(monitor, name):
        months.setdefault(int(fields[0][5:7]), _Month()).add(fields)
    request.begin(200, _JSON)
    request.write('{"year":%d,"months":[' % int(name))
    between = b""
    for of_year in sorted(months):
        shown, days = _shown(months[of_year].fields()), months[of_year].days
        request.write(b'%s{"month":"%s-%02d",%s,"days":%d}' % (between, name, of_year, shown, days))
        between = b","
    request.write("]}")
    await request.drain()


_MONTHS = [b"%02d" % month for month in range(1, 13)]


def _is_year(name):
    return len(name) == 4 and name.isdigit() and 2000 <= int(name) <= 2099


def _shown(fields):
    shown = [field or b"null" for field in fields]
    if fields[5]:
        shown[5] = b'"%s"' % fields[5]
    return _TOTALS % tuple(shown)


class _Month:
    """What the days of a month add up to."""

    def __init__(self):
        self.days = self._quarters = 0
        self._amounts: list = [None, None, None, None]
        self._peak_w, self._peak = -1, b""

    def add(self, fields):
        self.days += 1
        self._quarters += int(fields[7])
        for at in range(4):
            if fields[1 + at]:
                amount = int(fields[1 + at].replace(b".", b""))
                self._amounts[at] = (self._amounts[at] or 0) + amount
        if fields[5] and int(fields[5]) > self._peak_w:
            self._peak_w, self._peak = int(fields[5]), fields[6]

    def fields(self):
        shown = [
            b"%d.%03d" % (amount // 1000, amount % 1000) if amount is not None else b""
            for amount in self._amounts
        ]
        return shown + [b"%d" % self._peak_w if self._peak else b"", self._peak, b"%d" % self._quarters]


class _Days:
    """Fields of the lines of a year's days, and of the running day; others get their turn between."""

    def __init__(self, monitor, year):
        self._lines = borrow("history.lines")
        card = monitor.card
        running = card.day if card.mounted else None
        if running is not None and b"%04d" % civil(running * _DAY_S)[0] != year:
            running = None
        self._date = b"%04d-%02d-%02d" % civil(running * _DAY_S)[:3] if running is not None else None
        self._total = self._quarters = None
        if running is not None:
            days = borrow("history.days")
            self._total = days.Total(running, self._lines)
            self._quarters = self._lines.read(days.folder(running) + "/day.csv")
        self._rest = self._lines.read("%s/meter/%s/days.csv" % (ROOT, year.decode()))
        self._count = 0

    def __aiter__(self):
        return self

    async def __anext__(self):
        for fields in self._rest:
            await self._turn()
            if fields[0] != self._date:
                return fields
        if self._total is None:
            raise StopAsyncIteration
        for fields in self._quarters:
            self._total.add(fields)
            await self._turn()
        total, self._total = self._total, None
        if not total.quarters:
            raise StopAsyncIteration
        return total.fields()

    async def _turn(self):
        self._count += 1
        if not self._count & 7:
            await asyncio.sleep_ms(0)
