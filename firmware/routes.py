"""Routes of the rarely used endpoints. Only one of their handlers runs at a time, and its module is loaded for it.

The other paths do not wait for a turn, and so are not here. The polled documents are in dispatcher.py, and the original
firmware's paths that are not polled are in api/legacy.py.
"""

from micropython import const

from auth.tokens import OWNER, READ, SETTINGS
from server.http import Refused

# A route with this value, in place of a kind of token, needs no token, or its handler checks the token.
_OPEN = const(0)
_ROUTES = {
    b"GET /api/config": ("api.settings", "show", _OPEN),
    b"GET /api/days/": ("api.history_query", "day", _OPEN),
    b"GET /api/months/": ("api.totals_query", "month", _OPEN),
    b"GET /api/years/": ("api.totals_query", "year", _OPEN),
    b"GET /api/history": ("api.history_query", "history", _OPEN),
    b"PATCH /api/config": ("api.settings", "change", SETTINGS),
    b"GET /api/telegram": ("api.device_actions", "telegram", _OPEN),
    b"GET /api/log": ("api.device_actions", "log", _OPEN),
    # A Wi-Fi scan needs the token of an owner, because the scan blocks all tasks for 3 s.
    b"GET /api/networks": ("api.device_actions", "networks", OWNER),
    b"POST /api/identify": ("api.device_actions", "identify", _OPEN),
    b"POST /api/restart": ("api.device_actions", "restart", SETTINGS),
    b"GET /api/card/rebuild": ("api.card_rebuild", "show", _OPEN),
    b"POST /api/card/rebuild": ("api.card_rebuild", "start", SETTINGS),
    b"POST /api/card/format": ("api.device_actions", "format_card", OWNER),
    b"POST /api/card/forget_password": ("api.device_actions", "forget_password", OWNER),
    b"POST /api/wifi/erase": ("api.device_actions", "erase_wifi", OWNER),
    b"GET /api/proof": ("auth.proof", "show", _OPEN),
    b"POST /api/update": ("update.install", "receive", SETTINGS),
    b"POST /api/session": ("auth.sign_in", "create_session", _OPEN),
    b"DELETE /api/session": ("auth.sign_in", "end_session", READ),
    b"GET /api/tokens": ("auth.token_routes", "list_tokens", OWNER),
    b"POST /api/tokens": ("auth.token_routes", "create_token", _OPEN),
    # A client may delete its own token, of any kind. To delete another token, the client needs the token of an owner.
    # The handler checks this token.
    b"DELETE /api/tokens": ("auth.token_routes", "delete_token", READ),
}


def handler_of(device, request):
    """Return the module and the name of a request's handler, to be called as handler(device, request).

    Raise Refused if no route matches, or if the route needs a kind of token that the request lacks.
    """
    path = request.path
    # If the path has three slashes, the part after the third is a day, a month or a year.
    group = path[: path.rfind(b"/") + 1] if path.count(b"/") == 3 else path
    route = _ROUTES.get(request.method + b" " + group) or _ROUTES.get(request.method + b" " + path)
    if route is None:
        for known in _ROUTES:
            if request.method != b"GET" or known.endswith(b" " + path):
                raise Refused(405, "Not with this method")
        raise Refused(404, "Item not found")
    module, function, kind = route
    if kind:
        device.access.require(request, kind)
    return module, function
