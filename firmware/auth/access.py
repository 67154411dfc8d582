"""Access rules: anyone may read unless the owner requires a sign-in; a change always needs a token.

auth/tokens.py checks a token, and auth/token_routes.py makes one. Both are loaded on demand.
"""

from overlay import load
from server.http import Refused


class Access:
    """Hashes of the valid tokens and sessions, and the wait after wrong passwords."""

    def __init__(self, device):
        self._device = device
        # the concatenated hashes of all stored tokens
        self.tokens = load("auth.tokens").load_hashes(device.board)
        # for each session since the start: (hash of its token, uptime in s at which the session ends)
        self.sessions = []
        self.failures = 0  # wrong passwords since the last right one
        self.next_try_s = 0  # uptime in s before which every password is refused

    def hosts(self):
        """Return the host names outside the home network under which the owner allows requests."""
        return self._device.config["hosts"]

    def admit(self, request):
        """Refuse a request for household data without a valid token, if the owner requires a token.

        Handlers that change something call require() instead.
        """
        if self._device.config["closed"] and load("auth.tokens").is_household_data(request):
            self.require(request)

    def require(self, request):
        """Refuse a request without a valid token."""
        if not self.has_valid_token(request):
            raise Refused(401, "Sign in first, or send a valid token", "WWW-Authenticate: Bearer\r\n")

    def party(self, request):
        """Return the hash of the request's valid token, or else the client's address (server/http.py)."""
        if not request.header(b"authorization"):
            return request.address
        return load("auth.tokens").party(self, self._device.clock.uptime_s(), request)

    def has_valid_token(self, request):
        """True if the request has a valid token."""
        return load("auth.tokens").is_valid(self, self._device.clock.uptime_s(), request)
