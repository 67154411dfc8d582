"""What is asked seldom: each path is answered by a part that is loaded for it alone."""

from micropython import const

from loading import load
from server.http import Refused

_SIGNED_IN = const(True)
_OPEN = const(False)  # or the part looks for itself
_TABLE = {
    b"GET /api/config": ("web.settings", "show", _OPEN),
    b"GET /api/days/": ("web.span", "day", _OPEN),
    b"GET /api/months/": ("web.period", "month", _OPEN),
    b"GET /api/years/": ("web.period", "year", _OPEN),
    b"GET /api/history": ("web.span", "history", _OPEN),
    b"PATCH /api/config": ("web.settings", "change", _OPEN),
    b"GET /api/telegram": ("web.service", "telegram", _OPEN),
    b"GET /api/log": ("web.service", "log", _OPEN),
    b"GET /api/networks": ("web.service", "networks", _SIGNED_IN),  # nothing else is done for 3 s
    b"POST /api/identify": ("web.service", "identify", _OPEN),
    b"POST /api/restart": ("web.service", "restart", _SIGNED_IN),
    b"POST /api/card/format": ("web.service", "format_card", _SIGNED_IN),
    b"POST /api/wifi/erase": ("web.service", "erase_wifi", _SIGNED_IN),
    b"GET /update": ("server.files", "update_page", _OPEN),
    b"POST /api/update": ("update.install", "receive", _SIGNED_IN),
    b"POST /api/session": ("auth.sign_in", "start", _OPEN),
    b"GET /api/tokens": ("auth.token_routes", "list_tokens", _SIGNED_IN),
    b"POST /api/tokens": ("auth.token_routes", "create_token", _OPEN),
    b"DELETE /api/tokens": ("auth.token_routes", "delete_token", _SIGNED_IN),
}


def find(monitor, request):
    """What answers a request to one of these paths: await handler(monitor, request). Any other is refused."""
    path = request.path
    # What follows the third slash names a day, a month or a year.
    asked = _TABLE.get(
        request.method + b" " + (path[: path.rfind(b"/") + 1] if path.count(b"/") == 3 else path)
    )
    asked = asked or _TABLE.get(request.method + b" " + path)
    if asked is None:
        for known in _TABLE:
            if request.method != b"GET" or known.endswith(b" " + request.path):
                raise Refused(405, "Not with this method")
        raise Refused(404, "Item not found")
    module, name, signed_in = asked
    if signed_in:
        monitor.access.require(request)
    return getattr(load(module), name)
