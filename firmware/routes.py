"""Routes of the rarely used endpoints. The module of each handler is loaded for one request.

The other routes are in dispatcher.py (polled documents) and api/legacy.py (paths of the original firmware).
"""

from micropython import const

from overlay import load
from server.http import Refused

_SIGNED_IN = const(True)
_OPEN = const(False)  # or the handler checks the token itself
_TABLE = {
    b"GET /api/config": ("api.settings", "show", _OPEN),
    b"GET /api/days/": ("api.history_query", "day", _OPEN),
    b"GET /api/months/": ("api.totals_query", "month", _OPEN),
    b"GET /api/years/": ("api.totals_query", "year", _OPEN),
    b"GET /api/history": ("api.history_query", "history", _OPEN),
    b"PATCH /api/config": ("api.settings", "change", _OPEN),
    b"GET /api/telegram": ("api.device_actions", "telegram", _OPEN),
    b"GET /api/log": ("api.device_actions", "log", _OPEN),
    b"GET /api/networks": ("api.device_actions", "networks", _SIGNED_IN),  # a scan blocks for 3 s
    b"POST /api/identify": ("api.device_actions", "identify", _OPEN),
    b"POST /api/restart": ("api.device_actions", "restart", _SIGNED_IN),
    b"POST /api/card/format": ("api.device_actions", "format_card", _SIGNED_IN),
    b"POST /api/wifi/erase": ("api.device_actions", "erase_wifi", _SIGNED_IN),
    b"GET /update": ("server.files", "update_page", _OPEN),
    b"POST /api/update": ("update.install", "receive", _SIGNED_IN),
    b"POST /api/session": ("auth.sign_in", "create_session", _OPEN),
    b"GET /api/tokens": ("auth.token_routes", "list_tokens", _SIGNED_IN),
    b"POST /api/tokens": ("auth.token_routes", "create_token", _OPEN),
    b"DELETE /api/tokens": ("auth.token_routes", "delete_token", _SIGNED_IN),
}


def find(device, request):
    """Return the handler of a request, to be called as handler(device, request). Refused if no route matches."""
    path = request.path
    # After the third slash comes a day, a month or a year.
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
        device.access.require(request)
    return getattr(load(module), name)
