"""Keys of the translated texts that explain errors of the HTTP client, and texts of the device as Markdown."""

from .api import NotP1MonitorError, P1MonitorError, P1MonitorHostError


def failure_key(err: P1MonitorError) -> str:
    """Return the key of the text that says why Home Assistant cannot communicate with the device."""
    if isinstance(err, P1MonitorHostError):
        return "host_refused"
    return "not_p1_monitor" if isinstance(err, NotP1MonitorError) else "communication_error"


def as_markdown(text: str) -> str:
    """Return a text of the device as Markdown that shows it word for word, without links and pictures.

    Home Assistant cuts some texts after 255 characters. The second backtick must not be lost.
    """
    return f"`{text.replace('`', "'")[:253]}`"
