"""Errors of the client."""


class P1MonitorError(Exception):
    """Base of all errors of the client."""


class P1MonitorConnectionError(P1MonitorError):
    """No device answers, the connection broke, or nothing has arrived for too long."""


class P1MonitorResponseError(P1MonitorError):
    """The response does not follow docs/openapi.yaml."""


class P1MonitorNotFoundError(P1MonitorResponseError):
    """The device answers, but does not have this path."""


class NotP1MonitorError(P1MonitorResponseError):
    """The device that answers at this address is not a P1 monitor."""


class P1MonitorRefusedError(P1MonitorResponseError):
    """The device refuses the request. The text is the device's own line with the reason."""


class P1MonitorTokenError(P1MonitorRefusedError):
    """The device requires a token, or does not accept this one."""


class P1MonitorRateLimitError(P1MonitorRefusedError):
    """The device checks no password now, because a wrong one was sent shortly before (status 429)."""


class P1MonitorConflictError(P1MonitorRefusedError):
    """A password must be set first, or a token deleted (status 409)."""
