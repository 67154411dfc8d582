"""Parser of the requests GET /api/days/2026-01-15 and GET /api/history?from=…&to=….

Loaded on demand, and freed when the reply begins.
"""

from micropython import const

from meter.timestamp import civil, days_in_month, iso, parse, seconds
from overlay import load
from server.http import Refused

_DAY_S = const(86400)
_HOUR_S = const(3600)
_OBJECT = (
    b'{"start":"%s","import_w":%s,"export_w":%s,"energy_import_kwh":%s,"energy_export_kwh":%s,'
    b'"gas_volume_m3":%s,"water_volume_m3":%s,"samples":%s,"source":"%s"}'
)
_HEADER = (
    b"start,import_w,export_w,energy_import_kwh,energy_export_kwh,gas_volume_m3,water_volume_m3,"
    b"samples,source,check\n"
)


def day(device, request):
    """GET /api/days/2026-01-15: return the awaitable that sends the day's quarters."""
    name = request.path[len(b"/api/days/") :]
    day = _parse_day(name)
    if day is None:
        raise Refused(400, "The day must be like 2026-01-15")
    request.begin(200, "application/json")
    request.write('{"day":"%s","quarters":[' % name.decode())
    # The line of a quarter begins with a year, such as 2026. Therefore the bounds b"2" and b"3" select all quarters,
    # but neither the header nor an empty line.
    bounds = ((b"2", b"3"),) * 2
    return load("api.history_stream").send(device, request, (day, day), None, bounds, b"," + _OBJECT, b"]}")


def history(device, request):
    """GET /api/history: return the awaitable that sends quarters, as CSV if the client accepts CSV, else as NDJSON."""
    first, end = _parse_bound(request, b"from"), _parse_bound(request, b"to")
    if first >= end:
        raise Refused(400, "from must be before to")
    csv = b"text/csv" in request.header(b"accept")
    chunked = "Transfer-Encoding: chunked\r\n"
    request.begin(200, "text/csv" if csv else "application/x-ndjson", chunked)
    if csv:
        request.write(b"%x\r\n%s\r\n" % (len(_HEADER), _HEADER))
    # `first` and `end` are moments of a clock that shows winter time all year. In summer time, the timestamps on the
    # card are an hour ahead of this clock.
    days = first // _DAY_S, (end + _HOUR_S - 1) // _DAY_S
    whole = (first + _HOUR_S + _DAY_S - 1) // _DAY_S, end // _DAY_S - 1
    bounds = [[iso(at + ahead, ahead)[:19].encode() for at in (first, end)] for ahead in (0, _HOUR_S)]
    shape = b"" if csv else _OBJECT + b"\n"
    return load("api.history_stream").send(device, request, days, whole, bounds, shape, b"0\r\n\r\n")


def _parse_moment(text):
    """Return the seconds from 2000-01-01 00:00:00 to a local time like b"2026-01-15T09:45:00".

    ValueError if the text has another form, if the moment does not exist, or if the year is not in 2010 to 2069.
    """
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


def _parse_day(name):
    """Return the days from 2000-01-01 to a date like b"2026-01-15", None if the date is not valid."""
    try:
        return _parse_moment(name + b"T00:00:00") // _DAY_S if len(name) == 10 else None
    except ValueError:
        return None


def _parse_bound(request, name):
    """Return the moment in a query argument as seconds since 2000, by a clock that shows winter time all year.

    The argument is a date, or a moment with its UTC offset. Raise Refused with 400 if the argument is missing or
    has another form.
    """
    what = name.decode()
    text = load("server.query").argument(request, name)
    if not text:
        raise Refused(400, "Need a %s argument, like 2026-01-01" % what)
    text = text.replace(b"%3A", b":").replace(b"%3a", b":").replace(b"%2B", b"+").replace(b"%2b", b"+")
    day = _parse_day(text)
    if day is not None:
        # A date has no UTC offset, so parse() chooses winter or summer time by the EU's rule.
        local_s, summer = parse(b"%02d%02d%02d000000" % _short(day))
        return local_s - 3600 if summer else local_s
    try:
        local_s = _parse_moment(text[:19])
        return local_s - _parse_offset(text[19:]) + 3600
    except ValueError:
        raise Refused(
            400, "%s must be a day like 2026-01-01 or a moment like 2026-01-01T00:00:00+01:00" % what
        ) from None


def _short(day):
    year, month, of_month = civil(day * _DAY_S)[:3]
    return year - 2000, month, of_month


def _parse_offset(text):
    """Return the seconds of a UTC offset like Z, +01:00 or -05:00. ValueError if the offset is not valid.

    A blank counts as a plus, because decoding a form turns a plus into a blank.
    """
    if text == b"Z":
        return 0
    hours, minutes = text[1:3], text[4:6]
    if len(text) != 6 or text[3:4] != b":" or text[:1] not in b"+- " or not (hours + minutes).isdigit():
        raise ValueError
    if int(hours) > 14 or int(minutes) > 59:
        raise ValueError
    offset = int(hours) * 3600 + int(minutes) * 60
    return -offset if text[:1] == b"-" else offset
