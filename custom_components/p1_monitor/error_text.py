"""Keys of the translated texts that explain errors of the HTTP client."""

from .api import NotP1MonitorError, P1MonitorError, P1MonitorHostError


def failure_key(err: P1MonitorError) -> str:
    """Return the key of the text that says why Home Assistant cannot communicate with the device."""
    if isinstance(err, P1MonitorHostError):
        return "host_refused"
    return "not_p1_monitor" if isinstance(err, NotP1MonitorError) else "communication_error"
