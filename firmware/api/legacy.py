"""Paths and JSON keys of the original firmware, so that pages, scripts and cards made for that firmware still work.

The paths return the month's peak, the quarters on the card, the log and the UPnP description. Powers are integers in W,
and exported power is 0 or negative. A quarter is identified by its id (demand/quarter.py). Loaded on demand.
"""

import gc
import json
from micropython import const

from demand.quarter import quarter_id
from meter.timestamp import seconds
from overlay import load
from server.http import Refused

_JSON = const("application/json")
_TEXT = const("text/plain")


def answer(device, request):
    """Build the reply to a request of the original firmware, and return the awaitable that sends the reply.

    This module can be freed while the reply is sent. Raise Refused with 404 for an unknown path.
    """
    if request.path.startswith(b"/meter/"):
        return _quarter_file(device, request)
    handler = {
        b"/current/month/peak": _peak,
        b"/watt": _watt,
        b"/historic/years": _years,
        b"/historic/months": _months,
        b"/historic/days": _days,
        b"/historic/quarters": _quarters,
        b"/crashlog.txt": _crash_log,
        b"/description.xml": _description,
    }.get(request.path)
    if handler is None:
        raise Refused(404, "Item not found")
    return handler(device, request)


def _peak(device, request):
    """Send the month's peak, the id of the peak's quarter, and memory sizes.

    The size of a kind of memory that no board has is 0.
    """
    free = device.board.python_free()
    request.begin(200, _JSON)
    request.write(
        '{"memory":{"size_heap":%d,"free_heap":%d,"free_sketch":0,"size_sketch":0,"size_psram":0,"free_psram":0}'
        % (free + gc.mem_alloc(), free)
    )
    peak = device.peaks.running
    if peak:
        request.write(',"peak":{"quarter_id":%d,"power":%d}' % (quarter_id(peak[2], peak[3]), peak[1]))
    request.write("}")
    return request.drain()


def _watt(device, request):
    return request.reply(200, _TEXT, str(device.coach.quarter.watt()))


def _quarter_file(device, request):
    """Send a quarter's file, /meter/YYYY/MM/DD/HHMM[S|W].json.

    Raise Refused with 404 for any other file of the card.
    """
    path = request.path
    pattern = b"/meter/dddd/dd/dd/dddd*.json"
    fits = len(path) == len(pattern) and path[22] in b"SW"
    for at in range(len(path) if fits else 0):
        letter = pattern[at : at + 1]
        found = path[at : at + 1]
        fits = fits and (found.isdigit() if letter == b"d" else letter in (b"*", found))
    file = (
        load("storage.quarter_reader").open_quarter(path[7:].decode())
        if fits and device.card.mounted
        else None
    )
    if not file:
        raise Refused(404, "Item not found")
    return load("server.pacing").send_file(request, file, _JSON)


def _years(device, request):
    years = _folders(device, "")
    if 2022 in years and _is_self_test(device):
        years.remove(2022)
    return request.reply(200, _JSON, '{"years":%s}' % json.dumps(years))


def _is_self_test(device):
    """True if the folder 2022 contains only hello.txt. The original firmware wrote this file to test the card."""
    names = device.card.names
    return names("2022") == ["01"] and names("2022/01") == ["01"] and names("2022/01/01") == ["hello.txt"]


def _months(device, request):
    (year,) = _arguments(request, "year")
    folder = "%04d" % year
    return _listing(device, request, folder, '"year":%d,"months"' % year, _folders(device, folder))


def _days(device, request):
    year, month = _arguments(request, "year", "month")
    folder = "%04d/%02d" % (year, month)
    head = '"year":%d,"month":%d,"days"' % (year, month)
    return _listing(device, request, folder, head, _folders(device, folder))


def _quarters(device, request):
    year, month, day = _arguments(request, "year", "month", "day")
    folder = "%04d/%02d/%02d" % (year, month, day)
    ids = []
    for name in device.card.names(folder):
        if name[:4].isdigit() and name[4:] in ("S.json", "W.json"):
            start = seconds(year, month, day, int(name[:2]), int(name[2:4]))
            ids.append(quarter_id(start, name[4] == "S"))
    head = '"year":%d,"month":%d,"day":%d,"quarters"' % (year, month, day)
    return _listing(device, request, folder, head, ids)


def _listing(device, request, folder, head, found):
    """Send the contents of a folder, {} if the folder does not exist."""
    parent, _, name = folder.rpartition("/")
    exists = name in device.card.names(parent)
    return request.reply(200, _JSON, "{%s:%s}" % (head, json.dumps(found)) if exists else "{}")


def _folders(device, path):
    return [int(name) for name in device.card.names(path) if name.isdigit()]


def _crash_log(device, request):
    """Send the log and the newest crash report."""
    request.begin(200, _TEXT)
    for line in device.log.lines:
        request.write(line + "\n")
    report = load("crash_report").newest(device.board)
    if report:
        request.write("\nThe newest crash:\n" + report)
    return request.drain()


def _description(device, request):
    """Send the UPnP description, which names the device to computers on the network."""
    board = device.board
    return request.reply(
        200,
        "text/xml",
        '<?xml version="1.0"?>\n<root xmlns="urn:schemas-upnp-org:device-1-0"><specVersion><major>1</major>'
        "<minor>0</minor></specVersion><device><deviceType>urn:schemas-upnp-org:device:Basic:1</deviceType>"
        "<friendlyName>%s</friendlyName><manufacturer>P1 Monitor</manufacturer><modelName>%s</modelName>"
        "<serialNumber>%s</serialNumber><UDN>uuid:70310000-0000-1000-8000-%s</UDN>"
        "<presentationURL>/</presentationURL></device></root>\n"
        % (device.name(), board.name, board.id, board.id),
    )


def _arguments(request, *names):
    """Return the values of the query arguments `names` as a list of numbers.

    A value that is not a number of 1 to 4 digits counts as 0. Raise Refused with 400 if an argument is missing.
    """
    argument = load("server.query").argument
    found = []
    for name in names:
        value = argument(request, name.encode())
        if value is None:
            raise Refused(400, "ERROR: Need a %s argument" % name)
        found.append(int(value) if value.isdigit() and len(value) <= 4 else 0)
    return found
