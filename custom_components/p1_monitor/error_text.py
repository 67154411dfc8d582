"""Texts for errors: the key of the translation for an error of the HTTP client, and a device's own text as Markdown."""

from .api import (
    NotP1MonitorError,
    P1MonitorAddressError,
    P1MonitorError,
    P1MonitorHostError,
    P1MonitorProofError,
)

# Classes of errors with the keys of their texts. If an error belongs to several classes, the first of these classes is
# used.
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
    """Return Markdown that shows a text of the device word for word, without links and pictures.

    Home Assistant cuts some texts after 255 characters. Therefore the text between the two backticks has at most 253
    characters, so that the second backtick is not cut off.
    """
    return f"`{text.replace('`', "'")[:253]}`"
