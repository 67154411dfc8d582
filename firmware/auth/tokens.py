"""Check of tokens: 128 random bits each, of which the device stores only the hash."""

import hashlib
from micropython import const

from overlay import load

read_json = load("board.flash_json").read_json

_HASH = const(32)  # bytes of SHA-256
_SECRETS = const("secrets.json")
# Paths that return household data. HTML pages are not among them: the sign-in page must load without a token.
_DATA_PATHS = (b"/api/", b"/current/", b"/meter/", b"/historic/", b"/watt", b"/crashlog.txt")


def load_hashes(board):
    """Return the hashes of all tokens, end to end."""
    tokens = read_json(board, _SECRETS).get("tokens") or []
    return b"".join([bytes.fromhex(token["hash"]) for token in tokens])


def is_household_data(request):
    """True if a request reads household data, for which the owner can require a token."""
    return request.method == b"GET" and any(request.path.startswith(path) for path in _DATA_PATHS)


def is_valid(access, now_s, request):
    """True if the request has a valid token: a stored one, or that of a session that has not ended."""
    kind, _, token = request.header(b"authorization").partition(b" ")
    digest = hashlib.sha256(token).digest()
    found = False
    for at in range(0, len(access.tokens), _HASH):
        found |= equal(digest, access.tokens[at : at + _HASH])
    for known, end_s in access.sessions:
        found |= equal(digest, known) and now_s < end_s
    return found and kind.lower() == b"bearer"


def equal(a, b):
    """True if two hashes are equal. The time that it takes does not depend on where they differ."""
    differs = len(a) ^ len(b)
    for one, other in zip(a, b):
        differs |= one ^ other
    return not differs
