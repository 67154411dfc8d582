"""Routes for the tokens of programs. A new token needs the password, the token of an owner, or presses of BOOT.

A token is 128 random bits, which the device returns once. The device stores only a hash of the token. The hash is in
flash, never on the card.
"""

import json
import os
from micropython import const

from auth.tokens import OWNER
from meter.timestamp import iso
from overlay import load
from server.http import Refused

read_json = load("board.flash_json").read_json
write_json = load("board.flash_json").write_json

_SECRETS = const("secrets.json")
_JSON = const("application/json")
_TOKENS = const(8)


async def list_tokens(device, request):
    """GET /api/tokens: list the tokens by id, name, kind and creation time. The tokens themselves are not stored."""
    return _reply(request, 200, _tokens(read_json(device.board, _SECRETS)))


async def create_token(device, request):
    """POST /api/tokens: create a named token for a client with the password or the token of an owner.

    Without both, the request is an ask that waits for BOOT.
    """
    sent = await load("auth.sign_in").json_body(request)
    name, kind = sent.get("name"), sent.get("kind", "settings")
    if "ticket" not in sent:
        if not isinstance(name, str) or not 0 < len(name) <= 32 or any(_is_control(each) for each in name):
            raise Refused(400, "name must be 1 to 32 characters")
        if kind not in load("auth.tokens").KINDS:
            raise Refused(400, "kind must be read, settings or owner")
    if len(_tokens(read_json(device.board, _SECRETS))) >= _TOKENS:
        raise Refused(409, "There are %d tokens: delete one first" % _TOKENS)
    if "password" in sent:
        return load("auth.sign_in").check_for_token(device, request, sent["password"], name, kind)
    if request.header(b"authorization"):
        device.access.require(request, OWNER)
        return give_token(device, request, name, kind, "token")
    return load("auth.asks").answer(device, request, sent, "token", name, kind)


async def give_token(device, request, name, kind, means):
    """Create a token, and reply with it. The caller must have checked that the client may have a token.

    The token is deleted again if the reply fails, because no client has it then.
    means  the client's right to a token: "password", "token" or "BOOT"
    """
    secrets = read_json(device.board, _SECRETS)
    token, digest = load("auth.sign_in").new_token()
    moment = device.reader.parser.reading["time"]
    added = {
        "id": os.urandom(4).hex(),
        "name": name,
        "kind": kind,
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
    line = "token given by %s to %s, kind %s" % (means, request.address, kind)
    load("auth.grants").note(device, line, "token", name, kind)


async def delete_token(device, request):
    """DELETE /api/tokens?id=…: delete the token with this id, and list the other tokens.

    A token that is not of an owner can delete only itself, and gets no list of the others.
    """
    token_id = request.argument(b"id")
    secrets = read_json(device.board, _SECRETS)
    tokens = _tokens(secrets)
    left = [token for token in tokens if token["id"].encode() != token_id]
    listed = left
    own = load("auth.tokens").digest_in(request).hex()
    if any(token["hash"] == own and token not in left for token in tokens):
        listed = []
    else:
        device.access.require(request, OWNER)
    if len(left) == len(tokens):
        raise Refused(404, "No such token")
    _store(device, secrets, left)
    device.live.look_again()
    return _reply(request, 200, listed)


def _is_control(character):
    """True if a character could change the line of a log or its display on a terminal."""
    return character < " " or "\x7f" <= character < "\xa0"


def _tokens(secrets):
    return secrets.get("tokens") or []


def _store(device, secrets, tokens):
    secrets["tokens"] = tokens
    try:
        write_json(device.board, _SECRETS, secrets)
    except OSError:
        raise Refused(503, "Could not write to flash") from None
    device.access.tokens = load("auth.tokens").load_tokens(device.board)


def _reply(request, status, tokens):
    return request.reply(status, _JSON, json.dumps({"tokens": [_shown(token) for token in tokens]}))


def _shown(token):
    shown = {key: token[key] for key in ("id", "name", "created")}
    shown["kind"] = load("auth.tokens").kind_name(token)
    return shown
