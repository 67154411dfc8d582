"""Access rules: a change always needs a token. Reading needs a token only if the setting `access.closed` is true.

auth/tokens.py makes and checks tokens, and auth/new_token.py sends a new token. auth/asks.py has the asks that wait for
BOOT. These three modules are loaded on demand.
"""

from auth.tokens import READ
from overlay import load


class Access:
    """Valid tokens and sessions, asks for access, and the waits after wrong passwords."""

    def __init__(self, device):
        self._device = device
        # for each stored token: its kind in one byte, and its hash
        self.tokens = load("auth.tokens").load_tokens(device.board)
        # one tuple for each session: (hash of its token, kind, uptime in s at which the session ends)
        self.sessions = []
        self.waits = []  # one row for each address that has tried a password (auth/waits.py)
        # uptime in s until which an address that has never signed in may not try a password
        self.next_look_s = 0
        self.asks = []  # one dict for each ask (auth/asks.py)
        self.next_note_s = 0  # uptime in s before which no further ask is logged
        # newest grant since the start: (what, name, kind, moment as text or None), as in auth/grants.py
        self.granted = None
        self._was_closed = device.config["closed"]

    def hosts(self):
        """Return the host names outside the home network under which the owner allows requests."""
        return self._device.config["hosts"]

    def admit(self, request):
        """Refuse a request for household data if reading is closed and the request has no valid token.

        Handlers that change something call require() instead.
        """
        if self._device.config["closed"] and load("auth.tokens").is_household_data(request):
            self.require(request, READ)

    def require(self, request, kind):
        """Refuse a request that has no valid token of the kind `kind` or a higher kind."""
        load("auth.tokens").require(self, self._device.clock.uptime_s(), request, kind)

    def party(self, request):
        """Return the party of a request (server/http.py): the hash of its valid token, or the client's address."""
        if not request.header(b"authorization"):
            return request.address
        return load("auth.tokens").party(self, self._device.clock.uptime_s(), request)

    def pressed(self, count):
        """Approve the ask that waits for this number of presses of BOOT."""
        if self.asks:
            load("auth.asks").approve(self._device, count)

    def each_second(self):
        """Drop all live streams if a session has expired, or if the owner has closed or opened reading."""
        closed = self._device.config["closed"]
        expired = self.sessions and self.sessions[0][2] <= self._device.clock.uptime_s()
        if expired:
            del self.sessions[0]
        if expired or closed != self._was_closed:
            self._was_closed = closed
            self._device.live.look_again()
