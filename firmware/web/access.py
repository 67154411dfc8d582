"""Who may do what: reading is open unless the owner closed it; what changes something needs a token.

Here is what every request asks for; giving out tokens is `web/sign_in.py`, loaded while somebody does.
"""

import hashlib
from micropython import const

from loading import borrow
from web.server import Refused

HASH = const(32)  # bytes of SHA-256
# The house's figures; a page is no figure, and who wants to sign in needs one.
_FIGURES = (b"/api/", b"/current/", b"/meter/", b"/historic/", b"/watt", b"/crashlog.txt")


class Access:
    """The tokens that hold now, as hashes; none of them can be read from here."""

    def __init__(self, monitor):
        self._monitor = monitor
        self.tokens = borrow("web.sign_in", "token_hashes")(monitor.board)  # end to end
        self.sessions = []  # (hash, uptime in s when it ends); a restart ends them all
        self.failures = 0  # wrong passwords in a row
        self.next_try_s = 0  # uptime before which no password is looked at

    def admit(self, request):
        """Refuse reading where it is closed. What changes something is looked at where it is done."""
        if request.method == b"GET" and self._monitor.config["closed"]:
            for path in _FIGURES:
                if request.path.startswith(path):
                    self.require(request)

    def require(self, request):
        """Refuse a request that carries no token that holds."""
        kind, _, token = request.header(b"authorization").partition(b" ")
        digest = hashlib.sha256(token).digest()
        found = False
        for at in range(0, len(self.tokens), HASH):
            found |= same(digest, self.tokens[at : at + HASH])
        now = self._monitor.clock.uptime_s()
        for known, end_s in self.sessions:
            found |= same(digest, known) and now < end_s
        if not found or kind.lower() != b"bearer":
            raise Refused(401, "Sign in first, or send a token that holds", "WWW-Authenticate: Bearer\r\n")

    async def seldom(self, request):
        """Answer what is asked seldom: all that is not a GET, and some that are."""
        handler = borrow("web.seldom", "find")(self._monitor, request)
        await handler(self._monitor, request)


def same(a, b):
    """Whether two hashes are the same, in a time that does not tell how far they are."""
    differs = len(a) ^ len(b)
    for one, other in zip(a, b):
        differs |= one ^ other
    return not differs
