"""Sign-in with the password or by BOOT. A sign-in starts a session of the page. Loaded on demand."""

import json
from micropython import const

from auth.tokens import OWNER
from overlay import load
from server.http import Refused

_JSON = const("application/json")
_SESSIONS = const(4)
_SESSION_S = const(43200)
_BEARER = const("WWW-Authenticate: Bearer\r\n")


async def create_session(device, request):
    """POST /api/session: reply with a token that is valid for 12 hours, or until a restart.

    A request that contains no password is an ask, which waits for BOOT.
    """
    sent = await load("server.request_body").read_object(request)
    if "password" not in sent:
        return load("auth.asks").answer(device, request, sent, "session", "page", "owner")
    await check_password(device, request, sent["password"])
    return give_session(device, request, OWNER)


def end_session(device, request):
    """DELETE /api/session: end the session whose token the request has."""
    tokens = load("auth.tokens")
    sessions, own = device.access.sessions, tokens.digest_in(request)
    for session in sessions:
        if tokens.equal(session[0], own):
            sessions.remove(session)
            device.live.look_again()
            return request.reply(200, _JSON, "{}")
    raise Refused(404, "The token is not that of a session")


def give_session(device, request, kind):
    """Start a session, and return the awaitable that replies with the session's token.

    `kind` is the kind of this token: OWNER, or BY_BUTTON if the session was approved by BOOT.
    """
    token, digest = load("auth.tokens").new_token()
    sessions = device.access.sessions
    sessions.append((digest, kind, device.clock.uptime_s() + _SESSION_S))
    if len(sessions) > _SESSIONS:
        del sessions[0]
        device.live.look_again()
    return request.reply(200, _JSON, json.dumps({"token": token, "expires_s": _SESSION_S}))


async def check_for_token(device, request, password, name, kind):
    """Check the password for POST /api/tokens, then return the awaitable that replies with the token.

    To save memory, auth/new_token.py is loaded only after the check.
    """
    await check_password(device, request, password)
    return load("auth.new_token").give(device, request, name, kind, "password")


async def check_password(device, request, password):
    """Refuse a wrong password. During the wait after a wrong password, refuse every password."""
    if not load("auth.password").is_set(device.board):
        raise Refused(409, "No password is set yet: ask for access without one, and press BOOT")
    wait = load("auth.waits").begin(device.access, request.address, device.clock.uptime_s())
    if not isinstance(password, str) or not await load("auth.password").is_right(device, password):
        raise Refused(401, "Wrong password", _BEARER)
    load("auth.waits").end(device.access, wait)
