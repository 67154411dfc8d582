"""Who may do what: reading is open unless the owner closed it; what changes something needs a token.

auth/tokens.py checks a token, and auth/token_routes.py makes one; each is loaded on demand.
"""

from overlay import load
from server.http import Refused


class Access:
    """The tokens that hold now, as hashes; none of them can be read from here."""

    def __init__(self, device):
        self._device = device
        self.tokens = load("auth.tokens").kept(device.board)  # end to end
        self.sessions = []  # (hash, uptime in s when it ends); a restart ends them all
        self.failures = 0  # wrong passwords in a row
        self.next_try_s = 0  # uptime before which no password is looked at

    def admit(self, request):
        """Refuse reading where it is closed. What changes something is looked at where it is done."""
        if self._device.config["closed"] and load("auth.tokens").is_figure(request):
            self.require(request)

    def require(self, request):
        """Refuse a request that carries no token that holds."""
        if not self.holds(request):
            raise Refused(401, "Sign in first, or send a token that holds", "WWW-Authenticate: Bearer\r\n")

    def holds(self, request):
        """Whether a request carries a token that holds."""
        return load("auth.tokens").holds(self, self._device.clock.uptime_s(), request)
