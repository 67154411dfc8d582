"""Check of the token in a request. A token is 128 random bits, and the device stores only its hash."""

import hashlib
from micropython import const

from overlay import load

read_json = load("board.flash_json").read_json

_HASH = const(32)  # bytes of a SHA-256 hash
_SECRETS = const("secrets.json")
# Beginnings of the paths that return household data. HTML pages need no token, because the sign-in page must load.
_DATA_PATHS = (b"/api/", b"/current/", b"/meter/", b"/historic/", b"/watt", b"/crashlog.txt")


def load_hashes(board):
    """Return the concatenated hashes of all stored tokens."""
    tokens = read_json(board, _SECRETS).get("tokens") or []
    return b"".join([bytes.fromhex(token["hash"]) for token in tokens])


def is_household_data(request):
    """True if a request reads household data, for which the owner can require a token."""
    return request.method == b"GET" and any(request.path.startswith(path) for path in _DATA_PATHS)


def is_valid(access, now_s, request):
    """True if the request has a valid token: a stored token, or the token of a session that has not ended."""
    kind, _, token = request.header(b"authorization").partition(b" ")
    digest = hashlib.sha256(token).digest()
    found = False
    for at in range(0, len(access.tokens), _HASH):
        found |= equal(digest, access.tokens[at : at + _HASH])
    for known, end_s in access.sessions:
        found |= equal(digest, known) and now_s < end_s
    return found and kind.lower() == b"bearer"


def party(access, now_s, request):
    """Return the hash of the request's token if the token is valid, otherwise the client's address."""
    if is_valid(access, now_s, request):
        return hashlib.sha256(request.header(b"authorization").partition(b" ")[2]).digest()
    return request.address


def equal(a, b):
    """True if two hashes are equal. The comparison takes constant time, to prevent timing attacks."""
    differs = len(a) ^ len(b)
    for one, other in zip(a, b):
        differs |= one ^ other
    return not differs
