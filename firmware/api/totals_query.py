"""Parser of the requests GET /api/months/2026-01 and GET /api/years/2026.

Loaded on demand, and freed when the reply begins.
"""

from overlay import load
from server.http import Refused


def month(device, request):
    """GET /api/months/2026-01: return the awaitable that sends the totals of the month's days."""
    name = request.path[len(b"/api/months/") :]
    fits = len(name) == 7 and name[4:5] == b"-" and name[5:].isdigit() and 1 <= int(name[5:]) <= 12
    if not fits or not _is_year(name[:4]):
        raise Refused(400, "The month must be like 2026-01")
    return load("api.today_totals").send(device, request, name, "api.month_totals")


def year(device, request):
    """GET /api/years/2026: return the awaitable that sends the totals of the year's months."""
    name = request.path[len(b"/api/years/") :]
    if not _is_year(name):
        raise Refused(400, "The year must be like 2026")
    return load("api.today_totals").send(device, request, name, "api.year_totals")


def _is_year(name):
    return len(name) == 4 and name.isdigit() and 2000 <= int(name) <= 2099
