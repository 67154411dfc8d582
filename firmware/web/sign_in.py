"""Sessions for the page and tokens for programs: who has the password, or stands at the device, gets one.

A token is 128 bits of chance, told once; what is kept is its hash, in the board's flash and never on the card. A
session is kept in memory only. Wrong passwords cost a waiting time that doubles up to a minute.
"""

import hashlib
import json
import os
from micropython import const

from board.flash import read_json, write_json
from loading import borrow
from meter.stamp import iso
from web.server import Refused

_SECRETS = const("secrets.json")
_JSON = const("application/json")
_BODY = const(512)  # bytes
_TOKENS = const(8)
_SESSIONS = const(4)
_SESSION_S = const(43200)
_LONGEST_WAIT_S = const(60)
_BEARER = const("WWW-Authenticate: Bearer\r\n")


async def start_session(monitor, request):
    """POST /api/session: a token for the password; it holds for half a day, or until a restart."""
    await _check_password(monitor, (await _asked(request)).get("password"))
    token, digest = _chance()
    sessions = monitor.access.sessions
    sessions.append((digest, monitor.clock.uptime_s() + _SESSION_S))
    del sessions[:-_SESSIONS]
    await request.reply(200, _JSON, json.dumps({"token": token, "expires_s": _SESSION_S}))


async def list_tokens(monitor, request):
    """GET /api/tokens: which there are; what they are nobody can tell any more."""
    await _reply(request, 200, _tokens(read_json(monitor.board, _SECRETS)))


async def create_token(monitor, request):
    """POST /api/tokens: a named token for the password, for who is signed in, or after a press of BOOT."""
    asked = await _asked(request)
    name = asked.get("name")
    if not isinstance(name, str) or not 0 < len(name) <= 32 or min(name) < " ":
        raise Refused(400, "name must be 1 to 32 characters")
    if len(_tokens(read_json(monitor.board, _SECRETS))) >= _TOKENS:
        raise Refused(409, "There are %d tokens: delete one first" % _TOKENS)
    if "password" in asked:
        await _check_password(monitor, asked["password"])
    elif request.header(b"authorization"):
        monitor.access.require(request)
    elif monitor.button.window:
        monitor.button.close()  # one press, one token
    else:
        why = "Send the password, or press BOOT on the device and ask again within a minute"
        raise Refused(401, why, _BEARER)
    secrets = read_json(monitor.board, _SECRETS)
    token, digest = _chance()
    moment = monitor.reader.parser.reading["time"]
    added = {
        "id": os.urandom(4).hex(),
        "name": name,
        "created": iso(*moment) if moment else None,
        "hash": digest.hex(),
    }
    _keep(monitor, secrets, _tokens(secrets) + [added])
    del added["hash"]
    added["token"] = token
    await request.reply(201, _JSON, json.dumps(added))


async def delete_token(monitor, request):
    """DELETE /api/tokens?id=: what has this token is let in no more."""
    asked = (request.argument(b"id") or b"").decode()
    secrets = read_json(monitor.board, _SECRETS)
    tokens = _tokens(secrets)
    left = [token for token in tokens if token["id"] != asked]
    if len(left) == len(tokens):
        raise Refused(404, "There is no such token")
    _keep(monitor, secrets, left)
    await _reply(request, 200, left)


def _tokens(secrets):
    return secrets.get("tokens") or []


def _keep(monitor, secrets, tokens):
    secrets["tokens"] = tokens
    try:
        write_json(monitor.board, _SECRETS, secrets)
    except OSError:
        raise Refused(503, "The flash does not take it") from None
    monitor.access.tokens = borrow("web.tokens", "kept")(monitor.board)


async def _reply(request, status, tokens):
    shown = [{key: token[key] for key in ("id", "name", "created")} for token in tokens]
    await request.reply(status, _JSON, json.dumps({"tokens": shown}))


async def _asked(request):
    try:
        asked = json.loads(await request.body(_BODY))
    except ValueError:
        asked = None
    if not isinstance(asked, dict):
        raise Refused(400, "The body is no JSON object")
    return asked


async def _check_password(monitor, password):
    """Refuse a wrong password, and any before its time."""
    access = monitor.access
    if not borrow("web.password", "is_set")(monitor.board):
        raise Refused(409, "No password is set yet: press BOOT on the device and set one within a minute")
    now = monitor.clock.uptime_s()
    if now < access.next_try_s:
        wait_s = access.next_try_s - now
        raise Refused(429, "Too many attempts: try again in %d s" % wait_s, "Retry-After: %d\r\n" % wait_s)
    # Counted before it is looked at, so that many at once are no way round the wait.
    access.failures = min(access.failures + 1, 7)
    access.next_try_s = now + min(1 << access.failures, _LONGEST_WAIT_S)
    if not isinstance(password, str) or not await borrow("web.password", "is_right")(monitor, password):
        raise Refused(401, "Wrong password", _BEARER)
    access.failures = access.next_try_s = 0


def _chance():
    """A new token, and its hash."""
    token = os.urandom(16).hex()
    return token, hashlib.sha256(token.encode()).digest()
