"""What can go wrong between us and a P1 monitor."""


class P1MonitorError(Exception):
    """Base of the family."""


class P1MonitorConnectionError(P1MonitorError):
    """Nothing answers, the connection broke, or it has been silent for too long."""


class P1MonitorResponseError(P1MonitorError):
    """An answer came, and it is not the one the interface promises."""


class P1MonitorNotFoundError(P1MonitorResponseError):
    """The device is there and does not know this path."""


class NotP1MonitorError(P1MonitorResponseError):
    """Something answers at this address, and it is no P1 monitor."""


class P1MonitorRefusedError(P1MonitorResponseError):
    """The device says no to what was asked of it; the text is its own line that says why."""


class P1MonitorTokenError(P1MonitorRefusedError):
    """The device wants a token, or another one than this."""


class P1MonitorRateLimitError(P1MonitorRefusedError):
    """The device looks at no password now, because a wrong one has just been sent."""


class P1MonitorConflictError(P1MonitorRefusedError):
    """Something else has to be done first: set a password, or delete a token."""
