"""Routes for the tokens of programs. A new token needs the password, the token of an owner, or presses of BOOT.

A token is 128 random bits, which the device returns once (auth/new_token.py). The device stores only a hash of the
token. The hash is in flash, never on the card.
"""

import json
from micropython import const

from auth.tokens import OWNER
from overlay import load
from server.http import Refused

_JSON = const("application/json")
_TOKENS = const(8)


async def list_tokens(device, request):
    """GET /api/tokens: list the tokens by id, name, kind and creation time. The tokens themselves are not stored."""
    return _reply(request, 200, load("auth.stored_tokens").read(device.board))


async def create_token(device, request):
    """POST /api/tokens: create a named token, if the request has the password or an owner's token.

    A request without password and token is an ask that waits for BOOT.
    """
    sent = await load("server.request_body").read_object(request)
    name, kind = sent.get("name"), sent.get("kind", "settings")
    if "ticket" not in sent:
        if not isinstance(name, str) or not 0 < len(name) <= 32 or any(_is_control(each) for each in name):
            raise Refused(400, "name must be 1 to 32 characters")
        if kind not in load("auth.tokens").KINDS:
            raise Refused(400, "kind must be read, settings or owner")
    if len(load("auth.stored_tokens").read(device.board)) >= _TOKENS:
        raise Refused(409, "There are %d tokens: delete one first" % _TOKENS)
    if "password" in sent:
        return load("auth.sign_in").check_for_token(device, request, sent["password"], name, kind)
    if request.header(b"authorization"):
        device.access.require(request, OWNER)
        return load("auth.new_token").give(device, request, name, kind, "token")
    return load("auth.asks").answer(device, request, sent, "token", name, kind)


async def delete_token(device, request):
    """DELETE /api/tokens?id=…: delete the token with this id, and list the other tokens.

    Only an owner's token may delete other tokens. If a token deletes itself, the list in the reply is empty.
    """
    token_id = load("server.query").argument(request, b"id")
    tokens = load("auth.stored_tokens").read(device.board)
    left = [token for token in tokens if token["id"].encode() != token_id]
    listed = left
    own = load("auth.tokens").digest_in(request).hex()
    if any(token["hash"] == own and token not in left for token in tokens):
        listed = []
    else:
        device.access.require(request, OWNER)
    if len(left) == len(tokens):
        raise Refused(404, "No such token")
    load("auth.stored_tokens").write(device, left)
    device.live.look_again()
    return _reply(request, 200, listed)


def _is_control(character):
    """True if a character could break a line of the log, or change how a terminal shows the line."""
    return character < " " or "\x7f" <= character < "\xa0"


def _reply(request, status, tokens):
    shown = load("auth.stored_tokens").shown
    return request.reply(status, _JSON, json.dumps({"tokens": [shown(token) for token in tokens]}))
