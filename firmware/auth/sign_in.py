"""Sign-in with the password, which starts a session of the page. Loaded on demand.

Each wrong password doubles the wait before the next attempt, up to a minute.
"""

import hashlib
import json
import os
from micropython import const

from overlay import load
from server.http import Refused

_JSON = const("application/json")
_BODY = const(2048)  # bytes
_SESSIONS = const(4)
_SESSION_S = const(43200)
_LONGEST_WAIT_S = const(60)
_BEARER = const("WWW-Authenticate: Bearer\r\n")


async def create_session(device, request):
    """POST /api/session: reply with a token that is valid for 12 hours, or until a restart."""
    await check_password(device, (await json_body(request)).get("password"))
    token, digest = new_token()
    sessions = device.access.sessions
    sessions.append((digest, device.clock.uptime_s() + _SESSION_S))
    del sessions[:-_SESSIONS]
    return request.reply(200, _JSON, json.dumps({"token": token, "expires_s": _SESSION_S}))


async def check_for_token(device, request, sent):
    """Check the password for POST /api/tokens, then return the awaitable that replies with the token.

    To save memory, auth/token_routes.py is loaded only after the check.
    """
    await check_password(device, sent["password"])
    return load("auth.token_routes").give_token(device, request, sent["name"])


async def json_body(request):
    """Return the body of a request as a dict. Raise Refused with 400 if the body is not a JSON object."""
    try:
        found = load("board.json_text").parse(await request.body(_BODY))
    except ValueError as error:
        raise Refused(400, "The body %s" % error) from None
    if not isinstance(found, dict):
        raise Refused(400, "The body is not a JSON object")
    return found


async def check_password(device, password):
    """Refuse a wrong password. During the wait after a wrong password, refuse every password."""
    access = device.access
    if not load("auth.password").is_set(device.board):
        raise Refused(409, "No password is set yet: press BOOT on the device and set one within a minute")
    now = device.clock.uptime_s()
    if now < access.next_try_s:
        wait_s = access.next_try_s - now
        raise Refused(429, "Too many attempts: try again in %d s" % wait_s, "Retry-After: %d\r\n" % wait_s)
    # Count the attempt before the check, so that requests at the same time cannot avoid the wait.
    access.failures = min(access.failures + 1, 7)
    access.next_try_s = now + min(1 << access.failures, _LONGEST_WAIT_S)
    if not isinstance(password, str) or not await load("auth.password").is_right(device, password):
        raise Refused(401, "Wrong password", _BEARER)
    access.failures = access.next_try_s = 0


def new_token():
    """Return a new token, and its hash."""
    token = os.urandom(16).hex()
    return token, hashlib.sha256(token.encode()).digest()
