"""Tokens, by which the device knows whom it let in: 128 bits of chance, of which only the hash is kept."""

import hashlib
from micropython import const

from overlay import load

read_json = load("board.flash_json").read_json

_HASH = const(32)  # bytes of SHA-256
_SECRETS = const("secrets.json")
# The house's figures; a page is no figure, and who wants to sign in needs one.
_FIGURES = (b"/api/", b"/current/", b"/meter/", b"/historic/", b"/watt", b"/crashlog.txt")


def kept(board):
    """The hashes of all tokens, end to end."""
    tokens = read_json(board, _SECRETS).get("tokens") or []
    return b"".join([bytes.fromhex(token["hash"]) for token in tokens])


def is_figure(request):
    """Whether a request asks for what a closed device keeps to its owner."""
    return request.method == b"GET" and any(request.path.startswith(path) for path in _FIGURES)


def holds(access, now_s, request):
    """Whether a request carries a token that holds."""
    kind, _, token = request.header(b"authorization").partition(b" ")
    digest = hashlib.sha256(token).digest()
    found = False
    for at in range(0, len(access.tokens), _HASH):
        found |= same(digest, access.tokens[at : at + _HASH])
    for known, end_s in access.sessions:
        found |= same(digest, known) and now_s < end_s
    return found and kind.lower() == b"bearer"


def same(a, b):
    """Whether two hashes are the same, in a time that does not tell how far they are."""
    differs = len(a) ^ len(b)
    for one, other in zip(a, b):
        differs |= one ^ other
    return not differs
