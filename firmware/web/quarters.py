"""Quarters from the card: GET /api/days/2026-01-15 and GET /api/history?from=…&to=…. Loaded while used.

Both read the lines of day.csv as they are: nothing is kept of what went out, however long the span. As CSV they are
passed on by the block; as JSON each line is looked at, and made an object in one step.
"""

import asyncio
import gc
import os
from binascii import crc32
from micropython import const

from history.card import ROOT
from meter.stamp import civil, days_in_month, parse, seconds
from web.server import Refused

_BLOCK = const(1024)
_CHECK = const(9)  # bytes: the comma and the digits of a line's check
_DAY_S = const(86400)
_OBJECT = (
    b'{"start":"%s","import_w":%s,"export_w":%s,"energy_import_kwh":%s,"energy_export_kwh":%s,'
    b'"gas_volume_m3":%s,"water_volume_m3":%s,"samples":%s,"source":"%s"}'
)
_HEADER = (
    b"start,import_w,export_w,energy_import_kwh,energy_export_kwh,gas_volume_m3,water_volume_m3,"
    b"samples,source,check\n"
)


async def day(monitor, request):
    """GET /api/days/2026-01-15."""
    name = request.path[len(b"/api/days/") :]
    if _day(name) is None:
        raise Refused(400, "A day is like 2026-01-15")
    request.begin(200, "application/json")
    request.write('{"day":"%s","quarters":[' % name.decode())
    await request.drain()
    if monitor.card.mounted:
        await _Lines(request, b",").send(_day(name), _all)
    request.write("]}")
    await request.drain()


async def history(monitor, request):
    """GET /api/history: NDJSON, or CSV for who accepts that."""
    first, end = _bound(request, b"from"), _bound(request, b"to")
    if first >= end:
        raise Refused(400, "from must be before to")
    csv = b"text/csv" in request.header(b"accept")
    request.begin(200, "text/csv" if csv else "application/x-ndjson")
    if csv:
        request.write(_HEADER)
    await request.drain()
    lines = (_Csv if csv else _Lines)(request, b"\n")
    # Bounds are on a clock that stays at winter time, which in summer is an hour behind the days of the card.
    day, last = first // _DAY_S, (end + 3599) // _DAY_S
    threshold = gc.threshold()
    gc.threshold(gc.mem_alloc() // 4)  # each line leaves a kilobyte: collecting would take most of the time
    try:
        while day <= last and monitor.card.mounted:
            missing = _days_missing(day)
            if missing:
                await asyncio.sleep_ms(0)
                day += missing
                continue
            whole = first <= day * _DAY_S - 3600 and (day + 1) * _DAY_S <= end
            await lines.send(day, _all if whole else lambda line: first <= _moment(line) < end)
            day += 1
    finally:
        gc.threshold(threshold)
    lines.end()
    await request.drain()


def _days_missing(day):
    """Days until the next month, where the card has no folder of this one; 0 where it has."""
    year, month, of_month = civil(day * _DAY_S)[:3]
    try:
        os.stat("%s/meter/%04d/%02d" % (ROOT, year, month))
        return 0
    except OSError:
        return days_in_month(year, month) - of_month + 1


class _Lines:
    """Sends lines as objects, with `between` them."""

    def __init__(self, request, between):
        self.request = request
        self._between = between
        self._begun = False
        self._block = bytearray(_BLOCK)

    def end(self):
        """The last line of a text ends too."""
        if self._begun:
            self.request.write(self._between)

    async def send(self, day, wanted):
        """Send the lines of a day that are wanted."""
        path = "%s/meter/%04d/%02d/%02d/day.csv" % ((ROOT,) + civil(day * _DAY_S)[:3])
        try:
            file = open(path, "rb")
        except OSError:
            return
        with file:
            block = self._block
            rest = b""
            count = file.readinto(block)
            while count:
                rest = await self.pass_on(block, count, rest, wanted)
                count = file.readinto(block)

    async def pass_on(self, block, count, rest, wanted):
        """Send the lines of a block behind the rest of the one before, and give what it has of a last one."""
        lines = (rest + bytes(memoryview(block)[:count])).split(b"\n")
        rest = lines.pop()
        objects = []
        for line in lines:
            text = line[:-_CHECK]
            if text and line[-_CHECK:] == b",%08x" % crc32(text) and wanted(line):
                objects.append(_OBJECT % tuple(text.split(b",")))
        if objects:
            if self._begun:
                objects.insert(0, b"")  # what stands between this block and the one before
            self._begun = True
            # An empty field leaves a colon before a comma, as nothing else does.
            self.request.stream.write(self._between.join(objects).replace(b":,", b":null,"))
        await _give_way(self.request)
        return rest if len(rest) < _BLOCK else b""


class _Csv(_Lines):
    """Sends the card's lines as they are."""

    async def pass_on(self, block, count, rest, wanted):
        if wanted is not _all:
            lines = (rest + bytes(memoryview(block)[:count])).split(b"\n")
            rest = lines.pop()
            kept = [line + b"\n" for line in lines if line.startswith(b"2") and wanted(line)]
            self.request.write(b"".join(kept))
            await self.request.drain()  # the next day's lines go past what gathers these
            return rest
        piece = memoryview(block)[:count]
        if block.startswith(_HEADER):
            piece = piece[len(_HEADER) :]
        self.request.stream.write(piece)
        await _give_way(self.request)
        return b""


async def _give_way(request):
    """Let others run; wait where the peer is slower than the card."""
    if request.stream.out_buf:
        await request.drain()
    else:
        await asyncio.sleep_ms(0)


def _all(_):
    return True


def _moment(line):
    """Seconds of a line's start on a clock that stays at winter time."""
    local_s = _digits(line[:19])
    return local_s - 3600 if line[19:22] == b"+02" else local_s


def _digits(text):
    """local_s of 2026-01-15T09:45:00; ValueError when it is no moment that a meter can mean."""
    numbers = []
    at = 0
    for length, separator in ((4, b"-"), (2, b"-"), (2, b"T"), (2, b":"), (2, b":"), (2, b"")):
        number = text[at : at + length]
        at += length
        if not number.isdigit() or text[at : at + 1] != separator:
            raise ValueError
        numbers.append(int(number))
        at += 1
    year, month, day, hour, minute, second = numbers
    if not 2010 <= year <= 2069 or not 1 <= month <= 12 or not 1 <= day <= days_in_month(year, month):
        raise ValueError
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError
    return seconds(*numbers)


def _day(name):
    """The day (local_s // 86400) of 2026-01-15, None when there is no such day."""
    try:
        return _digits(name + b"T00:00:00") // _DAY_S if len(name) == 10 else None
    except ValueError:
        return None


def _bound(request, name):
    """An argument in seconds on a clock that stays at winter time: a date, or a moment with its offset."""
    what = name.decode()
    text = request.argument(name)
    if not text:
        raise Refused(400, "Need a %s argument, like 2026-01-01" % what)
    text = text.replace(b"%3A", b":").replace(b"%3a", b":").replace(b"%2B", b"+").replace(b"%2b", b"+")
    day = _day(text)
    if day is not None:
        # By the EU's rule, which a stamp without a letter follows.
        local_s, summer = parse(b"%02d%02d%02d000000" % _short(day))
        return local_s - 3600 if summer else local_s
    try:
        local_s = _digits(text[:19])
        return local_s - _offset_s(text[19:]) + 3600
    except ValueError:
        raise Refused(
            400, "%s is a day like 2026-01-01, or a moment like 2026-01-01T00:00:00+01:00" % what
        ) from None


def _short(day):
    year, month, of_month = civil(day * _DAY_S)[:3]
    return year - 2000, month, of_month


def _offset_s(text):
    """Seconds of Z, +01:00 or -05:00; a plus that a form made a blank is one too."""
    if text == b"Z":
        return 0
    hours, minutes = text[1:3], text[4:6]
    if len(text) != 6 or text[3:4] != b":" or text[:1] not in b"+- " or not (hours + minutes).isdigit():
        raise ValueError
    if int(hours) > 14 or int(minutes) > 59:
        raise ValueError
    offset = int(hours) * 3600 + int(minutes) * 60
    return -offset if text[:1] == b"-" else offset
