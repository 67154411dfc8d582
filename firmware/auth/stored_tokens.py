"""The tokens in the board's flash, in secrets.json: only a hash of each token is stored. Loaded on demand."""

import json
import os
from micropython import const

from meter.timestamp import iso
from overlay import load
from server.http import Refused

_SECRETS = const("secrets.json")


def read(board):
    """Return the list of the stored tokens."""
    return load("board.flash_json").read_json(board, _SECRETS).get("tokens") or []


def write(device, tokens):
    """Replace the stored tokens by the list `tokens`, at once. Raise Refused if the flash cannot be written."""
    secrets = load("board.flash_json").read_json(device.board, _SECRETS)
    secrets["tokens"] = tokens
    try:
        load("board.flash_json").write_json(device.board, _SECRETS, secrets)
    except OSError:
        raise Refused(503, "Could not write to flash") from None
    device.access.tokens = load("auth.tokens").load_tokens(device.board)


def add(device, name, kind):
    """Create and store a token. Return the token's id, and JSON for the client. The JSON contains the token itself."""
    token, digest = load("auth.tokens").new_token()
    moment = device.reader.parser.reading["time"]
    added = {
        "id": os.urandom(4).hex(),
        "name": name,
        "kind": kind,
        "created": iso(*moment) if moment else None,
        "hash": digest.hex(),
    }
    write(device, read(device.board) + [added])
    reply = shown(added)
    reply["token"] = token
    return added["id"], json.dumps(reply)


def shown(token):
    """Return what an owner may see of a stored token, as a dict."""
    found = {key: token[key] for key in ("id", "name", "created")}
    found["kind"] = load("auth.tokens").kind_name(token)
    return found
