"""Text of errors: keys of the translations for errors of the HTTP client, and text of the device as Markdown."""

from .api import (
    NotP1MonitorError,
    P1MonitorAddressError,
    P1MonitorError,
    P1MonitorHostError,
    P1MonitorProofError,
)

# The first class that an error belongs to decides its text.
_KEYS: tuple[tuple[type[P1MonitorError], str], ...] = (
    (P1MonitorHostError, "host_refused"),
    (NotP1MonitorError, "not_p1_monitor"),
    (P1MonitorAddressError, "other_address"),
    (P1MonitorProofError, "not_proved"),
)


def failure_key(err: P1MonitorError) -> str:
    """Return the key of the text that says why Home Assistant cannot communicate with the device."""
    return next((key for kind, key in _KEYS if isinstance(err, kind)), "communication_error")


def as_markdown(text: str) -> str:
    """Return a text of the device as Markdown that shows it word for word, without links and pictures.

    Home Assistant cuts some texts after 255 characters. Therefore the text between the backticks has at most 253, so
    that the second backtick is not cut off.
    """
    return f"`{text.replace('`', "'")[:253]}`"
