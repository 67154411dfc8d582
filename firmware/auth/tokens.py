"""Making of tokens, and the check of the token in a request. The device stores only the hash of a token."""

import hashlib
import os
from micropython import const

from overlay import load
from server.http import Refused

read_json = load("board.flash_json").read_json

# The kinds of token. A higher kind may do everything that a lower kind may do.
READ = const(1)
SETTINGS = const(2)
OWNER = const(3)
# The kind of a session by BOOT during its first 10 min. Such a session may do everything that an owner may do, and may
# also set a new password without the old password.
BY_BUTTON = const(4)
KINDS = ("read", "settings", "owner")

_BEGAN_S = const(42600)  # seconds for which a session of 12 h is still valid after its first 10 min
_HASH = const(32)  # bytes of a SHA-256 hash
_SECRETS = const("secrets.json")
# Beginnings of the paths that return household data. HTML pages need no token, because the sign-in page must load.
_DATA_PATHS = (b"/api/", b"/current/", b"/meter/", b"/historic/", b"/watt", b"/crashlog.txt")


def new_token():
    """Return a new token of 128 random bits as text, and its hash."""
    token = os.urandom(16).hex()
    return token, hashlib.sha256(token.encode()).digest()


def load_tokens(board):
    """Return all stored tokens in one bytes object: for each token its kind in one byte, and its hash."""
    tokens = read_json(board, _SECRETS).get("tokens") or []
    return b"".join([bytes([_number(kind_name(token))]) + bytes.fromhex(token["hash"]) for token in tokens])


def kind_name(token):
    """Return the kind of a stored token as text. A token of version 0.1.0 has no kind, and counts as "settings"."""
    return token.get("kind", "settings")


def _number(kind):
    return KINDS.index(kind) + 1 if kind in KINDS else READ


def is_household_data(request):
    """True if a request reads household data, for which the owner can require a token.

    GET /api/proof needs no token, because a client checks the proof before sending a token.
    """
    if request.method != b"GET" or request.path == b"/api/proof":
        return False
    return any(request.path.startswith(path) for path in _DATA_PATHS)


def require(access, now_s, request, kind):
    """Refuse a request that has no valid token of the kind `kind` or a higher kind."""
    found = kind_of(access, now_s, request)
    if not found:
        raise Refused(401, "Sign in first, or send a valid token", "WWW-Authenticate: Bearer\r\n")
    if found < kind:
        raise Refused(403, "This token may not do that: it needs one of kind " + KINDS[kind - 1])


def kind_of(access, now_s, request):
    """Return the kind of the valid token in a request, as a number. Return 0 without a valid token.

    A token is valid if it is stored, or if it belongs to a session that has not ended.
    """
    digest = digest_in(request)
    found = 0
    for at in range(0, len(access.tokens), 1 + _HASH):
        if equal(digest, access.tokens[at + 1 : at + 1 + _HASH]):
            found = access.tokens[at]
    for known, kind, end_s in access.sessions:
        if equal(digest, known) and now_s < end_s:
            found = kind if end_s - now_s > _BEGAN_S else OWNER
    return found


def digest_in(request):
    """Return the hash of the token in a request, b"" without a bearer token."""
    scheme, _, token = request.header(b"authorization").partition(b" ")
    return hashlib.sha256(token).digest() if scheme.lower() == b"bearer" else b""


def party(access, now_s, request):
    """Return the hash of the request's token if the token is valid, otherwise the client's address."""
    return digest_in(request) if kind_of(access, now_s, request) else request.address


def equal(a, b):
    """True if two hashes are equal. The comparison takes constant time, to prevent timing attacks."""
    differs = len(a) ^ len(b)
    for one, other in zip(a, b):
        differs |= one ^ other
    return not differs
