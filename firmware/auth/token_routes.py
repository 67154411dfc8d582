"""Routes for the tokens of programs. A new token needs the password, a valid token, or a press of BOOT.

A token is 128 random bits, which the device returns once. The device stores only a hash of the token. The hash is in
flash, never on the card.
"""

import json
import os
from micropython import const

from meter.timestamp import iso
from overlay import load
from server.http import Refused

read_json = load("board.flash_json").read_json
write_json = load("board.flash_json").write_json

_SECRETS = const("secrets.json")
_JSON = const("application/json")
_TOKENS = const(8)
_BEARER = const("WWW-Authenticate: Bearer\r\n")


async def list_tokens(device, request):
    """GET /api/tokens: list the tokens by id, name and creation time. The tokens themselves are not stored."""
    return _reply(request, 200, _tokens(read_json(device.board, _SECRETS)))


async def create_token(device, request):
    """POST /api/tokens: create a named token. The client needs the password, a valid token, or a press of BOOT."""
    sent = await load("auth.sign_in").json_body(request)
    name = sent.get("name")
    if not isinstance(name, str) or not 0 < len(name) <= 32 or min(name) < " ":
        raise Refused(400, "name must be 1 to 32 characters")
    if len(_tokens(read_json(device.board, _SECRETS))) >= _TOKENS:
        raise Refused(409, "There are %d tokens: delete one first" % _TOKENS)
    if "password" in sent:
        return load("auth.sign_in").check_for_token(device, request, sent)
    if request.header(b"authorization"):
        device.access.require(request)
    elif device.button.window:
        device.button.close()  # A press of BOOT allows one token only.
    else:
        why = "Send the password, or press BOOT on the device and try again within a minute"
        raise Refused(401, why, _BEARER)
    return give_token(device, request, name)


async def give_token(device, request, name):
    """Create a token, and reply with it. The caller must have checked that the client may have a token.

    The token is deleted again if the reply fails, because no client has it then.
    """
    secrets = read_json(device.board, _SECRETS)
    token, digest = load("auth.sign_in").new_token()
    moment = device.reader.parser.reading["time"]
    added = {
        "id": os.urandom(4).hex(),
        "name": name,
        "created": iso(*moment) if moment else None,
        "hash": digest.hex(),
    }
    if request.stream.s.read(1) == b"":
        raise OSError  # the client has closed the connection
    _store(device, secrets, _tokens(secrets) + [added])
    try:
        shown = _shown(added)
        shown["token"] = token
        await request.reply(201, _JSON, json.dumps(shown))
        await request.drain()
    except Exception:
        # Read the secrets again, because another request may have changed them during the reply.
        secrets = read_json(device.board, _SECRETS)
        _store(device, secrets, [other for other in _tokens(secrets) if other["id"] != added["id"]])
        raise


async def delete_token(device, request):
    """DELETE /api/tokens?id=…: delete the token with this id, and list the other tokens."""
    token_id = request.argument(b"id")
    secrets = read_json(device.board, _SECRETS)
    tokens = _tokens(secrets)
    left = [token for token in tokens if token["id"].encode() != token_id]
    if len(left) == len(tokens):
        raise Refused(404, "No such token")
    _store(device, secrets, left)
    return _reply(request, 200, left)


def _tokens(secrets):
    return secrets.get("tokens") or []


def _store(device, secrets, tokens):
    secrets["tokens"] = tokens
    try:
        write_json(device.board, _SECRETS, secrets)
    except OSError:
        raise Refused(503, "Could not write to flash") from None
    device.access.tokens = load("auth.tokens").load_hashes(device.board)


def _reply(request, status, tokens):
    return request.reply(status, _JSON, json.dumps({"tokens": [_shown(token) for token in tokens]}))


def _shown(token):
    return {key: token[key] for key in ("id", "name", "created")}
